// Softmax and log-softmax along the last dimension, and the functions of rows that losses share.

import RecurrentCore

extension Variable {
  /// exp(x) / Σ exp(x) along the last dimension: [..., C]. PyTorch's `softmax(dim=-1)`. A row that
  /// is -infinity throughout, as when all of it is masked, gives zeros.
  public func softmax() -> Variable {
    var y = tape.tensor(shape)
    forEachRow(of: value, to: y.mutableBase, tape.backend) { x, y, C, dense in
      let maximum = dense.greatest(x, count: C)
      if maximum == -.infinity { return y.update(repeating: 0, count: C) }
      let scale = 1 / dense.exponentials(x, minus: maximum, times: 1, y, count: C)
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

  /// x - log Σ exp(x) along the last dimension: [..., C]. PyTorch's `log_softmax(dim=-1)`.
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
          _ = dense.exponentials(y, minus: 0, times: total, p.baseAddress!, count: C)
          for k in 0..<C { g[k] -= p[k] }
        }
      }
      tape.add(gradient, to: sink)
    }
  }
}

/// The maximum of x, and the sum of exp(x - maximum). They are kept apart, since their combination
/// would round the smaller part away. `scratch`, [count], is overwritten.
package func sumOfExponentials(
  _ x: UnsafePointer<Float>, _ scratch: UnsafeMutablePointer<Float>, _ count: Int, _ dense: any DenseKernels
) -> (maximum: Float, sum: Float) {
  let maximum = dense.greatest(x, count: count)
  return (maximum, maximum.isFinite ? dense.exponentials(x, minus: maximum, times: 1, scratch, count: count) : 1)
}

/// Calls `body` with the index and address of each row of the last dimension, and with the kernels;
/// on several threads if that pays.
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

/// Calls `body` with each row of the last dimension, the same row of `target`, and their length.
private func forEachRow(
  of source: Tensor, to target: UnsafeMutablePointer<Float>, _ backend: any Backend,
  _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, any DenseKernels) -> Void
) {
  let C = source.shape.dimensions.last ?? 1
  forEachRow(of: source, backend) { row, x, dense in body(x, target + row * C, C, dense) }
}
