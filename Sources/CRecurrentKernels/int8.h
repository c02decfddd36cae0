// int8 kernels: products and cell steps on panels of 8-bit integers.
//
// - A weight is an integer, -127...127, times its column's scale. RecurrentCore's Quantisation has
//   the rules.
// - A row of the left factor is quantised when it is multiplied, with a scale of its own: its
//   greatest magnitude / 127.
// - The sums of products are exact in 32 bits. All instruction sets compute the same sums.
//
// The including file defines the dot product:
// - GROUP: the number of products that are added at once, 4 or 2.
// - OFFSET: what is added to the integers of the left factor, which are unsigned bytes (128) or
//   signed (0). Panels hold the sums that must be subtracted.
// - LEFT_ELEMENT: the type of an integer of the left factor; GROUP of them have 32 bits.
// - INT8_FACTOR, INT8_BROADCAST(a), INT8_WEIGHTS(p), INT8_DOT(sum, x, w): see accumulate.h.
#include "tile.h"

#define KIND(x) NAME(int8_##x)
#define LEFT unsigned
#define WEIGHT signed char
#define SUM vi
#define FACTOR INT8_FACTOR
#define STEP (LANES * GROUP)
#define PARTS 1
#define BROADCAST(a) INT8_BROADCAST(a)
#define WEIGHTS(p, part) INT8_WEIGHTS(p)
#define DOT(sum, x, w) INT8_DOT(sum, x, w)
#include "accumulate.h"

// A panel begins with the scales of its columns (floats) and OFFSET times their sums (ints).
#define HEADER(vectors) ((vectors) * LANES * 8)
// The LEFTs of a row.
#define GROUPS(depth) (((depth) + GROUP - 1) / GROUP)
#define PANEL_SIZE(depth, vectors) (HEADER(vectors) + GROUPS(depth) * (vectors) * STEP)
// The depth that is quantised at a time, and that a panel has.
#define DEPTH 16384

// MARK: Packing

// The greatest magnitude of `count` floats; NaN if one of them is NaN. As integers, magnitudes are
// in the order of the numbers, and NaN is above infinity.
INLINE float KIND(magnitude)(const float *x, long step, long count) {
  vi greatest = 0;
  int most = 0;
  long k = 0;
  for (; step == 1 && k < count; k += LANES) {
    const vi m = float_to_bits(load(x + k, count - k < LANES ? count - k : LANES)) & 0x7fffffff;
    greatest = m > greatest ? m : greatest;
  }
  for (int j = 0; j < LANES; j++) most = greatest[j] > most ? greatest[j] : most;
  for (; k < count; k++) {
    int m;
    memcpy(&m, x + k * step, sizeof m);
    m &= 0x7fffffff;
    most = m > most ? m : most;
  }
  return __builtin_bit_cast(float, most);
}

// The scale of weights of greatest magnitude m: m / 127, rounded up to 17 significant bits.
INLINE float KIND(scale)(float m) {
  if (m == 0) return 1;
  float scale = m / 127.0f;
  if (scale < 0x1p-126f) scale = 0x1p-126f;
  if (!(scale <= 0x1.fffffep127f)) return scale;
  return __builtin_bit_cast(float, (__builtin_bit_cast(int, scale) + 0x7f) & ~0x7f);
}

// A weight as an integer; 0 if it is NaN or the scale is not finite.
INLINE int KIND(weight)(float weight, float scale) {
  const float q = __builtin_rintf(weight / scale);
  return q >= 127 ? 127 : q <= -127 ? -127 : q == q ? (int)q : 0;
}

PACK_VECTOR {
  float *scales = (float *)panel + v * LANES;
  int *offsets = (int *)panel + (vectors + v) * LANES;
  WEIGHT *target = panel + HEADER(vectors) + v * STEP;
  for (long j = 0; j < LANES; j++) {
    const float *column = b + j * b_column;
    const float scale = j < count ? KIND(scale)(KIND(magnitude)(column - from * b_row, b_row, total)) : 1;
    int sum = 0;
    for (long k = 0; k < GROUPS(depth) * GROUP; k++) {
      const int q = j < count && k < depth ? KIND(weight)(column[k * b_row], scale) : 0;
      target[k / GROUP * vectors * STEP + j * GROUP + k % GROUP] = (WEIGHT)q;
      sum += q;
    }
    scales[j] = scale;
    offsets[j] = OFFSET * sum;
  }
}

// MARK: The left factor

// Quantised rows of a part of the depth: group g of row r is in a[r * a_row + g]. A value is its
// integer times the row's scale.
#define SCRATCH 16384
#define SCRATCH_ROWS 96
#define LEFT_ROW(depth) (((depth) + LANES - 1) / LANES * LANES / GROUP)
typedef struct {
  LEFT a[SCRATCH] __attribute__((aligned(64)));
  long a_row;
  float scales[SCRATCH_ROWS], factors[SCRATCH_ROWS];
} KIND(Left);

typedef LEFT_ELEMENT KIND(elements) __attribute__((ext_vector_type(LANES)));

// Quantises n values, at most LANES, as integers plus OFFSET. Adding 1.5 * 2^23 rounds to the
// nearest integer, ties to even, and leaves it in the low bits.
INLINE KIND(elements) KIND(quantised)(const float *x, long n, float factor) {
#pragma clang fp contract(off)
  const vf scaled = load(x, n) * factor;
  const vi integers = float_to_bits(scaled + 12582912.0f) - 0x4b400000;
  return __builtin_convertvector(integers + OFFSET, KIND(elements));
}

// Quantises rows of `depth` elements from `from` on, of rows of `total`. A row's scale is found when
// `from` is 0, and kept.
INLINE void KIND(convert)(KIND(Left) * left, const float *a, long a_row, long a_step, long rows, long from, long depth,
                          long total) {
  left->a_row = LEFT_ROW(depth);
  for (long r = 0; r < rows; r++) {
    const float *row = a + r * a_row;
    if (from == 0) {
      // Below this magnitude, 127 / m overflows: the row counts as zeros. A row that is not finite
      // has a scale, and so products, of NaN.
      const float m = KIND(magnitude)(row, a_step, total);
      const float finite = m <= 0x1.fffffep127f ? m : __builtin_nanf("");
      left->factors[r] = m < 0x1p-100f ? 0 : 127.0f / finite;
      left->scales[r] = m < 0x1p-100f ? 0 : finite / 127.0f;
    }
    LEFT_ELEMENT *target = (LEFT_ELEMENT *)(left->a + r * left->a_row);
    for (long k = 0; k < depth; k += LANES) {
      float gathered[LANES];
      const long n = depth - k < LANES ? depth - k : LANES;
      for (long j = 0; a_step != 1 && j < n; j++) gathered[j] = row[(from + k + j) * a_step];
      const KIND(elements) q = KIND(quantised)(a_step == 1 ? row + from + k : gathered, n, left->factors[r]);
      memcpy(target + k, &q, sizeof q);
    }
  }
}

// MARK: Products and steps

// The exact sums come first; then they are scaled and added.
#define START(vectors, all, skip)                                                                              \
  vi integers[SUMS];                                                                                           \
  ROWS EACH(v, vectors) integers[r * (vectors) + v] = -((const vi_unaligned *)panel)[(all) + (skip) + v];      \
  KIND(accumulate)(integers, left->a + row * left->a_row, left->a_row, 1, panel + HEADER(all) + (skip) * STEP, \
                   GROUPS(depth), rows, vectors, all)
#define MULTIPLY(vectors, all, skip)                             \
  ROWS EACH(v, vectors) sums[r * (vectors) + v] +=               \
      __builtin_convertvector(integers[r * (vectors) + v], vf) * \
      (((const vf_unaligned *)panel)[(skip) + v] * left -> scales[row + r])
#include "converted.h"

const RecurrentProductKernels NAME(int8_kernels) = KERNELS;
#include "kind_end.h"
#undef SCRATCH
#undef SCRATCH_ROWS
#undef LEFT_ROW
#undef GROUPS
#undef HEADER
