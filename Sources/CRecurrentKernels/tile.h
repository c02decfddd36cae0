// Packed panels, and the innermost loop of every product: a few rows times a panel, with the sums
// in registers.
//
// The including file defines what fits the registers: SUMS vectors of sums beside a row of a panel,
// and VECTORS vectors in a row of a panel for one gate. recurrent_kernels.h describes the layout.
#pragma once
#include "activations.h"

// The number of rows of a panel that are multiplied before the sums are stored. A panel of that
// depth stays in the L2 cache while all rows are multiplied by it.
#define BLOCK 1024

// How far ahead a panel is prefetched into the L1 cache, in rows of it. With one or two rows of
// sums, the processor waits for memory anyway and its own prefetcher is better.
#define FETCH_AHEAD 32
#define FETCHES(rows) ((rows) > 2)
_Static_assert((VECTORS > 4 ? VECTORS : 4) * LANES * FETCH_AHEAD <= RECURRENT_FETCHED_AHEAD,
               "prefetches beyond the packed matrix");
// The number of floats of a cache line.
#define LINE 16

// sums[r][v] += the sum over k of a[r * a_row + k * a_step] * panel[k][v], over k in order,
// whatever the number of rows.
//
// `rows` and `vectors` are constants where this is inlined; their product is at most SUMS. Each of
// the fewer of the two has a register.
INLINE void multiply_add(vf *sums, const float *a, long a_row, long a_step, const float *panel, long depth,
                         const int rows, const int vectors) {
  for (long k = depth; k > 0; k--) {
    vf x[SUMS], w[SUMS];
#pragma clang loop unroll(full)
    for (int v = 0; FETCHES(rows) && v < vectors; v += LINE / LANES)
      __builtin_prefetch(panel + (FETCH_AHEAD * vectors + v) * LANES);
    if (vectors <= rows) {
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) w[v] = load(panel + v * LANES, LANES);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows * vectors; i++) {
        if (i % vectors == 0) x[0] = a[i / vectors * a_row];
        sums[i] = x[0] * w[i % vectors] + sums[i];
      }
    } else {
#pragma clang loop unroll(full)
      for (int r = 0; r < rows; r++) x[r] = a[r * a_row];
#pragma clang loop unroll(full)
      for (int i = 0; i < rows * vectors; i++) {
        const int r = i % rows, v = i / rows;
        if (r == 0) w[0] = load(panel + v * LANES, LANES);
        sums[r * vectors + v] = x[r] * w[0] + sums[r * vectors + v];
      }
    }
    a += a_step;
    panel += vectors * LANES;
  }
}

// Runs a statement for every tile of `rows` rows. Tiles have at most `most` rows and are as even as
// possible. `row` is the first row of a tile; the constant TILE is its number of rows.
#define FOR_TILES(rows, most, ...)                                                                          \
  for (long row = 0, tiles = ((rows) + (most) - 1) / (most), count = 0; tiles > 0; row += count, tiles--) { \
    count = ((rows) - row + tiles - 1) / tiles;                                                             \
    switch (count) {                                                                                        \
      TILE_CASE(1, most, __VA_ARGS__)                                                                       \
      TILE_CASE(2, most, __VA_ARGS__)                                                                       \
      TILE_CASE(3, most, __VA_ARGS__)                                                                       \
      TILE_CASE(4, most, __VA_ARGS__)                                                                       \
      TILE_CASE(5, most, __VA_ARGS__)                                                                       \
      TILE_CASE(6, most, __VA_ARGS__)                                                                       \
      TILE_CASE(7, most, __VA_ARGS__)                                                                       \
      TILE_CASE(8, most, __VA_ARGS__)                                                                       \
    }                                                                                                       \
  }
#define TILE_CASE(N, most, ...) \
  case N:                       \
    if (N <= (most)) {          \
      enum { TILE = N };        \
      __VA_ARGS__               \
    }                           \
    break;

// MARK: Packing

// Transposes LANES vectors of LANES. Each pass interleaves the first half with the second.
INLINE void transpose(vf *m) {
  vf other[LANES];
  for (int pass = 1; pass < LANES; pass *= 2) {
#pragma clang loop unroll(full)
    for (int i = 0; i < LANES / 2; i++) {
      other[2 * i] = INTERLEAVE_LOW(m[i], m[i + LANES / 2]);
      other[2 * i + 1] = INTERLEAVE_HIGH(m[i], m[i + LANES / 2]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < LANES; i++) m[i] = other[i];
  }
}

// Packs `count` columns, at most LANES, into one vector of each row of a panel; the rows are `step`
// floats apart. The rest of the vector is zero.
INLINE void NAME(pack_vector)(const float *b, long b_row, long b_column, long rows, long count, float *target,
                              long step) {
  long k = 0;
  if (b_column == 1) {
    for (; k < rows; k++) store(target + k * step, load(b + k * b_row, count), LANES);
  } else if (b_row == 1) {
    for (; k + LANES <= rows; k += LANES) {
      vf m[LANES];
      for (long j = 0; j < LANES; j++) m[j] = j < count ? load(b + j * b_column + k, LANES) : (vf)0.0f;
      transpose(m);
      for (long j = 0; j < LANES; j++) store(target + (k + j) * step, m[j], LANES);
    }
  }
  for (; k < rows; k++) {
    for (long j = 0; j < LANES; j++) target[k * step + j] = j < count ? b[k * b_row + j * b_column] : 0.0f;
  }
}

// Packs a matrix [rows, columns] into panels for a number of gates.
static void NAME(pack)(const float *b, long b_row, long b_column, long rows, long columns, long gates, float *panels) {
  const long vectors = gates == 1 ? VECTORS : gates, size = columns / gates, units = vectors / gates * LANES;
  for (long block = 0; block < rows; block += BLOCK) {
    const long depth = rows - block < BLOCK ? rows - block : BLOCK;
    for (long first = 0; first < size; first += units) {
      for (long v = 0; v < vectors; v++) {
        const long gate = v * gates / vectors, unit = first + v % (vectors / gates) * LANES, left = size - unit;
        NAME(pack_vector)(b + block * b_row + (gate * size + unit) * b_column, b_row, b_column, depth,
                          left < 0       ? 0
                          : left < LANES ? left
                                         : LANES,
                          panels + v * LANES, vectors * LANES);
      }
      panels += depth * vectors * LANES;
    }
  }
  // Write to the pages beyond the matrix that products prefetch from. Prefetching from a page that
  // was never written walks the page tables each time.
  for (long k = 0; k < RECURRENT_FETCHED_AHEAD; k += 1024) panels[k] = 0.0f;
  panels[RECURRENT_FETCHED_AHEAD - 1] = 0.0f;
}
