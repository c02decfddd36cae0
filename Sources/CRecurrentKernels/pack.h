// Packing of a matrix into panels. The including kind defines PANEL_SIZE(depth, vectors), the WEIGHTs
// of a panel; DEPTH, the depth of a block of panels; and PACK_VECTOR.

// Packs a matrix [rows, columns] into panels for a number of gates.
static void KIND(pack)(const float *b, long b_row, long b_column, long rows, long columns, long gates, void *target) {
  WEIGHT *panel = target;
  const long vectors = gates == 1 ? VECTORS : gates, size = columns / gates, units = vectors / gates * LANES;
  for (long block = 0; block < rows; block += DEPTH) {
    const long depth = rows - block < DEPTH ? rows - block : DEPTH;
    for (long first = 0; first < size; first += units) {
      for (long v = 0; v < vectors; v++) {
        const long gate = v * gates / vectors, unit = first + v % (vectors / gates) * LANES, left = size - unit;
        const long count = left < 0 ? 0 : left < LANES ? left : LANES;
        KIND(pack_vector)(b + block * b_row + (gate * size + unit) * b_column, b_row, b_column, block, depth, rows,
                          count, panel, v, vectors);
      }
      panel += PANEL_SIZE(depth, vectors);
    }
  }
  // Write to the pages beyond the matrix that products prefetch from. Prefetching from a page that
  // was never written walks the page tables each time.
  float *end = (float *)panel;
  for (long k = 0; k < RECURRENT_FETCHED_AHEAD; k += 1024) end[k] = 0.0f;
  end[RECURRENT_FETCHED_AHEAD - 1] = 0.0f;
}

// The bytes of a packed matrix.
static long KIND(size)(long rows, long columns, long gates) {
  const long vectors = gates == 1 ? VECTORS : gates, units = vectors / gates * LANES;
  const long panels = (columns / gates + units - 1) / units, whole = rows / DEPTH;
  return panels * (whole * PANEL_SIZE(DEPTH, vectors) + (rows % DEPTH ? PANEL_SIZE(rows % DEPTH, vectors) : 0)) *
         (long)sizeof(WEIGHT);
}

// The kernels of the kind, for its table.
#define KERNELS \
  {WIDTH, LANES, KIND(size), KIND(pack), KIND(multiply), KIND(elman_step), KIND(lstm_step), KIND(gru_step)}
