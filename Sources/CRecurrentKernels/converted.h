// Products and steps of a kind that converts its left factor: int8, and bfloat16 where the processor
// multiplies it.
//
// Some rows at a time are converted into scratch memory on the stack and then multiplied by all
// panels. The kind defines:
// - GROUP: the elements of the depth in a LEFT, which has 32 bits.
// - KIND(convert): converts rows.
// - PANEL_SIZE and KIND(pack_vector), as for pack.h.
// - START and MULTIPLY, as for product_kernel.h.
#include "pack.h"
#include "product_kernel.h"
#include "cell_kernel.h"

// The number of rows that are converted at a time: as many as scratch memory holds.
INLINE long KIND(block)(long rows, long depth, long tile) {
  const long groups = LEFT_ROW(depth < DEPTH ? depth : DEPTH);
  const long most = groups ? SCRATCH / groups : SCRATCH_ROWS;
  return even_block(rows, most < SCRATCH_ROWS ? most : SCRATCH_ROWS, tile);
}

static void KIND(multiply)(const float *a, long a_row, long a_step, long rows, long depth, const void *panels,
                           long columns, long first, long end, float *c, long c_row, int accumulating,
                           const float *bias) {
  KIND(Left) left;
  const long all = (columns + WIDTH - 1) / WIDTH, most = KIND(block)(rows, depth, TILE_ROWS);
  for (long block = 0; block < rows; block += most) {
    const long block_rows = rows - block < most ? rows - block : most;
    for (long k = 0; k < depth; k += DEPTH) {
      const long part = depth - k < DEPTH ? depth - k : DEPTH;
      KIND(convert)(&left, a + block * a_row, a_row, a_step, block_rows, k, part, depth);
      const WEIGHT *panel = (const WEIGHT *)panels + k / DEPTH * all * PANEL_SIZE(DEPTH, VECTORS);
      const Result result = {
          c + block * c_row, c_row, first, end, accumulating || k > 0, k + part < depth ? NULL : bias};
      for (long p = first / WIDTH; p * WIDTH < end; p++) {
        KIND(panel)(&result, &left, panel + p * PANEL_SIZE(part, VECTORS), part, block_rows, p * WIDTH);
      }
    }
  }
}

// The rows first..<first + rows of a step.
INLINE RecurrentStep KIND(part_of)(const RecurrentStep *s, long first, long rows) {
  RecurrentStep part = *s;
  part.previous += first * s->previous_row;
  part.carried += first * s->previous_row;
  part.rows = rows;
  part.gates += first * s->gates_row;
  part.cell += first * s->hidden_size;
  if (s->kept_cell) part.kept_cell += first * s->hidden_size;
  part.hidden += first * s->hidden_row;
  part.hidden_rows -= first;
  if (s->outputs) part.outputs += first;
  return part;
}

#define CELL_STEP(CELL, vectors, units, most)                                                                         \
  static void KIND(CELL##_step)(const RecurrentStep *whole) {                                                         \
    KIND(Left) converted;                                                                                             \
    const KIND(Left) *const left = &converted;                                                                        \
    const long panels = (whole->hidden_size + (units) - 1) / (units);                                                 \
    const long block = KIND(block)(whole->rows, whole->depth, most);                                                  \
    for (long begin = 0; begin < whole->rows; begin += block) {                                                       \
      const RecurrentStep part =                                                                                      \
          KIND(part_of)(whole, begin, whole->rows - begin < block ? whole->rows - begin : block);                     \
      const RecurrentStep *const s = &part;                                                                           \
      for (long from = 0; from < s->depth; from += DEPTH) {                                                           \
        const long depth = s->depth - from < DEPTH ? s->depth - from : DEPTH;                                         \
        KIND(convert)(&converted, s->previous, s->previous_row, 1, s->rows, from, depth, s->depth);                   \
        const WEIGHT *panel = (const WEIGHT *)s->weights + from / DEPTH * panels * PANEL_SIZE(DEPTH, vectors);        \
        for (long u = s->first; u < s->end; u += (units)) {                                                           \
          FOR_TILES(s->rows, most,                                                                                    \
                    KIND(CELL##_tile)(s, left, panel + u / (units) * PANEL_SIZE(depth, vectors), from, depth, row, u, \
                                      TILE);)                                                                         \
        }                                                                                                             \
      }                                                                                                               \
    }                                                                                                                 \
  }

CELL_STEP(elman, VECTORS, WIDTH, TILE_ROWS)
CELL_STEP(lstm, 4, LANES, LSTM_ROWS)
CELL_STEP(gru, 3, LANES, GRU_ROWS)
