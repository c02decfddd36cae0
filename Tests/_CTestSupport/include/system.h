// What Swift lets no test do: fork, and calls that it does not import.
#pragma once

// Runs `body` in a child process, which ends with what it returns, 0 to 127, or after `seconds` by a signal.
// Returns that status, 128 + the signal's number, or -1 if there can be no child (as under the thread sanitizer, which lets none start threads).
int run_in_child(unsigned seconds, int (*body)(void *), void *argument);

// Confines the calling thread to one core, or, with -1, lets it run where it could before the first call. Returns 0 if the system agrees.
int confine_to_core(int core);

// Lets the process have so many bytes of address space more than now, and no others. Returns 0 if the system agrees.
int limit_memory(unsigned long more);
