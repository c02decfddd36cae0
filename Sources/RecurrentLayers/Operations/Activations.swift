// Activation functions: tanh, sigmoid, ReLU.

import RecurrentCore

extension Variable {
  /// The hyperbolic tangent of each element.
  public func tanh() -> Variable {
    let dense = tape.backend.dense
    return elementwise({ dense.tanh($0, $1, count: $2) }, gradient: { g, y in g * (1 - y * y) })
  }

  /// 1 / (1 + exp(-x)) of each element.
  public func sigmoid() -> Variable {
    let dense = tape.backend.dense
    return elementwise({ dense.sigmoid($0, $1, count: $2) }, gradient: { g, y in g * (y * (1 - y)) })
  }

  /// max(x, 0) of each element. The gradient at 0 is 0. NaN gives NaN, and its gradient passes.
  public func relu() -> Variable {
    elementwise(
      { x, y, count in
        for k in 0..<count { y[k] = x[k] < 0 ? 0 : x[k] }
      }, gradient: { g, y in y <= 0 ? 0 : g })
  }
}
