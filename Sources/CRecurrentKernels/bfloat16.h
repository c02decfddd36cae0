// bfloat16 kernels: products and cell steps on panels of bfloat16, with sums in float32.
//
// A row of a panel has two rows of the matrix: a WEIGHT is an element of the first, in its lower
// half, and the element below it.
//
// The including file may define the dot product of a processor that multiplies bfloat16:
// - BFLOAT16_FACTOR, BFLOAT16_BROADCAST(a), BFLOAT16_WEIGHTS(p), BFLOAT16_DOT(sum, x, w): see
//   accumulate.h. The left factor is converted to bfloat16, too.
// Without them, weights are widened to float32 when they are loaded, and the left factor is not
// rounded.
#include "tile.h"

#define KIND(x) NAME(bfloat16_##x)
#define WEIGHT unsigned
#define SUM vf
#define STEP LANES
#define PANEL_SIZE(depth, vectors) (((depth) + 1) / 2 * (vectors) * LANES)

#ifdef BFLOAT16_DOT
#define LEFT unsigned
#define FACTOR BFLOAT16_FACTOR
#define PARTS 1
#define BROADCAST(a) BFLOAT16_BROADCAST(a)
#define WEIGHTS(p, part) BFLOAT16_WEIGHTS(p)
#define DOT(sum, x, w) BFLOAT16_DOT(sum, x, w)
#else
#define LEFT float
#define FACTOR vf
#define PARTS 2
#define BROADCAST(a) (*(a))
#define WEIGHTS(p, part) KIND(widened)(p, part)
#define DOT(sum, x, w) ((x) * (w) + (sum))
// The elements of a row of a panel as float32: those of its first row, or of its second.
INLINE vf KIND(widened)(const unsigned *p, const int part) {
  const vi pairs = *(const vi_unaligned *)p;
  return bits_to_float(part ? pairs & (int)0xffff0000 : pairs << 16);
}
#endif
#include "accumulate.h"

// MARK: Conversion

// The bits of float32 rounded to bfloat16, to nearest, ties to even, in the upper halves; the lower
// halves are anything. NaN stays NaN.
INLINE vi KIND(rounded)(vf x) {
  const vi bits = float_to_bits(x), even = bits + 0x7fff + (bits >> 16 & 1);
  return x == x ? even : bits | 0x400000;
}

// Two rows of numbers as a row of a panel.
#ifdef BFLOAT16_PAIR
INLINE vi KIND(pair)(vf first, vf second) { return BFLOAT16_PAIR(first, second); }
#else
INLINE vi KIND(pair)(vf first, vf second) {
  return (KIND(rounded)(first) >> 16 & 0xffff) | (KIND(rounded)(second) & (int)0xffff0000);
}
#endif

// Two vectors of neighbours in memory, each pair of them as a WEIGHT.
#ifdef BFLOAT16_NEIGHBOURS
INLINE vi KIND(neighbours)(vf low, vf high) { return BFLOAT16_NEIGHBOURS(low, high); }
#else
INLINE vi KIND(neighbours)(vf low, vf high) { return KIND(pair)(EVEN(low, high), ODD(low, high)); }
#endif

INLINE void KIND(store)(unsigned *target, vi pairs, long n) { store((float *)target, bits_to_float(pairs), n); }

PACK_VECTOR {
  (void)from, (void)total;
  WEIGHT *target = panel + v * LANES;
  const long step = vectors * LANES;
  long k = 0;
  if (b_column == 1) {
    for (; k < depth; k += 2) {
      const vf first = load(b + k * b_row, count), second = k + 1 < depth ? load(b + (k + 1) * b_row, count) : 0.0f;
      KIND(store)(target + k / 2 * step, KIND(pair)(first, second), LANES);
    }
  } else if (b_row == 1) {
    for (; k + 2 * LANES <= depth; k += 2 * LANES) {
      vf m[LANES];
      for (long j = 0; j < LANES; j++) {
        if (j < count) {
          const vf low = load(b + j * b_column + k, LANES), high = load(b + j * b_column + k + LANES, LANES);
          m[j] = bits_to_float(KIND(neighbours)(low, high));
        } else {
          m[j] = 0.0f;
        }
      }
      transpose(m);
      for (long j = 0; j < LANES; j++) store((float *)target + (k / 2 + j) * step, m[j], LANES);
    }
  }
  for (; k < depth; k += 2) {
    float first[LANES] = {0}, second[LANES] = {0};
    for (long j = 0; j < count; j++) {
      first[j] = b[k * b_row + j * b_column];
      if (k + 1 < depth) second[j] = b[(k + 1) * b_row + j * b_column];
    }
    KIND(store)(target + k / 2 * step, KIND(pair)(load(first, LANES), load(second, LANES)), LANES);
  }
}

// MARK: Products and steps

#ifdef BFLOAT16_DOT
#define GROUP 2
#define DEPTH 1024
#define SCRATCH 16384
#define SCRATCH_ROWS 96
#define LEFT_ROW(depth) (((depth) + 1) / 2)

// Converted rows of a part of the depth: elements 2 g and 2 g + 1 of row r are in a[r * a_row + g *
// a_step].
typedef struct {
  LEFT a[SCRATCH + LANES] __attribute__((aligned(64)));
  long a_row, a_step;
} KIND(Left);

// Converts rows of `depth` elements from `from` on. Elements that are neighbours in memory are
// neighbours again, or else rows are.
INLINE void KIND(convert)(KIND(Left) * left, const float *a, long a_row, long a_step, long rows, long from, long depth,
                          long total) {
  (void)total;
  const float *first = a + from * a_step;
  if (a_step == 1) {
    left->a_row = LEFT_ROW(depth);
    left->a_step = 1;
    for (long r = 0; r < rows; r++) {
      unsigned *target = left->a + r * left->a_row;
      long k = 0;
      for (; k + 2 * LANES <= depth; k += 2 * LANES) {
        const vf low = load(first + r * a_row + k, LANES), high = load(first + r * a_row + k + LANES, LANES);
        KIND(store)(target + k / 2, KIND(neighbours)(low, high), LANES);
      }
      for (; k < depth; k += 2) {
        const vf pair = load(first + r * a_row + k, depth - k < 2 ? 1 : 2);
        target[k / 2] = (unsigned)KIND(pair)(pair, (vf)pair[1])[0];
      }
    }
  } else {
    left->a_row = 1;
    left->a_step = rows;
    for (long k = 0; k < depth; k += 2) {
      const float *x = first + k * a_step;
      const int whole = k + 1 < depth;
      unsigned *target = left->a + k / 2 * rows;
      long r = 0;
      for (; a_row == 1 && r + LANES <= rows; r += LANES) {
        const vf second = whole ? load(x + a_step + r, LANES) : (vf)0.0f;
        KIND(store)(target + r, KIND(pair)(load(x + r, LANES), second), LANES);
      }
      for (; r < rows; r++) {
        const float second = whole ? x[a_step + r * a_row] : 0.0f;
        target[r] = (unsigned)KIND(pair)((vf)x[r * a_row], (vf)second)[0];
      }
    }
  }
}

#define START(vectors, all, skip)
#define MULTIPLY(vectors, all, skip)                                                                    \
  KIND(accumulate)(sums, left->a + row * left->a_row, left->a_row, left->a_step, panel + (skip) * STEP, \
                   LEFT_ROW(depth), rows, vectors, all)
#include "converted.h"
#undef SCRATCH
#undef SCRATCH_ROWS
#undef LEFT_ROW
#else
#include "direct.h"
#endif

const RecurrentProductKernels NAME(bfloat16_kernels) = KERNELS;
#include "kind_end.h"
