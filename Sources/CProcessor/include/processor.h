// What Swift cannot say: an instruction or two of the processor, and calls of the system that Swift does not import.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Tells the processor that this thread waits for another one.
static inline void processor_pause(void) {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");
#endif
}

// Lets this thread's arithmetic take denormal results, and on x86 operands, as zero; returns the mode it had.
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

// Gives this thread the mode back that processor_flush_denormals returned.
static inline void processor_restore_mode(unsigned long mode) {
#if defined(__x86_64__)
  if ((mode & 0x8040) != 0x8040) _mm_setcsr((unsigned)mode);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" ::"r"(mode));
#else
  (void)mode;
#endif
}

// The core that this thread is on, or -1.
int processor_core(void);

// Lets a thread (a pthread_t) run wherever the caller may, but for one core, unless there is no other.
void processor_keep_off(unsigned long thread, int core);
