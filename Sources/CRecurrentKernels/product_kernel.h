// The matrix product over packed panels.
//
// The including file defines the instruction set: NAME(x) makes a function's name, LANES is the
// width of a vector, VECTORS the number of vectors in a row of a panel, SUMS the number of
// registers for sums.
#include "recurrent_kernels.h"
#include "tile.h"

#define WIDTH (LANES * VECTORS)
#define TILE_ROWS (SUMS / VECTORS)

// A product as recurrent_kernels.h describes it, over at most BLOCK of the depth.
typedef struct {
  const float *a;
  long a_row, a_step, depth;
  const float *panels;
  long first, end;
  float *c;
  long c_row;
  int accumulating;
} Product;

// Stores those sums of one row and panel whose columns are in first..<end.
INLINE void NAME(store_row)(const Product *p, long row, long panel, const vf *sums) {
  const long start = panel * WIDTH;
  float *c = p->c + row * p->c_row + (start - p->first);
  if (start >= p->first && start + WIDTH <= p->end) {
    for (int v = 0; v < VECTORS; v++)
      store(c + v * LANES, p->accumulating ? load(c + v * LANES, LANES) + sums[v] : sums[v], LANES);
  } else {
    float all[WIDTH];
    memcpy(all, sums, sizeof all);
    for (long k = 0; k < WIDTH; k++) {
      if (start + k >= p->first && start + k < p->end) c[k] = p->accumulating ? c[k] + all[k] : all[k];
    }
  }
}

// One tile of `rows` rows, a constant where this is inlined.
INLINE void NAME(tile)(const Product *p, long row, long panel, const int rows) {
  vf sums[SUMS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows * VECTORS; i++) {
    sums[i] = 0.0f;
    if (p->accumulating)
      __builtin_prefetch(p->c + (row + i / VECTORS) * p->c_row + panel * WIDTH - p->first + i % VECTORS * LANES);
  }
  multiply_add(sums, p->a + row * p->a_row, p->a_row, p->a_step, p->panels + panel * p->depth * WIDTH, p->depth, rows,
               VECTORS);
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) NAME(store_row)(p, row + r, panel, &sums[r * VECTORS]);
}

static void NAME(multiply)(const float *a, long a_row, long a_step, long rows, long depth, const float *panels,
                           long columns, long first_column, long end_column, float *c, long c_row, int accumulating) {
  const long padded = (columns + WIDTH - 1) / WIDTH * WIDTH;
  for (long k = 0; k < depth; k += BLOCK) {
    const Product p = {a + k * a_step,
                       a_row,
                       a_step,
                       depth - k < BLOCK ? depth - k : BLOCK,
                       panels + k * padded,
                       first_column,
                       end_column,
                       c,
                       c_row,
                       accumulating || k > 0};
    // The panel stays in the cache while all rows are multiplied by it.
    for (long panel = first_column / WIDTH; panel * WIDTH < end_column; panel++) {
      FOR_TILES(rows, TILE_ROWS, NAME(tile)(&p, row, panel, TILE);)
    }
  }
}
