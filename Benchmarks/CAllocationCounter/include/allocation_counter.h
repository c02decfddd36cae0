// Counts every allocation of the process: for the figures of `bench`, and for tests that say there is none.
#pragma once

// The allocations so far, by all threads; -1 where they cannot be counted (under a sanitizer, or without glibc).
long allocation_count(void);
