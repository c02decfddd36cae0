// Cell steps in one pass: the product of h' with the recurrent weights, and the gates while the
// product's sums are in registers. The including kind has included product_kernel.h, which says
// what a kind defines.
//
// The equations, with a = W x + b + U h' + b' for each gate:
// - Elman cell: h = tanh(a) or relu(a).
// - LSTM: i, f, o = sigmoid(a); g = tanh(a); c = f * c' + i * g; h = o * tanh(c).
// - GRU, reset after the product: r, z = sigmoid(a); q = U h' + b'; n = tanh(W x + b + r * q); h =
//   (1 - z) * n + z * h'.
//
// A tile has a few rows and the units of one panel: LANES units with all their gates side by side,
// or WIDTH units in an Elman cell. Gates and c are computed for all rows of a tile before h is.
// That is the longest chain of dependent operations, and several rows overlap in it.

#ifndef CELL_TILE
// A tile of `rows` rows from `row` on, the units from u on, and the part of the depth that begins
// at `from`.
#define CELL_TILE(CELL)                                                                                          \
  INLINE void KIND(CELL##_tile)(const RecurrentStep *s, const KIND(Left) * left, const WEIGHT *panel, long from, \
                                long depth, long row, long u, const int rows)

// The address of unit u of a block of row r.
#define GATE(r, block) (s->gates + (row + (r)) * s->gates_row + (block) * s->hidden_size + u)
// Prefetches W x of the same rows for the next panel. In training it is far away in memory.
#define FETCH_NEXT(r, block, next) __builtin_prefetch(GATE(r, block) + (next))

// Stores n units of h of a row.
INLINE void NAME(store_hidden)(const RecurrentStep *s, long row, long u, vf h, long n) {
  if (row < s->hidden_rows) store(s->hidden + row * s->hidden_row + u, h, n);
  if (s->outputs) store(s->outputs[row] + u, h, n);
}

// The number of units from u on, at most LANES.
INLINE long NAME(units)(const RecurrentStep *s, long u) {
  const long left = s->hidden_size - u;
  return left < 0 ? 0 : left < LANES ? left : LANES;
}
#endif

CELL_TILE(elman) {
  vf sums[SUMS];
  START(VECTORS, VECTORS, 0);
  ROWS EACH(v, VECTORS) {
    const long n = NAME(units)(s, u + v * LANES);
    FETCH_NEXT(r, 0, (v + VECTORS) * LANES);
    sums[r * VECTORS + v] = load(GATE(r, 0) + v * LANES, n);
    if (from == 0) sums[r * VECTORS + v] += load(s->bias + u + v * LANES, n);
  }
  MULTIPLY(VECTORS, VECTORS, 0);
  const int is_last = from + depth == s->depth;
  ROWS EACH(v, VECTORS) {
    const long n = NAME(units)(s, u + v * LANES);
    vf h = sums[r * VECTORS + v];
    if (is_last) {
      h = NAME(elman)(h, s->relu);
      NAME(store_hidden)(s, row + r, u + v * LANES, h, n);
    }
    if (!is_last || s->keeps_gates) store(GATE(r, 0) + v * LANES, h, n);
  }
}

CELL_TILE(lstm) {
  const long n = NAME(units)(s, u);
  vf sums[SUMS];
  START(4, 4, 0);
  ROWS EACH(v, 4) {
    FETCH_NEXT(r, v, LANES);
    sums[r * 4 + v] = load(GATE(r, v), n);
    if (from == 0) sums[r * 4 + v] += load(s->bias + v * s->hidden_size + u, n);
  }
  MULTIPLY(4, 4, 0);
  if (from + depth < s->depth) {
    ROWS EACH(v, 4) store(GATE(r, v), sums[r * 4 + v], n);
    return;
  }
  ROWS {
    float *cell = s->cell + (row + r) * s->hidden_size + u;
    const vf previous = load(cell, n), c = NAME(lstm)(&sums[r * 4], previous);
    store(cell, c, n);
    if (s->kept_cell) store(s->kept_cell + (row + r) * s->hidden_size + u, previous, n);
    if (s->keeps_gates) EACH(v, 4) store(GATE(r, v), sums[r * 4 + v], n);
    sums[r * 4] = c;
  }
  ROWS NAME(store_hidden)(s, row + r, u, sums[r * 4 + 3] * hyperbolic_tangent(sums[r * 4]), n);
}

// Sums r, z and q (the recurrent part of n). The blocks in memory are q, r, z, n.
CELL_TILE(gru) {
  const long n = NAME(units)(s, u), H = s->hidden_size;
  vf sums[SUMS];
  START(3, 3, 0);
  ROWS {
    EACH(v, 3) FETCH_NEXT(r, v + 1, LANES);
    EACH(v, 3) sums[r * 3 + v] = from > 0 || v < 2 ? load(GATE(r, v == 2 ? 0 : v + 1), n) : (vf)0.0f;
    if (from == 0) {
      EACH(v, 2) sums[r * 3 + v] += load(s->bias + v * H + u, n);
      EACH(v, 3) sums[r * 3 + v] += load(s->recurrent_bias + v * H + u, n);
    }
  }
  MULTIPLY(3, 3, 0);
  if (from + depth < s->depth) {
    ROWS EACH(v, 3) store(GATE(r, v == 2 ? 0 : v + 1), sums[r * 3 + v], n);
    return;
  }
  ROWS EACH(v, 2) sums[r * 3 + v] = sigmoid(sums[r * 3 + v]);
  ROWS {
    const vf x = load(GATE(r, 3), n) + load(s->bias + 2 * H + u, n);
    const vf c = hyperbolic_tangent(x + sums[r * 3] * sums[r * 3 + 2]), z = sums[r * 3 + 1];
    if (s->keeps_gates) {
      store(GATE(r, 0), sums[r * 3 + 2], n);
      store(GATE(r, 1), sums[r * 3], n);
      store(GATE(r, 2), z, n);
      store(GATE(r, 3), c, n);
    }
    NAME(store_hidden)(s, row + r, u, NAME(gru)(c, z, load(s->carried + (row + r) * s->previous_row + u, n)), n);
  }
}
