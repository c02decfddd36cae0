// Products and steps of a kind that reads its left factor in place: float32, and bfloat16 widened.
//
// The kind defines PANEL_SIZE(depth, vectors), the WEIGHTs of a panel. Panels lie in memory for the
// first BLOCK of the depth, then for the next.

#define DEPTH BLOCK
#include "pack.h"

// The left factor of a block of the depth.
typedef struct {
  const float *a;
  long a_row, a_step;
} KIND(Left);
#define START(vectors, all, skip)
#define MULTIPLY(vectors, all, skip)                                                                                 \
  KIND(accumulate)(sums, left->a + row * left->a_row, left->a_row, left->a_step, panel + (skip) * STEP, depth, rows, \
                   vectors, all)
#include "product_kernel.h"
#include "cell_kernel.h"

// Copies some rows of a block of the depth. Rows are neighbours in the copy.
INLINE KIND(Left) KIND(copied)(KIND(Left) left, long rows, long depth, float *copy) {
  for (long k = 0; k < depth; k++) {
    const float *a = left.a + k * left.a_step;
    long r = 0;
    for (; left.a_row == 1 && r + LANES <= rows; r += LANES) store(copy + k * rows + r, load(a + r, LANES), LANES);
    for (; r < rows; r++) copy[k * rows + r] = a[r * left.a_row];
  }
  return (KIND(Left)){copy, 1, rows};
}

static void KIND(multiply)(const float *a, long a_row, long a_step, long rows, long depth, const void *panels,
                           long columns, long first, long end, float *c, long c_row, int accumulating,
                           const float *bias) {
  // The elements of a row of a transposed factor are on a page each, and compete for few lines of the
  // L1 cache. Tiles multiply copies of them.
  float copy[COPIED] __attribute__((aligned(64)));
  const int copies = a_step != 1 && rows > 1 && depth > 0;
  const long all = (columns + WIDTH - 1) / WIDTH;
  const long most = copies ? even_block(rows, COPIED / (depth < BLOCK ? depth : BLOCK), TILE_ROWS) : rows;
  for (long k = 0; k < depth; k += BLOCK) {
    const long part = depth - k < BLOCK ? depth - k : BLOCK;
    const WEIGHT *block = (const WEIGHT *)panels + k / DEPTH * all * PANEL_SIZE(DEPTH, VECTORS);
    for (long begin = 0; begin < rows; begin += most) {
      const long block_rows = rows - begin < most ? rows - begin : most;
      KIND(Left) rows_left = {a + begin * a_row + k * a_step, a_row, a_step};
      if (copies) rows_left = KIND(copied)(rows_left, block_rows, part, copy);
      const KIND(Left) *const left = &rows_left;
      const Result result = {
          c + begin * c_row, c_row, first, end, accumulating || k > 0, k + part < depth ? NULL : bias};
      // The panel stays in the cache while all rows are multiplied by it.
      for (long panel = first / WIDTH; panel * WIDTH < end; panel++) {
        KIND(panel)(&result, left, block + panel * PANEL_SIZE(part, VECTORS), part, block_rows, panel * WIDTH);
      }
    }
  }
}

// Steps all rows over one panel after another, in tiles of at most `most` rows. The panel stays in
// the cache meanwhile.
#define CELL_STEP(CELL, vectors, units, most)                                                                   \
  static void KIND(CELL##_step)(const RecurrentStep *s) {                                                       \
    const long panels = (s->hidden_size + (units) - 1) / (units);                                               \
    for (long u = s->first; u < s->end; u += (units)) {                                                         \
      for (long from = 0; from < s->depth; from += BLOCK) {                                                     \
        const long depth = s->depth - from < BLOCK ? s->depth - from : BLOCK;                                   \
        const WEIGHT *panel = (const WEIGHT *)s->weights + from / DEPTH * panels * PANEL_SIZE(DEPTH, vectors) + \
                              u / (units) * PANEL_SIZE(depth, vectors);                                         \
        const KIND(Left) left = {s->previous + from, s->previous_row, 1};                                       \
        FOR_TILES(s->rows, most, KIND(CELL##_tile)(s, &left, panel, from, depth, row, u, TILE);)                \
      }                                                                                                         \
    }                                                                                                           \
  }

CELL_STEP(elman, VECTORS, WIDTH, TILE_ROWS)
CELL_STEP(lstm, 4, LANES, LSTM_ROWS)
CELL_STEP(gru, 3, LANES, GRU_ROWS)
