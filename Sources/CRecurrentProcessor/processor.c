// Threads, futexes, cores and forks on Linux.
#define _GNU_SOURCE
#include "processor.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int processor_core(void) { return sched_getcpu(); }

// A set of up to 65,536 cores. The system refuses to fill a smaller set than it has cores, as
// cpu_set_t may be.
typedef union {
  cpu_set_t set;
  unsigned char bytes[8192];
} cores_t;

int processor_allowed_cores(void) {
  cores_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores.set) != 0) return 0;
  return CPU_COUNT_S(sizeof cores, &cores.set);
}

bool processor_allowed_set(unsigned char *bytes, size_t size) {
  cores_t cores = {0};
  if (sched_getaffinity(getpid(), sizeof cores, &cores.set) != 0) return false;
  for (size_t n = 0; n < size * 8; n++) {
    if (n % 8 == 0) bytes[n / 8] = 0;
    if (n < 8 * sizeof cores && CPU_ISSET_S(n, sizeof cores, &cores.set)) bytes[n / 8] |= 1u << n % 8;
  }
  return true;
}

void processor_keep_off(unsigned long thread, int core) {
  cores_t cores;
  if (core < 0 || sched_getaffinity(0, sizeof cores, &cores.set) != 0) return;
  if (CPU_COUNT_S(sizeof cores, &cores.set) > 1) CPU_CLR_S(core, sizeof cores, &cores.set);
  pthread_setaffinity_np((pthread_t)thread, sizeof cores, &cores.set);
}

void processor_pin(unsigned long thread, int core) {
  cores_t cores = {0};
  if (core < 0 || core >= (int)(8 * sizeof cores)) return;
  CPU_SET_S(core, sizeof cores, &cores.set);
  pthread_setaffinity_np((pthread_t)thread, sizeof cores, &cores.set);
}

void processor_sleep(const void *word, unsigned value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

unsigned long long processor_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (unsigned long long)now.tv_sec * 1000000000ull + (unsigned long long)now.tv_nsec;
}

void processor_sleep_until(const void *word, unsigned value, unsigned long long end) {
  // The time of FUTEX_WAIT_BITSET is absolute, by the monotonic clock.
  const struct timespec time = {.tv_sec = (time_t)(end / 1000000000ull), .tv_nsec = (long)(end % 1000000000ull)};
  syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, value, &time, NULL, FUTEX_BITSET_MATCH_ANY);
}

void processor_wake_on_time(void) { prctl(PR_SET_TIMERSLACK, 1ul, 0ul, 0ul, 0ul); }

static _Thread_local unsigned long long slept;

void processor_sleep_noted(const void *word, unsigned value) {
  const unsigned long long start = processor_clock();
  processor_sleep(word, value);
  slept += processor_clock() - start;
}

unsigned long long processor_take_slept(void) {
  const unsigned long long nanoseconds = slept;
  slept = 0;
  return nanoseconds;
}

void processor_wake(const void *word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0); }

// Enough for OpenBLAS's small matrices and a program's own thread-local variables, whatever `ulimit
// -s` is.
enum { stack_bytes = 2 << 20 };

int processor_start_thread(unsigned long *thread, void *(*body)(void *), void *argument) {
  pthread_attr_t attributes;
  int code = pthread_attr_init(&attributes);
  if (code != 0) return code;
  pthread_attr_setstacksize(&attributes, stack_bytes);
  // Signals that the thread causes itself, and profilers' ticks, stay unblocked.
  sigset_t blocked, before;
  sigfillset(&blocked);
  const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF};
  for (unsigned i = 0; i < sizeof own / sizeof *own; i++) sigdelset(&blocked, own[i]);
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  pthread_t handle;
  code = pthread_create(&handle, &attributes, body, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (code == 0) *thread = (unsigned long)handle;
  return code;
}

static atomic_uint forks;

static void count_fork(void) { atomic_fetch_add_explicit(&forks, 1, memory_order_relaxed); }

static void watch_forks(void) { pthread_atfork(NULL, NULL, count_fork); }

unsigned processor_forks(void) { return atomic_load_explicit(&forks, memory_order_relaxed); }

void processor_watch_forks(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, watch_forks);
}
