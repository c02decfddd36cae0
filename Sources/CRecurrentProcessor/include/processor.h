// Processor instructions and system calls that Swift does not import.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Tells the processor that this thread spins.
static inline void processor_pause(void) {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");
#endif
}

// The nanoseconds that this thread has slept in `processor_sleep_noted` since the last call.
unsigned long long processor_take_slept(void);

// Sets this thread's arithmetic to flush denormal results (and on x86-64, operands) to zero.
// Returns the former mode.
static inline unsigned long processor_flush_denormals(void) {
#if defined(__x86_64__)
  const unsigned mode = _mm_getcsr();
  if ((mode & 0x8040) != 0x8040) _mm_setcsr(mode | 0x8040);
  return mode;
#elif defined(__aarch64__)
  unsigned long mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  __asm__ volatile("msr fpcr, %0" ::"r"(mode | 1ul << 24));
  return mode;
#else
  return 0;
#endif
}

// Restores the mode that `processor_flush_denormals` returned.
static inline void processor_restore_mode(unsigned long mode) {
#if defined(__x86_64__)
  if ((mode & 0x8040) != 0x8040) _mm_setcsr((unsigned)mode);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" ::"r"(mode));
#else
  (void)mode;
#endif
}

// The core that this thread runs on, or -1.
int processor_core(void);

// The number of cores that this thread may run on, or 0 if the system does not tell.
int processor_allowed_cores(void);

// Sets the bits of the processors that the process's first thread may run on and that are online:
// bit n % 8 of byte n / 8 for processor n. False if the system does not tell.
bool processor_allowed_set(unsigned char *bytes, size_t size);

// Lets a thread (a pthread_t) run on the caller's cores except for `core`, unless that is the only
// one.
void processor_keep_off(unsigned long thread, int core);

// Lets a thread (a pthread_t) run on `core` only.
void processor_pin(unsigned long thread, int core);

// Starts a thread with a stack of 2 MiB that leaves the process's signals to the other threads.
// Returns 0 and the pthread_t, or the error number.
int processor_start_thread(unsigned long *thread, void *(*body)(void *), void *argument);

// Sleeps while the 32 bits at `word` are `value`; may return early.
void processor_sleep(const void *word, unsigned value);

// The monotonic clock, in nanoseconds.
unsigned long long processor_clock(void);

// Sleeps like `processor_sleep`, at most until `processor_clock` is `end`.
void processor_sleep_until(const void *word, unsigned value, unsigned long long end);

// From now on, this thread wakes on time, to some microseconds. By default, the system may let it sleep
// about 50 microseconds longer, to wake several threads at once.
void processor_wake_on_time(void);

// Sleeps like `processor_sleep` and adds the time to `processor_take_slept`.
void processor_sleep_noted(const void *word, unsigned value);

// Wakes all threads that sleep on `word`.
void processor_wake(const void *word);

// Counts forks from the first call of `processor_watch_forks` on: a child process has one more than
// its parent.
void processor_watch_forks(void);
unsigned processor_forks(void);
