// Kernels in C, compiled once for each instruction set and chosen at run time, without compiler
// flags.
#pragma once

// The instruction sets that there are kernels for, in order of preference.
//
// RECURRENT_BASELINE is the default of the processor family: SSE2 on x86-64, NEON on arm64. The
// float32 kernels of AVX-VNNI are those of AVX2, those of AVX-512 VNNI and BF16 are those of AVX-512,
// and those of arm64's dot products (of bytes, and of bfloat16 too) are the baseline's. RECURRENT_EMULATED has the
// layouts of AVX-512 VNNI and BF16 in plain C, for tests.
typedef enum {
  RECURRENT_BASELINE,
  RECURRENT_AVX2,
  RECURRENT_AVXVNNI,
  RECURRENT_AVX512,
  RECURRENT_AVX512VNNI,
  RECURRENT_AVX512BF16,
  RECURRENT_DOTPROD,
  RECURRENT_NEONBF16,
  RECURRENT_EMULATED,
  RECURRENT_ISA_COUNT
} RecurrentISA;

// The precision of products: RecurrentCore's Precision.
typedef enum { RECURRENT_FLOAT32, RECURRENT_BFLOAT16, RECURRENT_INT8 } RecurrentPrecision;

// The name of an instruction set: "baseline", "avx2", "avxvnni", "avx512", "avx512vnni",
// "avx512bf16", "dotprod", "neonbf16" or "emulated".
const char *recurrent_isa_name(RecurrentISA isa);

// Whether this processor and the operating system support an instruction set.
int recurrent_isa_supported(RecurrentISA isa);

// The element-wise part of the cells, for units first..<end of one row. H is the hidden size. The
// Swift protocol GateKernels describes the arguments.
typedef struct {
  void (*elman_forward)(float *gates, const float *bias, float *hidden, long first, long end, int relu);
  void (*elman_backward)(float *gates, const float *dh, long first, long end, int relu);
  void (*lstm_forward)(float *gates, const float *bias, float *cell, float *hidden, long first, long end, long H);
  void (*lstm_backward)(float *gates, const float *previous_cell, const float *dh, float *dc, long first, long end,
                        long H);
  void (*gru_forward)(float *gates, const float *recurrent, const float *input_bias, const float *recurrent_bias,
                      const float *previous, float *hidden, long first, long end, long H);
  void (*gru_backward)(float *gates, const float *previous, float *dh, long first, long end, long H);
  void (*gru_reset_forward)(float *gates, const float *bias, const float *previous, long first, long end, long H);
  void (*gru_state_forward)(float *gates, const float *bias, const float *previous, float *hidden, long first, long end,
                            long H);
  void (*gru_state_backward)(float *gates, const float *previous, float *dh, long first, long end, long H);
  void (*gru_reset_backward)(float *gates, const float *previous, const float *product_gradient, float *dh, long first,
                             long end, long H);
} RecurrentGateKernels;

// The kernels for an instruction set that is supported.
const RecurrentGateKernels *recurrent_gate_kernels(RecurrentISA isa);

// A step of a cell for some units of some rows. H is the hidden size. The gates are in the blocks
// that GateKernels describes.
typedef struct {
  // h' [rows, depth] as it enters the product, and as a GRU carries it over, with the same row
  // stride.
  const float *previous, *carried;
  long previous_row, rows, depth;
  // The recurrent weights, packed for the cell's number of gates.
  const void *weights;
  // The units first..<end. `first` begins a panel; `end` begins a panel or is H.
  long first, end, hidden_size;
  // Going in, W x without bias [rows, blocks * H]. Coming out, the gates if `keeps_gates`, else
  // anything.
  float *gates;
  long gates_row;
  int keeps_gates;
  // Whether an Elman cell's activation is relu instead of tanh.
  int relu;
  // The biases [gates * H]: b + b', or b and b' of a GRU, which keeps both products separate.
  const float *bias, *recurrent_bias;
  // c [rows, H] of an LSTM, updated in place. kept_cell receives the old c, unless it is NULL.
  float *cell, *kept_cell;
  // Receive h: `hidden` that of the first hidden_rows rows, outputs[r] that of each row r, unless
  // it is NULL.
  float *hidden;
  long hidden_row, hidden_rows;
  float *const *outputs;
} RecurrentStep;

// Products over packed panels.
//
// A matrix [depth, gates * H] is packed into panels, here of floats. A panel has the same units of every gate:
// LANES units of one gate, then LANES units of the next. With one gate, a panel has `width`
// columns. The last panel is padded with zeros.
//
// Panels lie in memory as [panel][depth][...], for the first 1024 of the depth, then for the next
// 1024, and so on. Products prefetch ahead, so RECURRENT_FETCHED_AHEAD more floats must follow the
// last panel: 32 rows of the widest panel of all instruction sets, so that memory does not depend
// on the machine.
#define RECURRENT_FETCHED_AHEAD 2048
typedef struct {
  // The number of columns of a panel with one gate, and of a vector. With more gates, a panel has
  // one vector for each.
  long width, lanes;
  // The bytes of a packed matrix [rows, columns], without those that are fetched ahead.
  long (*size)(long rows, long columns, long gates);
  // Packs a matrix [rows, columns] whose columns belong to `gates` gates. Element (k, j) is b[k *
  // b_row + j * b_column].
  void (*pack)(const float *b, long b_row, long b_column, long rows, long columns, long gates, void *panels);
  // c = a . b, plus c if `accumulating`, plus a bias of each column unless it is NULL: columns
  // first_column..<end_column of a matrix b of `columns` columns that was packed for one gate.
  // Element (r, k) of a is a[r * a_row + k * a_step]; column 0 of c and of the bias is first_column.
  // Each sum is over k in order, whatever the tile; the bias is added last.
  void (*multiply)(const float *a, long a_row, long a_step, long rows, long depth, const void *panels, long columns,
                   long first_column, long end_column, float *c, long c_row, int accumulating, const float *bias);
  void (*elman_step)(const RecurrentStep *step);
  void (*lstm_step)(const RecurrentStep *step);
  // The GRU with the reset after the product.
  void (*gru_step)(const RecurrentStep *step);
} RecurrentProductKernels;

// The kernels for an instruction set that is supported, in a precision. float32.h, bfloat16.h and
// int8.h describe the panels of each.
const RecurrentProductKernels *recurrent_product_kernels(RecurrentISA isa, RecurrentPrecision precision);

// The factors of an update of Adam: RecurrentCore's AdamFactors.
typedef struct {
  float beta1, beta2, epsilon, rate, inverse, coupled_decay, shrinking;
} RecurrentAdam;

// Element-wise functions of whole arrays. The Swift protocol DenseKernels describes the arguments.
typedef struct {
  void (*sigmoid)(const float *x, float *y, long count);
  void (*tanh)(const float *x, float *y, long count);
  float (*exponentials)(const float *x, float maximum, float factor, float *y, long count);
  void (*dropout)(const float *x, float *y, long first, long count, unsigned long seed, unsigned long stream,
                  unsigned threshold, float scale);
  float (*greatest)(const float *x, long count);
  // The Swift protocol UpdateKernels describes these. `adam` gives the same bits on all instruction
  // sets.
  void (*adam)(float *w, const float *g, float *m, float *v, long count, const RecurrentAdam *factors);
  int (*are_finite)(const float *x, long count);
} RecurrentDenseKernels;

// The kernels for an instruction set that is supported.
const RecurrentDenseKernels *recurrent_dense_kernels(RecurrentISA isa);
