// The functions of the C library under their own names, which the linker prefers to the library's, and a counter.
#include "allocation_counter.h"

#include <stdatomic.h>
#include <stddef.h>

#if defined(__GLIBC__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#include <errno.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);

static atomic_long count;

long allocation_count(void) { return atomic_load(&count); }

#define COUNTED(CALL) (atomic_fetch_add_explicit(&count, 1, memory_order_relaxed), CALL)
void *malloc(size_t size) { return COUNTED(__libc_malloc(size)); }
void *calloc(size_t n, size_t size) { return COUNTED(__libc_calloc(n, size)); }
void *realloc(void *p, size_t size) { return COUNTED(__libc_realloc(p, size)); }
void *memalign(size_t alignment, size_t size) { return COUNTED(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return COUNTED(__libc_memalign(alignment, size)); }
int posix_memalign(void **p, size_t alignment, size_t size) {
  void *memory = COUNTED(__libc_memalign(alignment, size));
  if (!memory) return ENOMEM;
  *p = memory;
  return 0;
}
#else
long allocation_count(void) { return -1; }
#endif
