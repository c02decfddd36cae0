// OpenBLAS and LAPACKE for Swift, under their own names, loaded at run time.
//
// Neither their headers nor their libraries are needed to build: libopenblas.so.0 is loaded when
// the program starts, if it is installed (openblas.c). The declarations are those of <cblas.h> and
// <lapacke.h> with 32-bit integers (LP64). In C they have other names, so that a program can import
// those headers too.
#ifndef RECURRENT_BLAS_H
#define RECURRENT_BLAS_H

#include <stdint.h>

#define RECURRENT_SWIFT_NAME(NAME) __attribute__((swift_name(#NAME)))

typedef int32_t RecurrentBlasInt RECURRENT_SWIFT_NAME(blasint);
typedef enum RECURRENT_SWIFT_NAME(CBLAS_ORDER) RecurrentOrder {
  RecurrentRowMajor RECURRENT_SWIFT_NAME(CblasRowMajor) = 101,
  RecurrentColMajor RECURRENT_SWIFT_NAME(CblasColMajor) = 102
} RecurrentOrder RECURRENT_SWIFT_NAME(CBLAS_ORDER);
typedef enum RECURRENT_SWIFT_NAME(CBLAS_TRANSPOSE) RecurrentTranspose {
  RecurrentNoTrans RECURRENT_SWIFT_NAME(CblasNoTrans) = 111,
  RecurrentTrans RECURRENT_SWIFT_NAME(CblasTrans) = 112
} RecurrentTranspose RECURRENT_SWIFT_NAME(CBLAS_TRANSPOSE);

#define LAPACK_COL_MAJOR 102

/// The functions of the loaded library. Without a library, products do nothing, OpenBLAS has one
/// thread and no name, and the functions of LAPACKE return RECURRENT_LAPACK_MISSING.
typedef struct {
  void (*sgemm)(RecurrentOrder, RecurrentTranspose, RecurrentTranspose, int32_t, int32_t, int32_t, float, const float *,
                int32_t, const float *, int32_t, float, float *, int32_t);
  void (*sgemv)(RecurrentOrder, RecurrentTranspose, int32_t, int32_t, float, const float *, int32_t, const float *,
                int32_t, float, float *, int32_t);
  char *(*get_config)(void);
  char *(*get_corename)(void);
  int (*get_parallel)(void);
  int (*get_num_threads)(void);
  void (*set_num_threads)(int);
  int32_t (*dgesdd)(int, char, int32_t, int32_t, double *, int32_t, double *, double *, int32_t, double *, int32_t);
  int32_t (*dgeev)(int, char, char, int32_t, double *, int32_t, double *, double *, double *, int32_t, double *,
                   int32_t);
} RecurrentBLAS;

extern RecurrentBLAS recurrent_blas;

/// The result of LAPACKE's functions without a library. No argument has that number.
#define RECURRENT_LAPACK_MISSING (-9999)

/// Why OpenBLAS is missing, and what to install; null if it is loaded.
const char *recurrent_blas_missing(void);

RECURRENT_SWIFT_NAME(cblas_sgemm(_:_:_:_:_:_:_:_:_:_:_:_:_:_:))
static inline void recurrent_sgemm(RecurrentOrder order, RecurrentTranspose a_order, RecurrentTranspose b_order,
                                   int32_t m, int32_t n, int32_t k, float alpha, const float *a, int32_t lda,
                                   const float *b, int32_t ldb, float beta, float *c, int32_t ldc) {
  recurrent_blas.sgemm(order, a_order, b_order, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
RECURRENT_SWIFT_NAME(cblas_sgemv(_:_:_:_:_:_:_:_:_:_:_:_:))
static inline void recurrent_sgemv(RecurrentOrder order, RecurrentTranspose a_order, int32_t m, int32_t n, float alpha,
                                   const float *a, int32_t lda, const float *x, int32_t x_step, float beta, float *y,
                                   int32_t y_step) {
  recurrent_blas.sgemv(order, a_order, m, n, alpha, a, lda, x, x_step, beta, y, y_step);
}
RECURRENT_SWIFT_NAME(openblas_get_config())
static inline char *recurrent_get_config(void) { return recurrent_blas.get_config(); }
RECURRENT_SWIFT_NAME(openblas_get_corename())
static inline char *recurrent_get_corename(void) { return recurrent_blas.get_corename(); }
RECURRENT_SWIFT_NAME(openblas_get_parallel())
static inline int recurrent_get_parallel(void) { return recurrent_blas.get_parallel(); }
RECURRENT_SWIFT_NAME(openblas_get_num_threads())
static inline int recurrent_get_num_threads(void) { return recurrent_blas.get_num_threads(); }
RECURRENT_SWIFT_NAME(openblas_set_num_threads(_:))
static inline void recurrent_set_num_threads(int threads) { recurrent_blas.set_num_threads(threads); }

RECURRENT_SWIFT_NAME(LAPACKE_dgesdd(_:_:_:_:_:_:_:_:_:_:_:))
static inline int32_t recurrent_dgesdd(int layout, char job, int32_t m, int32_t n, double *a, int32_t lda, double *s,
                                       double *u, int32_t ldu, double *vt, int32_t ldvt) {
  return recurrent_blas.dgesdd(layout, job, m, n, a, lda, s, u, ldu, vt, ldvt);
}
RECURRENT_SWIFT_NAME(LAPACKE_dgeev(_:_:_:_:_:_:_:_:_:_:_:_:))
static inline int32_t recurrent_dgeev(int layout, char left, char right, int32_t n, double *a, int32_t lda,
                                      double *real, double *imaginary, double *vl, int32_t ldvl, double *vr,
                                      int32_t ldvr) {
  return recurrent_blas.dgeev(layout, left, right, n, a, lda, real, imaginary, vl, ldvl, vr, ldvr);
}

#endif
