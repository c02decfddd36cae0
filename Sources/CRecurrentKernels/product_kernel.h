// Tiles of a matrix product. The including kind has included accumulate.h, and defines:
// - KIND(Left): the left factor; KIND(tile) takes it as `left`.
// - START(vectors, all, skip): what is done before the sums are loaded.
// - MULTIPLY(vectors, all, skip): adds the products of the rows row..<row + rows of `left`, with `depth`
//   columns, and of `vectors` vectors of `panel`, of which each row has `all`, to `sums`; `skip` vectors
//   come before them.

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

// Stores a vector of sums of one row, of which some are in first..<end; `column` is that of the first.
__attribute__((noinline)) static void NAME(store_part)(const Result *p, long row, long column, vf sum) {
  const long begin = column < p->first ? p->first - column : 0, left = p->end - column;
  const long count = (left < LANES ? left : LANES) - begin;
  if (count <= 0) return;
  if (begin > 0) {
    float all[LANES];
    memcpy(all, &sum, sizeof all);
    sum = load(all + begin, count);
  }
  float *c = p->c + row * p->c_row + (column + begin - p->first);
  if (p->accumulating) sum += load(c, count);
  if (p->bias) sum += load(p->bias + (column + begin - p->first), count);
  store(c, sum, count);
}

// Stores those sums of one row whose columns are in first..<end; `column` is that of the first.
INLINE void NAME(store_row)(const Result *p, long row, long column, const vf *sums, const int vectors) {
  if (column < p->first || column + vectors * LANES > p->end) {
    EACH(v, vectors) NAME(store_part)(p, row, column + v * LANES, sums[v]);
    return;
  }
  float *c = p->c + row * p->c_row + (column - p->first);
  const float *bias = p->bias ? p->bias + (column - p->first) : NULL;
  EACH(v, vectors) {
    vf sum = p->accumulating ? load(c + v * LANES, LANES) + sums[v] : sums[v];
    if (bias) sum += load(bias + v * LANES, LANES);
    store(c + v * LANES, sum, LANES);
  }
}
#endif

// One tile of `rows` rows and of the vectors skip..<skip + vectors of a panel; `column` is that of the
// first of them. Constants where this is inlined: rows, vectors.
INLINE void KIND(tile)(const Result *p, const KIND(Left) * left, const WEIGHT *panel, long depth, long row, long column,
                       long skip, const int rows, const int vectors) {
  (void)skip;
  vf sums[SUMS];
  START(vectors, VECTORS, skip);
#pragma clang loop unroll(full)
  for (int i = 0; i < rows * vectors; i++) {
    sums[i] = 0.0f;
    if (p->accumulating)
      __builtin_prefetch(p->c + (row + i / vectors) * p->c_row + column - p->first + i % vectors * LANES);
  }
  MULTIPLY(vectors, VECTORS, skip);
  ROWS NAME(store_row)(p, row + r, column, &sums[r * vectors], vectors);
}

// All rows times those columns of a panel that are in first..<end; `column` is the panel's first.
INLINE void KIND(panel)(const Result *p, const KIND(Left) * left, const WEIGHT *panel, long depth, long rows,
                        long column) {
  const long skip = column < p->first ? (p->first - column) / LANES : 0;
  const long end = p->end - column < WIDTH ? (p->end - column + LANES - 1) / LANES : VECTORS;
  const long wanted = end - skip, from = column + skip * LANES;
  if (wanted == 1) {
    FOR_TILES(rows, MOST_ROWS(1), KIND(tile)(p, left, panel, depth, row, from, skip, TILE, 1);)
  } else if (2 * wanted <= VECTORS) {
    FOR_TILES(rows, MOST_ROWS(VECTORS / 2), KIND(tile)(p, left, panel, depth, row, from, skip, TILE, VECTORS / 2);)
  } else if (wanted < VECTORS) {
    FOR_TILES(rows, MOST_ROWS(VECTORS - 1), KIND(tile)(p, left, panel, depth, row, from, skip, TILE, VECTORS - 1);)
  } else {
    FOR_TILES(rows, TILE_ROWS, KIND(tile)(p, left, panel, depth, row, column, 0, TILE, VECTORS);)
  }
}
