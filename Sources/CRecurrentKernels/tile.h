// Tiles: a few rows times a panel, with the sums in registers.
//
// The including file defines what fits the registers: SUMS vectors of sums beside a row of a panel,
// and VECTORS vectors in a row of a panel for one gate. recurrent_kernels.h describes the layouts.
#pragma once
#include "recurrent_kernels.h"
#include "activations.h"

#define WIDTH (LANES * VECTORS)
#define TILE_ROWS (SUMS / VECTORS)
// The most rows of a tile of fewer vectors, which has at most 8.
#define MOST_ROWS(vectors) (SUMS / (vectors) < 8 ? SUMS / (vectors) : 8)
// The most rows of a cell's tile. With 16 registers, GRU tiles of 4 rows are too large: 12 sums and
// 3 vectors of weights leave one register, and the compiler needs two.
#define LSTM_ROWS (SUMS / 4)
#define GRU_ROWS (SUMS == 12 ? 3 : SUMS / 3)

// How far ahead a panel is prefetched into the L1 cache, in rows of it. With one or two rows of
// sums, the processor waits for memory anyway and its own prefetcher is better.
#define FETCH_AHEAD 32
#define FETCHES(rows) ((rows) > 2)
_Static_assert((VECTORS > 4 ? VECTORS : 4) * LANES * FETCH_AHEAD <= RECURRENT_FETCHED_AHEAD,
               "prefetches beyond the packed matrix");
#define LINE_BYTES 64

// The depth of a block of panels whose left factor is read in place. A panel of that depth stays in
// the L2 cache while all rows are multiplied by it.
#define BLOCK 1024
// The floats of a copy of such a factor, whose rows are far apart.
#define COPIED 16384

#define ROWS _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++)
#define EACH(v, count) _Pragma("clang loop unroll(full)") for (int v = 0; v < (count); v++)

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

// The number of rows of a block: at most `most`, in blocks of equal size, each of whole tiles of `tile`
// rows unless there is room for less than one.
INLINE long even_block(long rows, long most, long tile) {
  if (most < tile) return most;
  most -= most % tile;
  const long blocks = (rows + most - 1) / most, even = blocks ? (rows + blocks - 1) / blocks : 1;
  return (even + tile - 1) / tile * tile;
}

// MARK: Packing

// Packs `count` columns, at most LANES, into vector v of each row of a panel; the rest of the vector is
// zero. b is the first element of the panel's part of the depth: `depth` rows from `from` on, of
// `total`.
#define PACK_VECTOR                                                                                           \
  INLINE void KIND(pack_vector)(const float *b, long b_row, long b_column, long from, long depth, long total, \
                                long count, WEIGHT *panel, long v, long vectors)

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
