// The int8 kernels for arm64 with the dot product of bytes (FEAT_DotProd).
#if defined(__aarch64__)
#include <arm_neon.h>
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#define LANES 4
#define NAME(x) recurrent_dotprod_##x
#define VECTORS 4
#define SUMS 24
#include "equations.h"
#define GROUP 4
#define OFFSET 0
#define LEFT_ELEMENT signed char
#define INT8_FACTOR vi
#define INT8_BROADCAST(a) ((vi)(int)*(a))
#define INT8_WEIGHTS(p) (*(const vi_unaligned *)(p))
#define INT8_DOT(sum, x, w) ((vi)vdotq_s32((int32x4_t)(sum), (int8x16_t)(x), (int8x16_t)(w)))
#include "int8.h"
#pragma clang attribute pop
#endif
