// The innermost loop of every product: a few rows times a panel, with the sums in registers.
//
// A kind of product (float32.h, int8.h, bfloat16.h) defines:
// - KIND(x): a function's name.
// - LEFT, WEIGHT: the elements of the left factor and of a panel.
// - SUM, FACTOR: vectors of sums, and of factors.
// - STEP: the WEIGHTs of one vector in a row of a panel.
// - PARTS: the rows of the right factor that a row of a panel holds, multiplied one after another.
// - BROADCAST(a): the factor of the row whose element is at `a`.
// - WEIGHTS(p, part): the factor of a part of the vector at `p`.
// - DOT(sum, x, w): the sum plus the products of x and w.

// sums[r][v] += the sum over k < depth of a[r * a_row + k * a_step] * b[k][v], over k in order,
// whatever the number of rows. A row of the panel has PARTS rows of b.
//
// `rows`, `vectors` and `all` are constants where this is inlined; the product of the first two is at
// most SUMS. Each of the fewer of the two has a register. A row of the panel has `all` vectors, of
// which those from `panel` on are used.
INLINE void KIND(part)(SUM *sums, const LEFT *a, long a_row, const WEIGHT *panel, const int part, const int rows,
                       const int vectors) {
  (void)part;
  FACTOR x[SUMS], w[SUMS];
  if (vectors <= rows) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) w[v] = WEIGHTS(panel + v * STEP, part);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows * vectors; i++) {
      if (i % vectors == 0) x[0] = BROADCAST(a + i / vectors * a_row);
      sums[i] = DOT(sums[i], x[0], w[i % vectors]);
    }
  } else {
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) x[r] = BROADCAST(a + r * a_row);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows * vectors; i++) {
      const int r = i % rows, v = i / rows;
      if (r == 0) w[0] = WEIGHTS(panel + v * STEP, part);
      sums[r * vectors + v] = DOT(sums[r * vectors + v], x[r], w[0]);
    }
  }
}

INLINE void KIND(accumulate)(SUM *sums, const LEFT *a, long a_row, long a_step, const WEIGHT *panel, long depth,
                             const int rows, const int vectors, const int all) {
  for (long k = depth; k >= PARTS; k -= PARTS) {
#pragma clang loop unroll(full)
    for (int v = 0; FETCHES(rows) && v < vectors * STEP * (int)sizeof(WEIGHT); v += LINE_BYTES)
      __builtin_prefetch((const char *)panel + FETCH_AHEAD * all * STEP * sizeof(WEIGHT) + v);
#pragma clang loop unroll(full)
    for (int part = 0; part < PARTS; part++) {
      KIND(part)(sums, a, a_row, panel, part, rows, vectors);
      a += a_step;
    }
    panel += all * STEP;
  }
  if (depth % PARTS) KIND(part)(sums, a, a_row, panel, 0, rows, vectors);
}
