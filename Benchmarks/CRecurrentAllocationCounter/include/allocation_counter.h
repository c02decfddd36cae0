// Counts the allocations of the process: for the figures of `bench`, and for tests that say there is none.
#pragma once

// The allocations so far, by all threads, but for those that OpenBLAS makes inside its calls, as its kernels for small matrices on AVX-512 do:
// they are those of a bare chain of the same calls. -1 where they cannot be counted (under a sanitizer, or without glibc).
long allocation_count(void);
