// The kernels for x86-64 with AVX-512 F, BW, DQ and VL, which every server processor with AVX-512
// has.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), \
                             apply_to = function)
#define LANES 16
#define NAME(x) recurrent_avx512_##x
#include "gate_kernels.h"
#define VECTORS 4
#define SUMS 24
#include "product_kernel.h"
#include "cell_kernel.h"
#include "dense_kernels.h"
#pragma clang attribute pop
#endif
