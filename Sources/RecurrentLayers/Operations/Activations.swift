// Functions of each element, and of each row.

import RecurrentCore

extension Variable {
  /// (exp(x) - exp(-x)) / (exp(x) + exp(-x)), of each element.
  public func tanh() -> Variable {
    let dense = tape.backend.dense
    return elementwise({ dense.tanh($0, $1, count: $2) }, gradient: { g, y in g * (1 - y * y) })
  }

  /// 1 / (1 + exp(-x)), of each element.
  public func sigmoid() -> Variable {
    let dense = tape.backend.dense
    return elementwise({ dense.sigmoid($0, $1, count: $2) }, gradient: { g, y in g * (y * (1 - y)) })
  }

  /// max(x, 0); the gradient at 0 is 0. NaN stays NaN, and its gradient passes.
  public func relu() -> Variable {
    elementwise(
      { x, y, count in
        for k in 0..<count { y[k] = x[k] < 0 ? 0 : x[k] }
      }, gradient: { g, y in y <= 0 ? 0 : g })
  }
}
