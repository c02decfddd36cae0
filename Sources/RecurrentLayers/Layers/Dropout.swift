// Noise that keeps units from relying on one another.

import RecurrentCore

/// In training, sets elements to zero with `probability` and multiplies the others by 1 / (1 -
/// probability); in evaluation, does nothing. Srivastava et al., "Dropout: a simple way to prevent
/// neural networks from overfitting", JMLR 2014.
public struct Dropout: Module, Sendable {
  /// With which an element is dropped.
  public let probability: Float
  /// Whether all steps of a sequence [T, B, F] lose the same elements (Gal & Ghahramani, "A
  /// theoretically grounded application of dropout in recurrent neural networks", 2016). Arrays of
  /// lower rank have no steps.
  public let isLocked: Bool

  /// Stops unless the probability is in 0..<1.
  public init(_ probability: Float, locked: Bool = false) {
    require(probability >= 0 && probability < 1, "Dropout: probability \(probability) must be at least 0 and below 1")
    self.probability = probability
    isLocked = locked
  }

  /// Of any shape, which the result has too.
  public func callAsFunction(_ x: Variable) -> Variable {
    let tape = x.tape
    if probability == 0 || tape.mode == .evaluation { return x }
    if isLocked, x.shape.rank > 2 {
      return x * tape.constant(tape.dropoutMask(probability, shape: Shape([1] + x.shape.dimensions.dropFirst())))
    }
    let stream = tape.nextStream()
    var y = tape.tensor(x.shape)
    tape.drop(probability, stream, x.value.base, y.mutableBase, x.shape.count)
    return tape.record(y, from: [x]) { [sink = x.sink, probability] gradient, tape in
      // The same words again: no mask is kept.
      let g = gradient.mutableBase
      tape.drop(probability, stream, g, g, gradient.count)
      tape.add(gradient, to: sink)
    }
  }
}

extension Tape {
  /// 0 with `probability`, else 1 / (1 - probability).
  func dropoutMask(_ probability: Float, shape: Shape) -> Tensor {
    var mask = tensor(shape)
    mask.mutableBase.update(repeating: 1, count: shape.count)
    if probability > 0 { drop(probability, nextStream(), mask.mutableBase, mask.mutableBase, shape.count) }
    return mask
  }

  func drop(
    _ probability: Float, _ stream: UInt64, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    let dense = backend.dense
    backend.pool.forEachPart(of: count, least: Tape.least / 8, grain: 64) { part, _ in
      dense.dropout(
        x + part.lowerBound, y + part.lowerBound, first: part.lowerBound, count: part.count, seed: seed, stream: stream,
        threshold: randomThreshold(probability), scale: 1 / (1 - probability))
    }
  }
}
