// The bfloat16 kernels for x86-64 with AVX-512 BF16.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma"))), \
                             apply_to = function)
#define LANES 16
#define MASKS
#define NAME(x) recurrent_avx512bf16_##x
#define VECTORS 4
#define SUMS 24
#include "equations.h"
#define BFLOAT16_FACTOR vi
#define BFLOAT16_BROADCAST(a) ((vi)_mm512_set1_epi32((int)*(a)))
#define BFLOAT16_WEIGHTS(p) ((vi)_mm512_loadu_si512(p))
#define BFLOAT16_DOT(sum, x, w) ((vf)_mm512_dpbf16_ps((__m512)(sum), (__m512bh)(x), (__m512bh)(w)))
#define BFLOAT16_PAIR(first, second) NAME(pair)(first, second)
INLINE vi NAME(pair)(vf first, vf second) {
  const __m512i halves = (__m512i)_mm512_cvtne2ps_pbh((__m512)(second), (__m512)(first));
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21,
                                         5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return (vi)_mm512_permutexvar_epi16(order, halves);
}
#define BFLOAT16_NEIGHBOURS(low, high) ((vi)_mm512_cvtne2ps_pbh((__m512)(high), (__m512)(low)))
#include "bfloat16.h"
#pragma clang attribute pop
#endif
