// Test support in C: fork, core affinity and memory limits.

#define _GNU_SOURCE
#include "system.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int run_in_child(unsigned seconds, int (*body)(void *), void *argument) {
#if __has_feature(thread_sanitizer)
  (void)seconds, (void)body, (void)argument;
  return -1;
#else
  const pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    alarm(seconds);
    _exit(body(argument));
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
#endif
}

int confine_to_core(int core) {
  static cpu_set_t all;
  if (CPU_COUNT(&all) == 0 && sched_getaffinity(0, sizeof all, &all) != 0) return -1;
  cpu_set_t one;
  CPU_ZERO(&one);
  if (core >= 0) CPU_SET(core, &one);
  return sched_setaffinity(0, sizeof one, core < 0 ? &all : &one);
}

static struct rlimit unlimited;

static void lift_limit(void) { setrlimit(RLIMIT_AS, &unlimited); }

int limit_memory(unsigned long more) {
  unsigned long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file) return -1;
  const int found = fscanf(file, "%lu", &pages);
  fclose(file);
  struct rlimit limit;
  if (found != 1 || getrlimit(RLIMIT_AS, &limit) != 0) return -1;
  // A thread of a library that starts just now may ask for memory again and again, and exit waits for it.
  unlimited = limit;
  if (atexit(lift_limit) != 0) return -1;
  limit.rlim_cur = pages * (unsigned long)sysconf(_SC_PAGESIZE) + more;
  return setrlimit(RLIMIT_AS, &limit);
}
