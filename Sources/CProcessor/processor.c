#define _GNU_SOURCE
#include "processor.h"

#include <pthread.h>
#include <sched.h>

void processor_keep_away(unsigned long thread) {
  cpu_set_t set;
  const int here = sched_getcpu();
  if (here < 0 || sched_getaffinity(0, sizeof set, &set) != 0) return;
  CPU_CLR(here, &set);
  if (CPU_COUNT(&set) > 0) pthread_setaffinity_np((pthread_t)thread, sizeof set, &set);
}
