// Allocation counter: replaces the C library's allocation functions by ones that count their calls.
#define _GNU_SOURCE
#include "allocation_counter.h"

#include <stdatomic.h>
#include <stddef.h>

#if defined(__GLIBC__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdint.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);

static atomic_long count, large_count;

// The code segment of OpenBLAS, if it is a shared library. Calls from there are not counted.
static atomic_uintptr_t blas_start, blas_size;

static int find_blas(struct dl_phdr_info *object, size_t size, void *function) {
  (void)size;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    const uintptr_t start = object->dlpi_addr + part->p_vaddr;
    if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
    // Skips the segment of the program itself, into which OpenBLAS may be linked.
    if ((uintptr_t)&allocation_count - start < part->p_memsz) continue;
    if ((uintptr_t)function - start < part->p_memsz) {
      blas_size = part->p_memsz;
      blas_start = start;
      return 1;
    }
  }
  return 0;
}

static void find(void) {
  // The library is loaded by name at run time, so its functions are not symbols of the program.
  void *blas = dlopen("libopenblas.so.0", RTLD_LAZY | RTLD_NOLOAD);
  if (!blas) blas = dlopen("libopenblas.so", RTLD_LAZY | RTLD_NOLOAD);
  void *function = blas ? dlsym(blas, "cblas_sgemm") : NULL;
  if (function) dl_iterate_phdr(find_blas, function);
}

long allocation_count(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, find);
  return atomic_load(&count);
}

long large_allocation_count(void) {
  allocation_count();
  return atomic_load(&large_count);
}

static void add(void *caller, size_t size) {
  const uintptr_t start = atomic_load_explicit(&blas_start, memory_order_relaxed);
  if ((uintptr_t)caller - start < atomic_load_explicit(&blas_size, memory_order_relaxed)) return;
  atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
  if (size >= LARGE_ALLOCATION) atomic_fetch_add_explicit(&large_count, 1, memory_order_relaxed);
}

#define COUNTED(SIZE, CALL) (add(__builtin_return_address(0), SIZE), CALL)
void *malloc(size_t size) { return COUNTED(size, __libc_malloc(size)); }
void *calloc(size_t n, size_t size) { return COUNTED(n * size, __libc_calloc(n, size)); }
void *realloc(void *p, size_t size) { return COUNTED(size, __libc_realloc(p, size)); }
void *memalign(size_t alignment, size_t size) { return COUNTED(size, __libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return COUNTED(size, __libc_memalign(alignment, size)); }
int posix_memalign(void **p, size_t alignment, size_t size) {
  void *memory = COUNTED(size, __libc_memalign(alignment, size));
  if (!memory) return ENOMEM;
  *p = memory;
  return 0;
}
#else
long allocation_count(void) { return -1; }
long large_allocation_count(void) { return -1; }
#endif
