// tanh and sigmoid on vectors of LANES floats, for whatever instruction set the including file is compiled for.
//
// Both are within 4 ulp of the correctly rounded value, with or without fused multiply-add; tanh is odd to the bit; NaN gives
// NaN. The same algorithm as in RecurrentCore/Lanes.swift, which says why.
#pragma once
#include <math.h>
#include <string.h>

typedef float vf __attribute__((ext_vector_type(LANES)));
typedef int vi __attribute__((ext_vector_type(LANES)));

#define INLINE static inline __attribute__((always_inline))

INLINE vf bits_to_float(vi x) { return __builtin_bit_cast(vf, x); }
INLINE vi float_to_bits(vf x) { return __builtin_bit_cast(vi, x); }
INLINE vf choose(vi condition, vf yes, vf no) { return bits_to_float((condition & float_to_bits(yes)) | (~condition & float_to_bits(no))); }
INLINE vf magnitude(vf x) { return bits_to_float(float_to_bits(x) & 0x7fffffff); }

// exp(x) for x <= 0; 0 where that is below the smallest normal number.
INLINE vf exp_nonpositive(vf x) {
  const float magic = 12582912.0f;
  vf shifted = x * 1.44269504088896341f + magic;
  vf n = shifted - magic;
  vf r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  vf p = r * 0.0013814602280035615f + 0.008368715643882751f;
  p = p * r + 0.04166838899254799f;
  p = p * r + 0.1666652113199234f;
  p = p * r + 0.4999999403953552f;
  vf power = bits_to_float((float_to_bits(shifted) + 127) << 23);
  vf result = ((r * r) * p + r + 1.0f) * power;
  return choose(x < -87.33654f, (vf)0.0f, result);
}

INLINE vf sigmoid(vf x) {
  vf e = exp_nonpositive(-magnitude(x));
  return choose(x < 0.0f, e, (vf)1.0f) / (1.0f + e);
}

INLINE vf hyperbolic_tangent(vf x) {
  vf m = magnitude(x);
  vf e = exp_nonpositive(m * -2.0f);
  vf far = 1.0f - (e + e) / (1.0f + e);
  vf z = x * x;
  vf p = z * -0.005704986397176981f + 0.02063908614218235f;
  p = p * z - 0.05373971536755562f;
  p = p * z + 0.13331441581249237f;
  p = p * z - 0.3333328068256378f;
  vf near = m + m * (z * p);
  vi sign = float_to_bits(x) & (int)0x80000000;
  return bits_to_float(float_to_bits(choose(m < 0.625f, near, far)) | sign);
}

// `n` floats; all LANES of them where n is that constant.
INLINE vf load(const float *p, long n) {
  vf v = 0.0f;
  if (n == LANES) memcpy(&v, p, sizeof v);
  else memcpy(&v, p, (size_t)n * sizeof(float));
  return v;
}

INLINE void store(float *p, vf v, long n) {
  if (n == LANES) memcpy(p, &v, sizeof v);
  else memcpy(p, &v, (size_t)n * sizeof(float));
}
