// The bfloat16 kernels for arm64 with the dot product of bfloat16 (FEAT_BF16).
#if defined(__aarch64__)
#include <arm_neon.h>
#pragma clang attribute push(__attribute__((target("bf16"))), apply_to = function)
#define LANES 4
#define NAME(x) recurrent_neonbf16_##x
#define VECTORS 4
#define SUMS 24
#include "equations.h"
#define BFLOAT16_FACTOR vi
#define BFLOAT16_BROADCAST(a) ((vi)(int)*(a))
#define BFLOAT16_WEIGHTS(p) (*(const vi_unaligned *)(p))
#define BFLOAT16_DOT(sum, x, w) ((vf)vbfdotq_f32((float32x4_t)(sum), (bfloat16x8_t)(x), (bfloat16x8_t)(w)))
#include "bfloat16.h"
#pragma clang attribute pop
#endif
