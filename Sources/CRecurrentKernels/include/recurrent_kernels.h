// Kernels in C, compiled once per instruction set and chosen at run time: no compiler flags are needed.
#pragma once

// The instruction sets there are kernels for, narrowest first. "baseline" is the compiler's default for the processor
// family: SSE2 on x86-64, NEON on arm64.
typedef enum { RECURRENT_BASELINE, RECURRENT_AVX2, RECURRENT_AVX512, RECURRENT_ISA_COUNT } RecurrentISA;

// "baseline", "avx2" or "avx512".
const char *recurrent_isa_name(RecurrentISA isa);

// Whether this processor, and the operating system, can run those kernels.
int recurrent_isa_supported(RecurrentISA isa);

// The element-wise part of the cells for units first..<end of one row. H is the hidden size. Arguments are those of the
// Swift protocol GateKernels, where they are described.
typedef struct {
  void (*elman_forward)(float *gates, const float *bias, float *hidden, long first, long end, int relu);
  void (*elman_backward)(float *gates, const float *dh, long first, long end, int relu);
  void (*lstm_forward)(float *gates, const float *bias, float *cell, float *hidden, long first, long end, long H);
  void (*lstm_backward)(float *gates, const float *previous_cell, const float *dh, float *dc, long first, long end, long H);
  void (*gru_forward)(float *gates, const float *recurrent, const float *input_bias, const float *recurrent_bias, const float *previous,
                      float *hidden, long first, long end, long H);
  void (*gru_backward)(float *gates, const float *previous, float *dh, long first, long end, long H);
  void (*gru_reset_forward)(float *gates, const float *bias, const float *previous, long first, long end, long H);
  void (*gru_state_forward)(float *gates, const float *bias, const float *previous, float *hidden, long first, long end, long H);
  void (*gru_state_backward)(float *gates, const float *previous, float *dh, long first, long end, long H);
  void (*gru_reset_backward)(float *gates, const float *previous, const float *product_gradient, float *dh, long first, long end,
                             long H);
} RecurrentGateKernels;

// The kernels for an instruction set that is supported.
const RecurrentGateKernels *recurrent_gate_kernels(RecurrentISA isa);

// A step of some units of a cell, of rows of a batch. H is the hidden size; the blocks of H of the gates are those of GateKernels.
typedef struct {
  // h of the step before, [rows, depth], as it enters the product, and as a GRU carries it over, with the same distance between rows.
  const float *previous, *carried;
  long previous_row, rows, depth;
  // The weights, packed for the cell's number of gates.
  const float *weights;
  // The units; `first` begins a panel, and `end` begins one or is H.
  long first, end, hidden_size;
  // The products with the inputs, without biases, [rows, blocks * H]; they become the gates where `keeps_gates`, and else anything.
  float *gates;
  long gates_row;
  int keeps_gates;
  // An Elman cell's nonlinearity.
  int relu;
  // [gates * H]; the second one for a GRU only, whose products have a bias each.
  const float *bias, *recurrent_bias;
  // An LSTM's c, before and after, [rows, H]; and where to keep what it was before, or NULL.
  float *cell, *kept_cell;
  // Where h goes: [hidden_rows, ...] for the first rows, and unit 0 of each row, or NULL.
  float *hidden;
  long hidden_row, hidden_rows;
  float *const *outputs;
} RecurrentStep;

// Products over packed panels.
//
// A matrix [depth, gates * H] is packed into panels, each with the same units of every gate, LANES of one gate after LANES of another;
// the last is filled up with zeros. With one gate, a panel has `width` columns. Panels follow one another as [panel][depth][...], for
// 1024 of the depth and then for the next. RECURRENT_FETCHED_AHEAD more floats have to be there after the last, since products fetch
// ahead: 32 rows of the widest panel of all instruction sets, so that a run asks for the same memory on every machine.
#define RECURRENT_FETCHED_AHEAD 2048
typedef struct {
  // The columns of a panel with one gate. With more gates, it has as many vectors as gates.
  long width, lanes;
  // Packs `columns` columns, those of `gates` gates, of `rows` rows; element (k, j) is b[k * b_row + j * b_column].
  void (*pack)(const float *b, long b_row, long b_column, long rows, long columns, long gates, float *panels);
  // c (+)= a . a matrix of so many columns packed as one gate, its columns first_column..<end_column. Element (r, k) of a is
  // a[r * a_row + k * a_step]; element (r, 0) of c belongs to first_column. Each sum runs over k in order, whatever the tile.
  void (*multiply)(const float *a, long a_row, long a_step, long rows, long depth, const float *panels, long columns, long first_column,
                   long end_column, float *c, long c_row, int accumulating);
  void (*elman_step)(const RecurrentStep *step);
  void (*lstm_step)(const RecurrentStep *step);
  // With the reset after the product.
  void (*gru_step)(const RecurrentStep *step);
} RecurrentProductKernels;

// The kernels for an instruction set that is supported.
const RecurrentProductKernels *recurrent_product_kernels(RecurrentISA isa);

// Element-wise work over whole arrays. Arguments are those of the Swift protocol DenseKernels, where they are described.
typedef struct {
  void (*sigmoid)(const float *x, float *y, long count);
  void (*tanh)(const float *x, float *y, long count);
  float (*exponentials)(const float *x, float maximum, float *y, long count);
  void (*dropout)(const float *x, float *y, long first, long count, unsigned long seed, unsigned long stream, unsigned threshold,
                  float scale);
} RecurrentDenseKernels;

// The kernels for an instruction set that is supported.
const RecurrentDenseKernels *recurrent_dense_kernels(RecurrentISA isa);
