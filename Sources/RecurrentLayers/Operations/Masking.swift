// Masking: a fixed value where a mask is not zero.

import RecurrentCore

extension Variable {
  /// `value` where `mask` is not zero, and this variable elsewhere: for padding, or to hide steps
  /// from attention. The mask is broadcast to this shape. PyTorch's `masked_fill`.
  public func filled(with value: Float, where mask: Tensor) -> Variable {
    let runs = Broadcast(shape, mask.shape, function: "Variable.filled")
    require(runs.shape == shape, "Variable.filled: a mask of shape \(mask.shape) for shape \(shape)")
    func select(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ fill: Float) {
      runs.forEach(tape.backend.pool) { run in
        let (from, to, m) = (source + run.out, target + run.out, mask.base + run.b)
        for k in 0..<run.count { to[k] = m[k * runs.steps.b] != 0 ? fill : from[k] }
      }
    }
    var result = tape.tensor(shape)
    select(self.value.base, result.mutableBase, value)
    return tape.record(result, from: [self]) { [sink] gradient, tape in
      let target = gradient.mutableBase
      runs.forEach(tape.backend.pool) { run in
        for k in 0..<run.count where mask.base[run.b + k * runs.steps.b] != 0 { target[run.out + k] = 0 }
      }
      tape.add(gradient, to: sink)
    }
  }
}
