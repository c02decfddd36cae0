#define _GNU_SOURCE
#include "processor.h"

#include <pthread.h>
#include <sched.h>

int processor_core(void) { return sched_getcpu(); }

void processor_keep_off(unsigned long thread, int core) {
  cpu_set_t set;
  if (core < 0 || sched_getaffinity(0, sizeof set, &set) != 0) return;
  CPU_CLR(core, &set);
  if (CPU_COUNT(&set) > 0) pthread_setaffinity_np((pthread_t)thread, sizeof set, &set);
}
