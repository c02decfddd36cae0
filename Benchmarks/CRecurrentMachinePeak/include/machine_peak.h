// What a core can do at most: the figures that everything else is a fraction of.
#pragma once
#include <stddef.h>

// The widest instruction set with fused multiply-add that this CPU has and a loop exists for: "avx512f", "avx2+fma",
// "neon", or "baseline" (whatever the compiler's default is).
const char *machine_peak_isa(void);

// Runs `rounds` rounds of independent fused multiply-adds on registers, with the instruction set above (a multiplication
// and an addition each for "baseline"). Returns the floating-point operations done; a multiply-add counts as two.
double machine_peak_fma(long rounds);

// Reads `bytes` bytes (a multiple of 1024) at a 64-byte boundary, `rounds` times. Returns a sum, so that nothing can be left out.
float machine_peak_read(const float *data, size_t bytes, long rounds);

// The core with this index among those that this thread may run on, counted round, by the system's number; -1 where they cannot be told.
int machine_peak_core(int index);

// Keeps this thread on this core from now on, if it may run there.
void machine_peak_pin(int core);
