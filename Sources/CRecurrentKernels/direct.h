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
#define START(vectors)
#define MULTIPLY(vectors) \
  KIND(accumulate)(sums, left->a + row * left->a_row, left->a_row, left->a_step, panel, depth, rows, vectors)
#include "product_kernel.h"
#include "cell_kernel.h"

static void KIND(multiply)(const float *a, long a_row, long a_step, long rows, long depth, const void *panels,
                           long columns, long first, long end, float *c, long c_row, int accumulating) {
  const long all = (columns + WIDTH - 1) / WIDTH;
  for (long k = 0; k < depth; k += BLOCK) {
    const long part = depth - k < BLOCK ? depth - k : BLOCK;
    const WEIGHT *block = (const WEIGHT *)panels + k / DEPTH * all * PANEL_SIZE(DEPTH, VECTORS);
    const KIND(Left) left = {a + k * a_step, a_row, a_step};
    const Result result = {c, c_row, first, end, accumulating || k > 0};
    // The panel stays in the cache while all rows are multiplied by it.
    for (long panel = first / WIDTH; panel * WIDTH < end; panel++) {
      FOR_TILES(rows, TILE_ROWS,
                KIND(tile)(&result, &left, block + panel * PANEL_SIZE(part, VECTORS), part, row, panel * WIDTH, TILE);)
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
