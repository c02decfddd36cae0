// The int8 kernels for x86-64 with AVX-512 VNNI.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma"))), \
                             apply_to = function)
#define LANES 16
#define MASKS
#define NAME(x) recurrent_avx512vnni_##x
#define VECTORS 4
#define SUMS 24
#include "equations.h"
#define GROUP 4
#define OFFSET 128
#define LEFT_ELEMENT unsigned char
#define INT8_FACTOR vi
#define INT8_BROADCAST(a) ((vi)_mm512_set1_epi32((int)*(a)))
#define INT8_WEIGHTS(p) ((vi)_mm512_loadu_si512(p))
#define INT8_DOT(sum, x, w) ((vi)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(x), (__m512i)(w)))
#include "int8.h"
#pragma clang attribute pop
#endif
