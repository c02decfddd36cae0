// The forward equations of the cells on vectors of units. Each turns the sums of the gates into the
// gates. They are those of ElmanCell, LSTMCell and GRUCell in RecurrentCore.
#pragma once
#include "activations.h"

// Elman cell: h = tanh(a) or relu(a). NaN stays NaN.
INLINE vf NAME(elman)(vf a, int relu) { return relu ? (a < 0.0f ? (vf)0.0f : a) : hyperbolic_tangent(a); }

// LSTM: i, f, o = sigmoid(a); g = tanh(a). Returns c = f * c' + i * g.
INLINE vf NAME(lstm)(vf *a, vf previous_cell) {
  a[0] = sigmoid(a[0]);
  a[1] = sigmoid(a[1]);
  a[2] = hyperbolic_tangent(a[2]);
  a[3] = sigmoid(a[3]);
  return a[1] * previous_cell + a[0] * a[2];
}

// GRU: h = (1 - z) * n + z * h'.
INLINE vf NAME(gru)(vf n, vf z, vf previous) { return (1.0f - z) * n + z * previous; }
