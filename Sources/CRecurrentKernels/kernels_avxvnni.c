// The int8 kernels for x86-64 with AVX-VNNI.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)
#define LANES 8
#define NAME(x) recurrent_avxvnni_##x
#define VECTORS 2
#define SUMS 12
#include "equations.h"
#include <immintrin.h>
#define GROUP 4
#define OFFSET 128
#define LEFT_ELEMENT unsigned char
#define INT8_FACTOR vi
#define INT8_BROADCAST(a) ((vi)(int)*(a))
#define INT8_WEIGHTS(p) ((vi)_mm256_loadu_si256((const __m256i *)(p)))
#define INT8_DOT(sum, x, w) ((vi)_mm256_dpbusd_avx_epi32((__m256i)(sum), (__m256i)(x), (__m256i)(w)))
#include "int8.h"
#pragma clang attribute pop
#endif
