// What tells people how well a model does.

import RecurrentCore
import RecurrentLayers

/// The loss and other figures of a batch; what a trainer minimises and shows.
public struct StepResult {
  /// A single number.
  public let loss: Variable
  /// Means over the batch, by name.
  public let metrics: [String: Float]
  /// What the batch counts in the epoch's means: its samples, or its tokens.
  public let weight: Int

  public init(loss: Variable, metrics: [String: Float] = [:], weight: Int = 1) {
    (self.loss, self.metrics, self.weight) = (loss, metrics, weight)
  }
}

/// The place of the greatest of each row: [..., C] to [...]. The first of several; 0 for a row that holds NaN only.
public func mostLikely(_ scores: Tensor) -> Indices {
  let C = scores.shape.dimensions.last ?? 0
  require(scores.shape.rank > 0 && C > 0, "mostLikely: scores have shape \(scores.shape), expected [..., C]")
  return scores.withUnsafeBufferPointer { x in
    Indices(
      stride(from: 0, to: x.count, by: C).map { row in (1..<C).reduce(0) { x[row + $1] > x[row + $0] ? $1 : $0 } },
      shape: Shape(Array(scores.shape.dimensions.dropLast())))
  }
}

/// The share of rows whose most likely class is the target, of those that count; 0 when none does.
public func accuracy(_ scores: Tensor, _ targets: Indices, ignoredIndex: Int = -100) -> Float {
  let pairs = zip(mostLikely(scores).elements, targets.elements).filter { $0.1 != ignoredIndex }
  return pairs.isEmpty ? 0 : Float(pairs.count { $0.0 == $0.1 }) / Float(pairs.count)
}
