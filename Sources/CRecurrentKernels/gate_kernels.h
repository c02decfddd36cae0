// Gate kernels: the element-wise equations of the cells, those of ElmanCell, LSTMCell and GRUCell
// in RecurrentCore.
//
// The including file defines the instruction set: NAME(x) makes a function's name, LANES is the
// width of a vector.
#include "equations.h"
#include "recurrent_kernels.h"

// Runs statements for the units first..<end, LANES at a time and then the rest. `u` is the first
// unit, `n` their number.
#define FOR_UNITS(...)                     \
  {                                        \
    long u = first;                        \
    for (; u + LANES <= end; u += LANES) { \
      const long n = LANES;                \
      __VA_ARGS__                          \
    }                                      \
    if (u < end) {                         \
      const long n = end - u;              \
      __VA_ARGS__                          \
    }                                      \
  }
#define LOAD(p) load((p) + u, n)
#define STORE(p, v) store((p) + u, v, n)

static void NAME(elman_forward)(float *gates, const float *bias, float *hidden, long first, long end, int relu) {
  FOR_UNITS(
      vf h = NAME(elman)(LOAD(gates) + LOAD(bias), relu);
      STORE(gates, h);
      STORE(hidden, h);)
}

// da = dh * (1 - h * h), or dh where h > 0
static void NAME(elman_backward)(float *gates, const float *dh, long first, long end, int relu) {
  FOR_UNITS(
      vf h = LOAD(gates);
      vf d = LOAD(dh);
      STORE(gates, relu ? (h <= 0.0f ? (vf)0.0f : d) : d * (1.0f - h * h));)
}

// h = o * tanh(c)
static void NAME(lstm_forward)(float *gates, const float *bias, float *cell, float *hidden, long first, long end,
                               long H) {
  FOR_UNITS(
      vf a[4];
      for (long k = 0; k < 4; k++) a[k] = LOAD(gates + k * H) + LOAD(bias + k * H);
      vf c = NAME(lstm)(a, LOAD(cell));
      for (long k = 0; k < 4; k++) STORE(gates + k * H, a[k]);
      STORE(cell, c);
      STORE(hidden, a[3] * hyperbolic_tangent(c));)
}

// dc += dh * o * (1 - tanh(c)^2); the gradients of the sums of i, f, g, o; dc' = dc * f
static void NAME(lstm_backward)(float *gates, const float *previous_cell, const float *dh, float *dc, long first,
                                long end, long H) {
  FOR_UNITS(
      vf i = LOAD(gates);
      vf f = LOAD(gates + H);
      vf g = LOAD(gates + 2 * H);
      vf o = LOAD(gates + 3 * H);
      vf previous = LOAD(previous_cell);
      vf d = LOAD(dh);
      vf t = hyperbolic_tangent(f * previous + i * g);
      vf dcell = LOAD(dc) + d * o * (1.0f - t * t);
      STORE(gates, dcell * g * (i * (1.0f - i)));
      STORE(gates + H, dcell * previous * (f * (1.0f - f)));
      STORE(gates + 2 * H, dcell * i * (1.0f - g * g));
      STORE(gates + 3 * H, d * t * (o * (1.0f - o)));
      STORE(dc, dcell * f);)
}

// r, z = sigmoid(a); q = U h' + b'; n = tanh(W x + b + r * q); h = (1 - z) * n + z * h'
static void NAME(gru_forward)(float *gates, const float *recurrent, const float *input_bias,
                              const float *recurrent_bias, const float *previous, float *hidden, long first, long end,
                              long H) {
  FOR_UNITS(
      vf r = sigmoid(LOAD(gates + H) + LOAD(input_bias) + (LOAD(recurrent) + LOAD(recurrent_bias)));
      vf z = sigmoid(LOAD(gates + 2 * H) + LOAD(input_bias + H) + (LOAD(recurrent + H) + LOAD(recurrent_bias + H)));
      vf q = LOAD(recurrent + 2 * H) + LOAD(recurrent_bias + 2 * H);
      vf c = hyperbolic_tangent(LOAD(gates + 3 * H) + LOAD(input_bias + 2 * H) + r * q);
      STORE(gates, q);
      STORE(gates + H, r);
      STORE(gates + 2 * H, z);
      STORE(gates + 3 * H, c);
      STORE(hidden, NAME(gru)(c, z, LOAD(previous)));)
}

// The gradients of the sums of n (dn) and z, and dh' through z: dh * z.
#define GRU_STATE_BACKWARD                                           \
  vf z = LOAD(gates + 2 * H);                                        \
  vf c = LOAD(gates + 3 * H);                                        \
  vf d = LOAD(dh);                                                   \
  vf dn = d * (1.0f - z) * (1.0f - c * c);                           \
  STORE(gates + 2 * H, d * (LOAD(previous) - c) * (z * (1.0f - z))); \
  STORE(gates + 3 * H, dn);                                          \
  vf carried = d * z;                                                \
  STORE(dh, carried)

// dq = dn * r, and the gradient of the sum of r
static void NAME(gru_backward)(float *gates, const float *previous, float *dh, long first, long end, long H) {
  FOR_UNITS(
      GRU_STATE_BACKWARD;
      vf r = LOAD(gates + H);
      STORE(gates + H, dn * LOAD(gates) * (r * (1.0f - r)));
      STORE(gates, dn * r);)
}

// r, z = sigmoid(a); q = r * h'
static void NAME(gru_reset_forward)(float *gates, const float *bias, const float *previous, long first, long end,
                                    long H) {
  FOR_UNITS(
      vf r = sigmoid(LOAD(gates + H) + LOAD(bias));
      STORE(gates, r * LOAD(previous));
      STORE(gates + H, r);
      STORE(gates + 2 * H, sigmoid(LOAD(gates + 2 * H) + LOAD(bias + H)));)
}

// n = tanh(a); h = (1 - z) * n + z * h'
static void NAME(gru_state_forward)(float *gates, const float *bias, const float *previous, float *hidden, long first,
                                    long end, long H) {
  FOR_UNITS(
      vf c = hyperbolic_tangent(LOAD(gates + 3 * H) + LOAD(bias + 2 * H));
      STORE(gates + 3 * H, c);
      STORE(hidden, NAME(gru)(c, LOAD(gates + 2 * H), LOAD(previous)));)
}

// The gradients of the sums of n and z, and dh' through z
static void NAME(gru_state_backward)(float *gates, const float *previous, float *dh, long first, long end, long H) {
  FOR_UNITS(GRU_STATE_BACKWARD;)
}

// From dq: the gradient of the sum of r, and dh' += dq * r
static void NAME(gru_reset_backward)(float *gates, const float *previous, const float *product_gradient, float *dh,
                                     long first, long end, long H) {
  FOR_UNITS(
      vf r = LOAD(gates + H);
      vf d = LOAD(product_gradient);
      STORE(gates + H, d * LOAD(previous) * (r * (1.0f - r)));
      STORE(dh, LOAD(dh) + d * r);)
}

const RecurrentGateKernels NAME(gate_kernels) = {
    NAME(elman_forward),      NAME(elman_backward),     NAME(lstm_forward),      NAME(lstm_backward),
    NAME(gru_forward),        NAME(gru_backward),       NAME(gru_reset_forward), NAME(gru_state_forward),
    NAME(gru_state_backward), NAME(gru_reset_backward),
};
