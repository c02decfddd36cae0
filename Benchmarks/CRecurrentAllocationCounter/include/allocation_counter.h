// Allocation counter: the number of allocations of the process, for `bench` and for tests.
#pragma once

// The number of allocations so far, of all threads, except those inside OpenBLAS, whose AVX-512 kernels for small
// matrices allocate. -1 if they cannot be counted (under a sanitizer, or without glibc).
long allocation_count(void);

// Of those, the allocations of LARGE_ALLOCATION bytes or more: memory for numbers, rather than for objects, of which
// optimising compilers remove some.
#define LARGE_ALLOCATION 4096
long large_allocation_count(void);
