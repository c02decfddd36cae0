// The kernels for the processor family's default instruction set.
#define LANES 4
#define NAME(x) recurrent_baseline_##x
#include "gate_kernels.h"
// x86-64 has 16 vector registers, arm64 has 32.
#if defined(__aarch64__)
#define VECTORS 4
#define SUMS 24
#else
#define VECTORS 2
#define SUMS 12
#endif
#include "product_kernel.h"
#include "cell_kernel.h"
#include "dense_kernels.h"
