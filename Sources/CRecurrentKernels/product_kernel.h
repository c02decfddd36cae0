// Tiles of a matrix product. The including kind has included accumulate.h, and defines:
// - KIND(Left): the left factor; KIND(tile) takes it as `left`.
// - START(vectors): what is done before the sums are loaded.
// - MULTIPLY(vectors): adds the products of the rows row..<row + rows of `left`, with `depth`
//   columns, and of `panel` to `sums`.

#ifndef PRODUCT_RESULT
#define PRODUCT_RESULT
// Where a product goes: columns first..<end, plus what was there if `accumulating`, plus a bias unless
// it is NULL. Column 0 of c and of the bias is `first`.
typedef struct {
  float *c;
  long c_row, first, end;
  int accumulating;
  const float *bias;
} Result;

// Stores those sums of one row whose columns are in first..<end; `column` is that of the first.
INLINE void NAME(store_row)(const Result *p, long row, long column, const vf *sums) {
  float *c = p->c + row * p->c_row + (column - p->first);
  const float *bias = p->bias ? p->bias + (column - p->first) : NULL;
  if (column >= p->first && column + WIDTH <= p->end) {
    for (int v = 0; v < VECTORS; v++) {
      vf sum = p->accumulating ? load(c + v * LANES, LANES) + sums[v] : sums[v];
      if (bias) sum += load(bias + v * LANES, LANES);
      store(c + v * LANES, sum, LANES);
    }
  } else {
    float all[WIDTH];
    memcpy(all, sums, sizeof all);
    for (long k = 0; k < WIDTH; k++) {
      if (column + k < p->first || column + k >= p->end) continue;
      const float sum = p->accumulating ? c[k] + all[k] : all[k];
      c[k] = bias ? sum + bias[k] : sum;
    }
  }
}
#endif

// One tile of `rows` rows, a constant where this is inlined.
INLINE void KIND(tile)(const Result *p, const KIND(Left) * left, const WEIGHT *panel, long depth, long row, long column,
                       const int rows) {
  vf sums[SUMS];
  START(VECTORS);
#pragma clang loop unroll(full)
  for (int i = 0; i < rows * VECTORS; i++) {
    sums[i] = 0.0f;
    if (p->accumulating)
      __builtin_prefetch(p->c + (row + i / VECTORS) * p->c_row + column - p->first + i % VECTORS * LANES);
  }
  MULTIPLY(VECTORS);
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) NAME(store_row)(p, row + r, column, &sums[r * VECTORS]);
}
