// Machine peak: the maximum multiply-add rate and read bandwidth of a core.
#pragma once
#include <stddef.h>

// The precisions of a product's factors. Sums are float32, of int8 32-bit integers.
typedef enum { MACHINE_PEAK_FLOAT32, MACHINE_PEAK_BFLOAT16, MACHINE_PEAK_INT8 } MachinePeakPrecision;

// The instructions with which this CPU multiplies and adds most numbers of a precision, of those with a loop here:
//
// - float32: "avx512f", "avx2+fma", "neon", or "baseline" (the compiler's default);
// - bfloat16: "avx512bf16" or "bfmmla"; elsewhere those of float32. Weights are then widened to float32, at a cost that
//   is shared by the rows of a tile, so that the rate of float32 is the bound;
// - int8: "avx512vnni", "avxvnni", "i8mm" or "sdot"; elsewhere exact products of 16-bit integers, added in pairs:
//   "avx512bw", "avx2", "neon" or "baseline".
const char *machine_peak_isa(MachinePeakPrecision precision);

// Runs `rounds` rounds of independent multiply-adds on registers, with the instructions above ("baseline" in float32: a
// multiplication and an addition). Returns the number of operations; a multiply-add counts as two.
double machine_peak_multiply_add(MachinePeakPrecision precision, long rounds);

// Reads `bytes` bytes (a multiple of 1024) at a 64-byte boundary, `rounds` times. Returns a sum, so that no read can be
// optimised away.
float machine_peak_read(const float *data, size_t bytes, long rounds);

// The system's number of the core with this index, modulo their number, among those that this thread may run on; -1 if
// they are unknown.
int machine_peak_core(int index);

// Pins this thread to a core, if it may run there.
void machine_peak_pin(int core);
