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

  /// y = f(x), and g · dy/dx as a function of g and y.
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

  /// y = f(x), and g · dy/dx as a function of g and x.
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

  /// exp(x) over its sum, for each row of the last dimension: [..., C]. A row of nothing but
  /// -infinity, as when everything is masked, gives zeros.
  public func softmax() -> Variable {
    var y = tape.tensor(shape)
    forEachRow(of: value, to: y.mutableBase, tape.backend) { x, y, C, dense in
      let maximum = greatest(x, C)
      if maximum == -.infinity { return y.update(repeating: 0, count: C) }
      let scale = 1 / dense.exponentials(x, minus: maximum, y, count: C)
      for k in 0..<C { y[k] *= scale }
    }
    return tape.record(y, from: [self]) { [sink, y] gradient, tape in
      forEachRow(of: y, to: gradient.mutableBase, tape.backend) { y, g, C, _ in
        let mean = Float(RowSums.dot(g, y, C))
        for k in 0..<C { g[k] = y[k] * (g[k] - mean) }
      }
      tape.add(gradient, to: sink)
    }
  }

  /// x minus the logarithm of the sum of exp(x), for each row of the last dimension: [..., C].
  public func logSoftmax() -> Variable {
    var y = tape.tensor(shape)
    forEachRow(of: value, to: y.mutableBase, tape.backend) { x, y, C, dense in
      let (maximum, sum) = sumOfExponentials(x, y, C, dense)
      let normaliser = logarithm(sum)
      for k in 0..<C { y[k] = (x[k] - maximum) - normaliser }
    }
    return tape.record(y, from: [self]) { [sink, y] gradient, tape in
      forEachRow(of: y, to: gradient.mutableBase, tape.backend) { y, g, C, dense in
        let total = Float(RowSums.total(g, C))
        withUnsafeTemporaryAllocation(of: Float.self, capacity: C) { p in
          _ = dense.exponentials(y, minus: 0, p.baseAddress!, count: C)
          for k in 0..<C { g[k] -= p[k] * total }
        }
      }
      tape.add(gradient, to: sink)
    }
  }
}

/// g = slope(g, v), element by element.
/// - Parameter least: the elements that are worth a thread.
@inline(__always)
private func multiply(
  _ gradient: inout Tensor, _ values: Tensor, _ tape: Tape, least: Int, _ slope: (Float, Float) -> Float
) {
  let (g, v) = (gradient.mutableBase, values.base)
  tape.backend.pool.forEachPart(of: gradient.count, least: least) { part, _ in
    for k in part { g[k] = slope(g[k], v[k]) }
  }
}

/// The greatest x, and the sum of exp(x - maximum): two numbers, since in one the large part would
/// round the small one away. Leaves something in `scratch`, [count].
package func sumOfExponentials(
  _ x: UnsafePointer<Float>, _ scratch: UnsafeMutablePointer<Float>, _ count: Int, _ dense: any DenseKernels
) -> (maximum: Float, sum: Float) {
  let maximum = greatest(x, count)
  return (maximum, maximum.isFinite ? dense.exponentials(x, minus: maximum, scratch, count: count) : 1)
}

/// `body` with the number of each row of the last dimension, where the row is, and the kernels, on
/// several threads where that pays.
package func forEachRow(
  of tensor: Tensor, _ backend: any Backend, _ body: (Int, UnsafePointer<Float>, any DenseKernels) -> Void
) {
  let C = tensor.shape.dimensions.last ?? 1
  if tensor.count == 0 { return }
  let dense = backend.dense
  backend.pool.forEachPart(of: tensor.count / C, least: Tape.least / 8 / C) { part, _ in
    for row in part { body(row, tensor.base + row * C, dense) }
  }
  withExtendedLifetime(tensor) {}
}

/// The same with a row of `target`, an array of the same shape, and the length of both.
private func forEachRow(
  of source: Tensor, to target: UnsafeMutablePointer<Float>, _ backend: any Backend,
  _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, any DenseKernels) -> Void
) {
  let C = source.shape.dimensions.last ?? 1
  forEachRow(of: source, backend) { row, x, dense in body(x, target + row * C, C, dense) }
}

/// The greatest of some floats; NaN if one is.
func greatest(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
  var partial = SIMD8<Float>(repeating: -.infinity)
  var check = SIMD8<Float>(repeating: 0)
  let whole = count & ~7
  for k in stride(from: 0, to: whole, by: 8) {
    let v = UnsafeRawPointer(x + k).loadUnaligned(as: SIMD8<Float>.self)
    partial.replace(with: v, where: v .> partial)
    check += v - v
  }
  var result = partial.max()
  for k in whole..<count {
    if x[k] > result { result = x[k] }
    if x[k].isNaN { return .nan }
  }
  // x - x is NaN for infinities too.
  if check.sum().isNaN {
    for k in 0..<whole where x[k].isNaN { return .nan }
  }
  return result
}
