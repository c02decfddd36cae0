// Functions of each element, with their gradients.

import RecurrentCore

extension Variable {
  /// Applies y = f(x); `slope` computes g · dy/dx from g and y.
  @inline(__always)
  func elementwise(
    _ f: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void,
    gradient slope: @escaping (_ g: Float, _ y: Float) -> Float
  ) -> Variable {
    let y = applied(f)
    return tape.record(y, from: [self]) { [sink, y] gradient, tape in
      multiply(&gradient, y, tape, least: Tape.least, slope)
      tape.add(gradient, to: sink)
    }
  }

  /// Applies y = f(x); `slope` computes g · dy/dx from g and x.
  @inline(__always)
  func elementwise(
    _ f: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void,
    inputGradient slope: @escaping (_ g: Float, _ x: Float) -> Float
  ) -> Variable {
    tape.record(applied(f), from: [self]) { [sink, value] gradient, tape in
      multiply(&gradient, value, tape, least: Tape.least / 4, slope)
      tape.add(gradient, to: sink)
    }
  }

  /// f(x), on several threads if that pays.
  @inline(__always)
  private func applied(_ f: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void) -> Tensor {
    var y = tape.tensor(shape)
    let (from, to) = (value.base, y.mutableBase)
    tape.backend.pool.forEachPart(of: shape.count, least: Tape.least / 4, grain: 16) { part, _ in
      f(from + part.lowerBound, to + part.lowerBound, part.count)
    }
    withExtendedLifetime(value) {}
    return y
  }
}

/// Replaces each element g of the gradient by slope(g, v). `least` is the number of elements worth
/// a thread.
@inline(__always)
private func multiply(
  _ gradient: inout Tensor, _ values: Tensor, _ tape: Tape, least: Int, _ slope: (Float, Float) -> Float
) {
  let (g, v) = (gradient.mutableBase, values.base)
  tape.backend.pool.forEachPart(of: gradient.count, least: least) { part, _ in
    for k in part { g[k] = slope(g[k], v[k]) }
  }
}
