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
#include "float32.h"
#include "dense_kernels.h"
#include "bfloat16.h"
#include "madd.h"
typedef short vs __attribute__((ext_vector_type(8)));
typedef signed char vb __attribute__((ext_vector_type(8)));
// The eight bytes at p as 16 bits.
INLINE vi NAME(widened)(const signed char *p) {
  vb bytes;
  memcpy(&bytes, p, sizeof bytes);
  return (vi) __builtin_convertvector(bytes, vs);
}
#if defined(__x86_64__)
#include <emmintrin.h>
#define INT8_DOT(sum, x, w) ((sum) + (vi)_mm_madd_epi16((__m128i)(x), (__m128i)(w)))
#else
#define INT8_DOT(sum, x, w) ((sum) + ((x) << 16 >> 16) * ((w) << 16 >> 16) + ((x) >> 16) * ((w) >> 16))
#endif
#include "int8.h"
