// The layouts of AVX-512 VNNI and BF16 with their dot products in plain C, so that they can be tested
// on any machine. Never chosen by itself.
// Vectors wider than the processor's are passed in memory; every function here is inlined.
#pragma clang diagnostic ignored "-Wpsabi"
#define LANES 16
#define NAME(x) recurrent_emulated_##x
#define VECTORS 4
// Tiles of one row: the compiler would take minutes for more, and sums do not depend on them.
#define SUMS 4
#include "equations.h"
#define GROUP 4
#define OFFSET 128
#define LEFT_ELEMENT unsigned char
#define INT8_FACTOR vi
#define INT8_BROADCAST(a) ((vi)(int)*(a))
#define INT8_WEIGHTS(p) (*(const vi_unaligned *)(p))
#define INT8_DOT(sum, x, w) NAME(dot_bytes)(sum, x, w)
// VPDPBUSD: the sum plus the products of unsigned bytes of x and signed bytes of w.
INLINE vi NAME(dot_bytes)(vi sum, vi x, vi w) {
#pragma clang loop unroll(full)
  for (int byte = 0; byte < 4; byte++) sum += (x >> 8 * byte & 255) * (w << (24 - 8 * byte) >> 24);
  return sum;
}
#include "int8.h"

#define BFLOAT16_FACTOR vi
#define BFLOAT16_BROADCAST(a) ((vi)(int)*(a))
#define BFLOAT16_WEIGHTS(p) (*(const vi_unaligned *)(p))
#define BFLOAT16_DOT(sum, x, w) NAME(dot_pairs)(sum, x, w)
// VDPBF16PS: the sum plus the products of the upper and of the lower halves.
INLINE vf NAME(dot_pairs)(vf sum, vi x, vi w) {
  const vi upper = (int)0xffff0000;
  sum = bits_to_float(x & upper) * bits_to_float(w & upper) + sum;
  return bits_to_float(x << 16) * bits_to_float(w << 16) + sum;
}
#include "bfloat16.h"
