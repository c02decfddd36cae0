// OpenBLAS and LAPACKE as Swift sees them, under their own names. Neither their headers nor their libraries are needed to build:
// libopenblas.so.0 is loaded when the program starts, where it is installed (openblas.c).
//
// The declarations are those of <cblas.h> and <lapacke.h> with integers of 32 bits (LP64).
#ifndef RECURRENT_BLAS_H
#define RECURRENT_BLAS_H

#include <stdint.h>

typedef int32_t blasint;
typedef enum CBLAS_ORDER { CblasRowMajor = 101, CblasColMajor = 102 } CBLAS_ORDER;
typedef enum CBLAS_TRANSPOSE { CblasNoTrans = 111, CblasTrans = 112 } CBLAS_TRANSPOSE;

#define LAPACK_ROW_MAJOR 101
#define LAPACK_COL_MAJOR 102

/// The functions of the library that was found. Without one, products do nothing, OpenBLAS has one thread and no name, and LAPACKE's
/// functions return RECURRENT_LAPACK_MISSING.
typedef struct {
  void (*sgemm)(CBLAS_ORDER, CBLAS_TRANSPOSE, CBLAS_TRANSPOSE, blasint, blasint, blasint, float, const float *, blasint, const float *, blasint,
                float, float *, blasint);
  void (*sgemv)(CBLAS_ORDER, CBLAS_TRANSPOSE, blasint, blasint, float, const float *, blasint, const float *, blasint, float, float *, blasint);
  char *(*get_config)(void);
  char *(*get_corename)(void);
  int (*get_parallel)(void);
  int (*get_num_threads)(void);
  void (*set_num_threads)(int);
  blasint (*dgeqrf)(int, blasint, blasint, double *, blasint, double *);
  blasint (*dorgqr)(int, blasint, blasint, blasint, double *, blasint, const double *);
  blasint (*dgesdd)(int, char, blasint, blasint, double *, blasint, double *, double *, blasint, double *, blasint);
  blasint (*dgeev)(int, char, char, blasint, double *, blasint, double *, double *, double *, blasint, double *, blasint);
} RecurrentBLAS;

extern RecurrentBLAS recurrent_blas;

/// What LAPACKE's functions return where there is none: no argument has such a number.
#define RECURRENT_LAPACK_MISSING (-9999)

/// Why there is no OpenBLAS in this process, and what to install; null when there is one.
const char *recurrent_blas_missing(void);

static inline void cblas_sgemm(CBLAS_ORDER order, CBLAS_TRANSPOSE a_order, CBLAS_TRANSPOSE b_order, blasint m, blasint n, blasint k, float alpha,
                               const float *a, blasint lda, const float *b, blasint ldb, float beta, float *c, blasint ldc) {
  recurrent_blas.sgemm(order, a_order, b_order, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
static inline void cblas_sgemv(CBLAS_ORDER order, CBLAS_TRANSPOSE a_order, blasint m, blasint n, float alpha, const float *a, blasint lda,
                               const float *x, blasint x_step, float beta, float *y, blasint y_step) {
  recurrent_blas.sgemv(order, a_order, m, n, alpha, a, lda, x, x_step, beta, y, y_step);
}
static inline char *openblas_get_config(void) { return recurrent_blas.get_config(); }
static inline char *openblas_get_corename(void) { return recurrent_blas.get_corename(); }
static inline int openblas_get_parallel(void) { return recurrent_blas.get_parallel(); }
static inline int openblas_get_num_threads(void) { return recurrent_blas.get_num_threads(); }
static inline void openblas_set_num_threads(int threads) { recurrent_blas.set_num_threads(threads); }

static inline blasint LAPACKE_dgeqrf(int layout, blasint m, blasint n, double *a, blasint lda, double *tau) {
  return recurrent_blas.dgeqrf(layout, m, n, a, lda, tau);
}
static inline blasint LAPACKE_dorgqr(int layout, blasint m, blasint n, blasint k, double *a, blasint lda, const double *tau) {
  return recurrent_blas.dorgqr(layout, m, n, k, a, lda, tau);
}
static inline blasint LAPACKE_dgesdd(int layout, char job, blasint m, blasint n, double *a, blasint lda, double *s, double *u, blasint ldu,
                                     double *vt, blasint ldvt) {
  return recurrent_blas.dgesdd(layout, job, m, n, a, lda, s, u, ldu, vt, ldvt);
}
static inline blasint LAPACKE_dgeev(int layout, char left, char right, blasint n, double *a, blasint lda, double *real, double *imaginary,
                                    double *vl, blasint ldvl, double *vr, blasint ldvr) {
  return recurrent_blas.dgeev(layout, left, right, n, a, lda, real, imaginary, vl, ldvl, vr, ldvr);
}

#endif
