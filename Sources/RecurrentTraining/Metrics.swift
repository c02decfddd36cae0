// What tells people how well a model does.

import RecurrentCore
import RecurrentLayers

/// The place of the greatest of each row: [..., C] to [...]. The first of several; that of the
/// first NaN where there is one, as `torch.argmax` has it.
public func argmax(_ scores: Tensor) -> Indices {
  let C = scores.shape.dimensions.last ?? 0
  require(scores.shape.rank > 0 && C > 0, "argmax: scores have shape \(scores.shape), expected [..., C]")
  return scores.withUnsafeBufferPointer { x in
    Indices(
      stride(from: 0, to: x.count, by: C).map { row in
        (1..<C).reduce(0) { isBeyond(x[row + $1], x[row + $0]) ? $1 : $0 }
      },
      shape: Shape(Array(scores.shape.dimensions.dropLast())))
  }
}

/// The share of rows whose most likely class is the target, of those that count; 0 when none does.
/// A row with a NaN is wrong.
public func accuracy(_ scores: Tensor, _ targets: Indices, ignoredIndex: Int = -100) -> Float {
  let C = scores.shape.dimensions.last ?? 0
  let chosen = argmax(scores).elements
  require(
    chosen.count == targets.count, "accuracy: scores of shape \(scores.shape) for targets of shape \(targets.shape)")
  var (counted, right) = (0, 0)
  scores.withUnsafeBufferPointer { x in
    for (row, target) in targets.elements.enumerated() where target != ignoredIndex {
      counted += 1
      if chosen[row] == target, !x[row * C + target].isNaN { right += 1 }
    }
  }
  return counted == 0 ? 0 : Float(Double(right) / Double(counted))
}
