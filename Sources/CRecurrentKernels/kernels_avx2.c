// The kernels for x86-64 with AVX2 and fused multiply-add.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define LANES 8
#define NAME(x) recurrent_avx2_##x
#include "gate_kernels.h"
#define VECTORS 2
#define SUMS 12
#include "float32.h"
#include "dense_kernels.h"
#include "bfloat16.h"
#include "madd.h"
#include <immintrin.h>
#define INT8_DOT(sum, x, w) ((sum) + (vi)_mm256_madd_epi16((__m256i)(x), (__m256i)(w)))
INLINE vi NAME(widened)(const signed char *p) { return (vi)_mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)p)); }
#include "int8.h"
#pragma clang attribute pop
#endif
