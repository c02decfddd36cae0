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
  void (*gru_forward)(float *gates, const float *recurrent, const float *input_bias, const float *recurrent_bias, float *hidden,
                      long first, long end, long H);
  void (*gru_backward)(float *gates, const float *previous, float *dh, long first, long end, long H);
  void (*gru_reset_forward)(float *gates, const float *bias, const float *hidden, long first, long end, long H);
  void (*gru_state_forward)(float *gates, const float *bias, float *hidden, long first, long end, long H);
  void (*gru_state_backward)(float *gates, const float *previous, float *dh, long first, long end, long H);
  void (*gru_reset_backward)(float *gates, const float *previous, const float *product_gradient, float *dh, long first, long end,
                             long H);
  // y[k] = sigmoid(x[k]) and tanh(x[k]), for tests.
  void (*sigmoid)(const float *x, float *y, long count);
  void (*tanh)(const float *x, float *y, long count);
} RecurrentGateKernels;

// The kernels for an instruction set that is supported.
const RecurrentGateKernels *recurrent_gate_kernels(RecurrentISA isa);

// The matrix product over packed panels.
//
// A matrix [depth, columns] is packed into panels of `width` columns, [panel][depth][width], the last filled up with zeros.
typedef struct {
  long width;
  // c (+)= a · the packed matrix, its columns first_column..<end_column. Element (r, k) of a is a[r * a_row + k * a_step]; element
  // (r, 0) of c belongs to first_column. Each sum runs over k in order, whatever tile it falls into.
  void (*multiply)(const float *a, long a_row, long a_step, long rows, long depth, const float *panels, long first_column, long end_column,
                   float *c, long c_row, int accumulating);
  // Packs `columns` columns of `rows` rows; element (k, j) is b[k * b_row + j * b_column].
  void (*pack)(const float *b, long b_row, long b_column, long rows, long columns, float *panels);
} RecurrentProductKernels;

// The kernels for an instruction set that is supported.
const RecurrentProductKernels *recurrent_product_kernels(RecurrentISA isa);
