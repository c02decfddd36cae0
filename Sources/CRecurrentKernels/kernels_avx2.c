// The kernels for x86-64 with AVX2 and fused multiply-add.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANES 8
#define NAME(x) recurrent_avx2_##x
#include "gate_kernels.h"
#define VECTORS 2
#define SUMS 12
#include "product_kernel.h"
#include "cell_kernel.h"
#include "dense_kernels.h"
#pragma clang attribute pop
#endif
