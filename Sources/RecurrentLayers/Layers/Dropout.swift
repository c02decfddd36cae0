// Dropout (Srivastava et al. 2014), and its locked variant (Gal & Ghahramani 2016).

import RecurrentCore

/// Dropout. PyTorch's `nn.Dropout`. Srivastava et al., "Dropout: a simple way to prevent neural
/// networks from overfitting", JMLR 2014.
///
/// In training, sets elements to zero with `probability`, and multiplies the others by 1 / (1 -
/// probability). In evaluation, does nothing.
public struct Dropout: Module, Sendable {
  /// The probability with which an element is dropped.
  public let probability: Float
  /// Whether the same elements are dropped at all steps of a sequence [T, B, F] (Gal & Ghahramani,
  /// "A theoretically grounded application of dropout in recurrent neural networks", 2016). Has no
  /// effect on arrays of lower rank.
  public let isLocked: Bool

  /// Creates the layer. Precondition: the probability is in 0..<1.
  public init(_ probability: Float, locked: Bool = false) {
    require(probability >= 0 && probability < 1, "Dropout: probability \(probability) must be at least 0 and below 1")
    self.probability = probability
    isLocked = locked
  }

  /// Applies dropout to an array of any shape; the shape stays the same.
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
      // The same random words are drawn again, so that no mask is kept.
      let g = gradient.mutableBase
      tape.drop(probability, stream, g, g, gradient.count)
      tape.add(gradient, to: sink)
    }
  }
}

extension Tape {
  /// A mask whose elements are 0 with `probability`, otherwise 1 / (1 - probability).
  func dropoutMask(_ probability: Float, shape: Shape) -> Tensor {
    var mask = tensor(shape)
    mask.mutableBase.update(repeating: 1, count: shape.count)
    if probability > 0 { drop(probability, nextStream(), mask.mutableBase, mask.mutableBase, shape.count) }
    return mask
  }

  /// Applies dropout to `count` elements of x, with the random numbers of `stream`. y may be x.
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
