// Dense kernels: element-wise functions of whole arrays, for the instruction set that the including
// file is compiled for (LANES, NAME).
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

// y = exp(x - maximum) * factor; returns the sum of the exponentials. Sums of 32 vectors are made in
// float, the sum of those in double.
static float NAME(exponentials)(const float *x, float maximum, float factor, float *y, long count) {
  const long whole = count / LANES * LANES;
  vd sums = 0.0;
  for (long first = 0; first < whole; first += 32 * LANES) {
    const long end = whole - first < 32 * LANES ? whole : first + 32 * LANES;
    vf partial = 0.0f;
    for (long k = first; k < end; k += LANES) {
      vf value = exponential_below(load(x + k, LANES), maximum);
      store(y + k, value * factor, LANES);
      partial += value;
    }
    sums += __builtin_convertvector(partial, vd);
  }
  if (whole < count) {
    vf value = exponential_below(load(x + whole, count - whole), maximum);
    store(y + whole, value * factor, count - whole);
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

// The greatest element; NaN if one is NaN, -infinity if there is none.
static float NAME(greatest)(const float *x, long count) {
  float result = -__builtin_inff();
  vf most = result, nan = 0.0f;
  const long whole = count / LANES * LANES;
  for (long k = 0; k < whole; k += LANES) {
    const vf v = load(x + k, LANES);
    most = v > most ? v : most;
    nan = v == v ? nan : v;
  }
  for (long lane = 0; lane < LANES; lane++) {
    if (nan[lane] != nan[lane]) return nan[lane];
    if (most[lane] > result) result = most[lane];
  }
  for (long k = whole; k < count; k++) {
    if (x[k] != x[k]) return x[k];
    if (x[k] > result) result = x[k];
  }
  return result;
}

// Whether all elements are finite.
static int NAME(are_finite)(const float *x, long count) {
  vi others = 0;
  for (long k = 0; k < count; k += LANES) {
    const vf v = load(x + k, count - k < LANES ? count - k : LANES);
    others |= (float_to_bits(v) & 0x7f800000) == 0x7f800000;
  }
  int any = 0;
  for (long lane = 0; lane < LANES; lane++) any |= others[lane];
  return !any;
}

// Kingma & Ba 2015. Each operation is rounded, as in Swift: none is fused.
static void NAME(adam)(float *w, const float *g, float *m, float *v, long count, const RecurrentAdam *f) {
#pragma clang fp contract(off)
  for (long k = 0; k < count; k += LANES) {
    const long n = count - k < LANES ? count - k : LANES;
    const vf old = load(w + k, n), d = load(g + k, n) + f->coupled_decay * old;
    vf mean = load(m + k, n), square = load(v + k, n);
    mean += (1.0f - f->beta1) * (d - mean);
    square = f->beta2 * square + (1.0f - f->beta2) * d * d;
    store(m + k, mean, n);
    store(v + k, square, n);
    const vf root = __builtin_elementwise_sqrt(square) * f->inverse + f->epsilon;
    store(w + k, old * f->shrinking - f->rate * mean / root, n);
  }
}

const RecurrentDenseKernels NAME(dense_kernels) = {NAME(sigmoid_all), NAME(tanh_all), NAME(exponentials), NAME(dropout),
                                                   NAME(greatest),    NAME(adam),     NAME(are_finite)};
