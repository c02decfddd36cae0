// Metrics: argmax and accuracy.

import RecurrentCore
import RecurrentLayers

/// The index of the maximum of each row: [..., C] to [...]. The first if there are several; the
/// first NaN if there is one, as in `torch.argmax`. Precondition: C is 1 or more.
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

/// The share of rows whose argmax is the target, without rows whose target is `ignoredIndex`; 0 if
/// there are no rows. A row with a NaN counts as wrong.
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
