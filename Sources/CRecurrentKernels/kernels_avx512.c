// The kernels for x86-64 with AVX-512 F, BW, DQ and VL, which every server processor with AVX-512
// has.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), \
                             apply_to = function)
#define LANES 16
#define MASKS
#define NAME(x) recurrent_avx512_##x
#include "gate_kernels.h"
#define VECTORS 4
#define SUMS 24
#include "float32.h"
#include "dense_kernels.h"
#include "bfloat16.h"
#include "madd.h"
#define INT8_DOT(sum, x, w) ((sum) + (vi)_mm512_madd_epi16((__m512i)(x), (__m512i)(w)))
INLINE vi NAME(widened)(const signed char *p) {
  return (vi)_mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)p));
}
#include "int8.h"
#pragma clang attribute pop
#endif
