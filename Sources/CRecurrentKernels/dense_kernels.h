// Dense kernels: sigmoid, tanh, exponentials and dropout of whole arrays, for the instruction set
// that the including file is compiled for (LANES, NAME).
#include "activations.h"
#include "recurrent_kernels.h"

static void NAME(sigmoid_all)(const float *x, float *y, long count) {
  for (long k = 0; k < count; k += LANES) {
    long n = count - k < LANES ? count - k : LANES;
    store(y + k, sigmoid(load(x + k, n)), n);
  }
}

static void NAME(tanh_all)(const float *x, float *y, long count) {
  for (long k = 0; k < count; k += LANES) {
    long n = count - k < LANES ? count - k : LANES;
    store(y + k, hyperbolic_tangent(load(x + k, n)), n);
  }
}

typedef double vd __attribute__((ext_vector_type(LANES)));

// exp(x - maximum) for x <= maximum; zero where x is more than 87.3 below it.
INLINE vf exponential_below(vf x, float maximum) {
  vf below = maximum - x;
  Exponential e = exponential(at_most(below, 87.3f));
  return below > 87.3f ? (vf)0.0f : (e.u + 1.0f) * e.power;
}

// y = exp(x - maximum); returns the sum. Sums of 32 vectors are made in float, the sum of those in
// double.
static float NAME(exponentials)(const float *x, float maximum, float *y, long count) {
  const long whole = count / LANES * LANES;
  vd sums = 0.0;
  for (long first = 0; first < whole; first += 32 * LANES) {
    const long end = whole - first < 32 * LANES ? whole : first + 32 * LANES;
    vf partial = 0.0f;
    for (long k = first; k < end; k += LANES) {
      vf value = exponential_below(load(x + k, LANES), maximum);
      store(y + k, value, LANES);
      partial += value;
    }
    sums += __builtin_convertvector(partial, vd);
  }
  if (whole < count) {
    vf value = exponential_below(load(x + whole, count - whole), maximum);
    store(y + whole, value, count - whole);
    for (long lane = 0; lane < count - whole; lane++) sums[lane] += value[lane];
  }
  for (long half = LANES / 2; half > 0; half /= 2) {
    for (long lane = 0; lane < half; lane++) sums[lane] += sums[lane + half];
  }
  return (float)sums[0];
}

typedef unsigned vu __attribute__((ext_vector_type(LANES)));
typedef unsigned long vw __attribute__((ext_vector_type(LANES)));

// Philox4x32-10 (Salmon et al. 2011) of LANES blocks at once.
INLINE void philox(vu x[4], unsigned k0, unsigned k1) {
  for (int round = 0; round < 10; round++) {
    vw a = __builtin_convertvector(x[0], vw) * 0xD2511F53ul;
    vw b = __builtin_convertvector(x[2], vw) * 0xCD9E8D57ul;
    vu x1 = x[1], x3 = x[3];
    x[0] = __builtin_convertvector(b >> 32, vu) ^ x1 ^ k0;
    x[1] = __builtin_convertvector(b, vu);
    x[2] = __builtin_convertvector(a >> 32, vu) ^ x3 ^ k1;
    x[3] = __builtin_convertvector(a, vu);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

// Dropout: y = x * scale where the element's random word is at least `threshold`, else x * 0.
static void NAME(dropout)(const float *x, float *y, long first, long count, unsigned long seed, unsigned long stream,
                          unsigned threshold, float scale) {
  vu lane;
  for (int k = 0; k < LANES; k++) lane[k] = (unsigned)k;
  // Sixteen blocks give 64 words. Word w of block j belongs to element 16 w + j.
  for (long group = 0; group < count; group += 64) {
    for (int j = 0; j < 16; j += LANES) {
      unsigned long block = (unsigned long)(first + group) / 4 + (unsigned long)j;
      vw number = __builtin_convertvector(lane, vw) + block;
      vu words[4] = {__builtin_convertvector(number, vu), __builtin_convertvector(number >> 32, vu),
                     (vu)(unsigned)stream, (vu)(unsigned)(stream >> 32)};
      philox(words, (unsigned)seed, (unsigned)(seed >> 32));
      for (int w = 0; w < 4; w++) {
        long k = group + 16 * w + j;
        long n = count - k < LANES ? count - k : LANES;
        if (n > 0) store(y + k, load(x + k, n) * (words[w] >= threshold ? (vf)scale : (vf)0.0f), n);
      }
    }
  }
}

const RecurrentDenseKernels NAME(dense_kernels) = {NAME(sigmoid_all), NAME(tanh_all), NAME(exponentials),
                                                   NAME(dropout)};
