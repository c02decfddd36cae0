// Loads OpenBLAS when the program starts, if it is installed. The program starts without it, too.

#include "CRecurrentBLAS.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

static void no_sgemm(RecurrentOrder order, RecurrentTranspose a_order, RecurrentTranspose b_order, int32_t m, int32_t n,
                     int32_t k, float alpha, const float *a, int32_t lda, const float *b, int32_t ldb, float beta,
                     float *c, int32_t ldc) {}
static void no_sgemv(RecurrentOrder order, RecurrentTranspose a_order, int32_t m, int32_t n, float alpha,
                     const float *a, int32_t lda, const float *x, int32_t x_step, float beta, float *y,
                     int32_t y_step) {}
static char *no_name(void) { return (char *)""; }
static int not_parallel(void) { return 0; }
static int one_thread(void) { return 1; }
static void no_threads_to_set(int threads) {}
static int32_t no_dgesdd(int layout, char job, int32_t m, int32_t n, double *a, int32_t lda, double *s, double *u,
                         int32_t ldu, double *vt, int32_t ldvt) {
  return RECURRENT_LAPACK_MISSING;
}
static int32_t no_dgeev(int layout, char left, char right, int32_t n, double *a, int32_t lda, double *real,
                        double *imaginary, double *vl, int32_t ldvl, double *vr, int32_t ldvr) {
  return RECURRENT_LAPACK_MISSING;
}

RecurrentBLAS recurrent_blas = {no_sgemm,   no_sgemv,          no_name,   no_name, not_parallel,
                                one_thread, no_threads_to_set, no_dgesdd, no_dgeev};

static const char *missing = "libopenblas.so.0 is not installed: `apt-get install libopenblas0 liblapacke`, or your "
                             "system's package of OpenBLAS";

const char *recurrent_blas_missing(void) { return missing; }

/// Sets an entry of `found` to a function of the library. Is 1 if the library has a function of
/// that name.
#define FOUND(LIBRARY, ENTRY, NAME) \
  ((function = dlsym(LIBRARY, NAME)) != NULL && (memcpy(&found.ENTRY, &function, sizeof function), 1))

__attribute__((constructor)) static void load(void) {
  // If its soname is another one, the link of its development package is tried.
  void *blas = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!blas) blas = dlopen("libopenblas.so", RTLD_NOW | RTLD_LOCAL);
  if (!blas) return;
  RecurrentBLAS found = recurrent_blas;
  void *function;
  if (!(FOUND(blas, sgemm, "cblas_sgemm") && FOUND(blas, sgemv, "cblas_sgemv") &&
        FOUND(blas, get_config, "openblas_get_config") && FOUND(blas, get_corename, "openblas_get_corename") &&
        FOUND(blas, get_parallel, "openblas_get_parallel") &&
        FOUND(blas, get_num_threads, "openblas_get_num_threads") &&
        FOUND(blas, set_num_threads, "openblas_set_num_threads"))) {
    missing = "the libopenblas.so.0 that is installed lacks functions of OpenBLAS 0.3: `apt-get install libopenblas0 "
              "liblapacke`";
    return;
  }
  if (strstr(found.get_config(), "USE64BITINT")) {
    missing = "the libopenblas.so.0 that is installed has integers of 64 bits, where 32 are needed: `apt-get install "
              "libopenblas0 liblapacke`";
    return;
  }
  // Most builds of OpenBLAS contain LAPACKE; Debian has it in a library of its own.
  void *lapacke = dlsym(blas, "LAPACKE_dgesdd") ? blas : dlopen("liblapacke.so.3", RTLD_NOW | RTLD_LOCAL);
  RecurrentBLAS products = found;
  if (!(lapacke && FOUND(lapacke, dgesdd, "LAPACKE_dgesdd") && FOUND(lapacke, dgeev, "LAPACKE_dgeev"))) {
    found = products;
  }
  recurrent_blas = found;
  missing = NULL;
}
