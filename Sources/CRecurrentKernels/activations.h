// Activations: tanh and sigmoid of vectors of LANES floats, for the instruction set that the
// including file is compiled for.
//
// Both are within 4 ulp of the correctly rounded value, with or without fused multiply-add. tanh is
// odd to the bit. NaN gives NaN. The algorithm is that of RecurrentCore/Cells/CellArithmetic.swift,
// which explains it.
#pragma once
#include <string.h>

typedef float vf __attribute__((ext_vector_type(LANES)));
typedef int vi __attribute__((ext_vector_type(LANES)));
typedef float vf_unaligned __attribute__((ext_vector_type(LANES), aligned(4)));
typedef int vi_unaligned __attribute__((ext_vector_type(LANES), aligned(4)));

#define INLINE static inline __attribute__((always_inline))

// Load and store n floats, 0 <= n <= LANES. The other lanes are zero, and their memory is neither
// read nor written.
#ifdef MASKS
#include <immintrin.h>
INLINE vf load(const float *p, long n) { return (vf)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p); }
INLINE void store(float *p, vf v, long n) { _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v); }
#else
INLINE vf load(const float *p, long n) {
  vf v = 0.0f;
  if (n == LANES) {
    memcpy(&v, p, sizeof v);
  } else {
    for (long k = 0; k < n; k++) v[k] = p[k];
  }
  return v;
}

INLINE void store(float *p, vf v, long n) {
  if (n == LANES) {
    memcpy(p, &v, sizeof v);
  } else {
    for (long k = 0; k < n; k++) p[k] = v[k];
  }
}
#endif

// Interleave the elements of two vectors: of their first halves, and of their second halves.
// EVEN and ODD: the even and the odd elements of two vectors, one after the other.
#if LANES == 16
#define EVEN(x, y) __builtin_shufflevector(x, y, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define ODD(x, y) __builtin_shufflevector(x, y, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#define INTERLEAVE_LOW(x, y) __builtin_shufflevector(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(x, y) \
  __builtin_shufflevector(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif LANES == 8
#define EVEN(x, y) __builtin_shufflevector(x, y, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODD(x, y) __builtin_shufflevector(x, y, 1, 3, 5, 7, 9, 11, 13, 15)
#define INTERLEAVE_LOW(x, y) __builtin_shufflevector(x, y, 0, 8, 1, 9, 2, 10, 3, 11)
#define INTERLEAVE_HIGH(x, y) __builtin_shufflevector(x, y, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define EVEN(x, y) __builtin_shufflevector(x, y, 0, 2, 4, 6)
#define ODD(x, y) __builtin_shufflevector(x, y, 1, 3, 5, 7)
#define INTERLEAVE_LOW(x, y) __builtin_shufflevector(x, y, 0, 4, 1, 5)
#define INTERLEAVE_HIGH(x, y) __builtin_shufflevector(x, y, 2, 6, 3, 7)
#endif

INLINE vf bits_to_float(vi x) { return __builtin_bit_cast(vf, x); }
INLINE vi float_to_bits(vf x) { return __builtin_bit_cast(vi, x); }
// min(x, limit) and max(x, limit); NaN stays NaN, since comparisons with it are false.
INLINE vf at_most(vf x, float limit) { return x > limit ? (vf)limit : x; }
INLINE vf at_least(vf x, float limit) { return x < limit ? (vf)limit : x; }

// exp(-y) = power * (u + 1), where power is a power of two. Separate from 1, u is accurate near
// zero.
typedef struct {
  vf power, u;
} Exponential;

INLINE Exponential exponential(vf y) {
  const float magic = 12582912.0f + 127.0f;
  vf shifted = y * -1.44269504088896341f + magic;
  vf power = bits_to_float(float_to_bits(shifted) << 23);
  vf n = shifted - magic;
  // r = y + n ln 2
  vf r = y + n * 0.693359375f;
  r = r - n * 2.12194440e-4f;
  vf p = r * 0.0013814602280035615f - 0.008368715643882751f;
  p = p * r + 0.04166838899254799f;
  p = p * r - 0.1666652113199234f;
  p = p * r + 0.4999999403953552f;
  return (Exponential){power, (r * r) * p - r};
}

// 1 / (1 + exp(-x))
INLINE vf sigmoid(vf x) {
  Exponential e = exponential(at_most(at_least(x, -89.0f), 87.3f));
  return 1.0f / ((e.u + 1.0f) * e.power + 1.0f);
}

// tanh(x) = sign(x) * t / (2 - t), with t = 1 - exp(-2 |x|)
INLINE vf hyperbolic_tangent(vf x) {
  vf m = at_most(bits_to_float(float_to_bits(x) & 0x7fffffff), 10.0f);
  Exponential e = exponential(m + m);
  // t = 1 - exp(-2m)
  vf t = (1.0f - e.power) - e.u * e.power;
  vi sign = float_to_bits(x) & (int)0x80000000;
  return bits_to_float(float_to_bits(t / (2.0f - t)) | sign);
}
