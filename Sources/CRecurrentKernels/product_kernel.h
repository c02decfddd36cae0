// The matrix product over packed panels. The including file says for which instruction set: NAME(x) gives a function its name,
// LANES is the width of a vector, VECTORS the number of vectors in a panel's row, TILE_ROWS the rows of a full tile.
//
// A tile's sums stay in registers for all of `depth`: TILE_ROWS · VECTORS of them, or, with fewer rows, as many by taking several
// panels at once, so that there are always more independent sums than the processor has multiply-adds under way.
#include "activations.h"
#include "recurrent_kernels.h"

#define WIDTH (LANES * VECTORS)

// A product, as recurrent_kernels.h describes it.
typedef struct {
  const float *a;
  long a_row, a_step, depth;
  const float *panels;
  long first, end;
  float *c;
  long c_row;
  int accumulating;
} NAME(Product);

// Stores the sums of one row and panel: the columns that were asked for.
INLINE void NAME(store_row)(const NAME(Product) *p, long row, long panel, const vf *sums) {
  const long start = panel * WIDTH;
  float *c = p->c + row * p->c_row + (start - p->first);
  if (start >= p->first && start + WIDTH <= p->end) {
    for (int v = 0; v < VECTORS; v++) store(c + v * LANES, p->accumulating ? load(c + v * LANES, LANES) + sums[v] : sums[v], LANES);
  } else {
    float all[WIDTH];
    memcpy(all, sums, sizeof all);
    for (long k = 0; k < WIDTH; k++) {
      if (start + k >= p->first && start + k < p->end) c[k] = p->accumulating ? c[k] + all[k] : all[k];
    }
  }
}

// `rows` rows and `panels` panels, both constants where this is inlined.
INLINE void NAME(tile)(const NAME(Product) *p, long row, long panel, const int rows, const int panels) {
  vf sums[TILE_ROWS * 4 * VECTORS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows * panels * VECTORS; i++) sums[i] = 0.0f;
  const float *a = p->a + row * p->a_row;
  const float *b = p->panels + panel * p->depth * WIDTH;
  const long next = p->depth * WIDTH, a_row = p->a_row, a_step = p->a_step;
  for (long k = p->depth; k > 0; k--) {
#pragma clang loop unroll(full)
    for (int q = 0; q < panels; q++) {
      vf w[VECTORS];
#pragma clang loop unroll(full)
      for (int v = 0; v < VECTORS; v++) w[v] = load(b + q * next + v * LANES, LANES);
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; r++) {
        const vf x = a[r * a_row];
#pragma clang loop unroll(full)
        for (int v = 0; v < VECTORS; v++) {
          vf *s = &sums[(r * panels + q) * VECTORS + v];
          *s = x * w[v] + *s;
        }
      }
    }
    a += a_step;
    b += WIDTH;
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
#pragma clang loop unroll(full)
    for (int q = 0; q < panels; q++) NAME(store_row)(p, row + r, panel + q, &sums[(r * panels + q) * VECTORS]);
  }
}

// All panels for the `ROWS` rows from `row` on, PANELS at a time and then one by one.
#define ROW_CASE(ROWS, PANELS)                                                                      \
  case ROWS: {                                                                                      \
    long panel = first;                                                                             \
    for (; panel + PANELS <= end; panel += PANELS) NAME(tile)(&p, row, panel, ROWS, PANELS);        \
    for (; panel < end; panel++) NAME(tile)(&p, row, panel, ROWS, 1);                               \
    break;                                                                                          \
  }

static void NAME(multiply)(const float *a, long a_row, long a_step, long rows, long depth, const float *panels, long first_column,
                           long end_column, float *c, long c_row, int accumulating) {
  const NAME(Product) p = {a, a_row, a_step, depth, panels, first_column, end_column, c, c_row, accumulating};
  const long first = first_column / WIDTH, end = (end_column + WIDTH - 1) / WIDTH;
  const long whole = rows - rows % TILE_ROWS;
  // A panel stays in cache while all full tiles go over it.
  if (whole > 0) {
    for (long panel = first; panel < end; panel++) {
      for (long row = 0; row < whole; row += TILE_ROWS) NAME(tile)(&p, row, panel, TILE_ROWS, 1);
    }
  }
  const long row = whole;
  switch (rows - whole) {
    ROW_CASE(1, 4)
    ROW_CASE(2, 2)
    ROW_CASE(3, 2)
    ROW_CASE(4, 1)
    ROW_CASE(5, 1)
  default: break;
  }
}

static void NAME(pack)(const float *b, long b_row, long b_column, long rows, long columns, float *panels) {
  for (long first = 0; first < columns; first += WIDTH) {
    const long count = columns - first < WIDTH ? columns - first : WIDTH;
    if (count < WIDTH) memset(panels, 0, (size_t)(rows * WIDTH) * sizeof(float));
    if (b_column == 1) {
      for (long k = 0; k < rows; k++) memcpy(panels + k * WIDTH, b + k * b_row + first, (size_t)count * sizeof(float));
    } else {
      for (long j = 0; j < count; j++) {
        const float *source = b + (first + j) * b_column;
        for (long k = 0; k < rows; k++) panels[k * WIDTH + j] = source[k * b_row];
      }
    }
    panels += rows * WIDTH;
  }
}

const RecurrentProductKernels NAME(product_kernels) = {WIDTH, NAME(multiply), NAME(pack)};
