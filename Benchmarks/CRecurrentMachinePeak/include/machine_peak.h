// Machine peak: the maximum multiply-add rate and read bandwidth of a core.
#pragma once
#include <stddef.h>

// The widest instruction set of this CPU with fused multiply-add and a loop here: "avx512f", "avx2+fma", "neon", or
// "baseline" (the compiler's default).
const char *machine_peak_isa(void);

// Runs `rounds` rounds of independent fused multiply-adds on registers, with the instruction set above ("baseline": a
// multiplication and an addition). Returns the number of floating-point operations; a multiply-add counts as two.
double machine_peak_fma(long rounds);

// Reads `bytes` bytes (a multiple of 1024) at a 64-byte boundary, `rounds` times. Returns a sum, so that no read can be
// optimised away.
float machine_peak_read(const float *data, size_t bytes, long rounds);

// The system's number of the core with this index, modulo their number, among those that this thread may run on; -1 if
// they are unknown.
int machine_peak_core(int index);

// Pins this thread to a core, if it may run there.
void machine_peak_pin(int core);
