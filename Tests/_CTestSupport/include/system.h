// Test support in C: fork, core affinity and memory limits, which Swift does not import.
#pragma once

// Runs `body` in a child process. The child ends with the result of `body`, 0 to 127, or after
// `seconds` by a signal.
//
// Returns that status, 128 + the number of the signal, or -1 if the system starts no child process
// (as under the thread sanitizer, which lets none start threads).
int run_in_child(unsigned seconds, int (*body)(void *), void *argument);

// Confines the calling thread to one core, or with -1 to the cores it had before the first call.
// Returns 0 if the system agrees.
int confine_to_core(int core);

// Limits the process to `more` bytes of address space beyond its current use. Returns 0 if the
// system agrees.
int limit_memory(unsigned long more);
