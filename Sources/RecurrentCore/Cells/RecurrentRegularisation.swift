// Recurrent regularisation: locked dropout of the hidden state, and zoneout.

/// The regularisation of a layer's steps in one call. It belongs to a batch and is an argument of
/// `forward`, which saves it for `backward`.
///
/// h' and c' are the state of the previous step (in the reverse direction, of the next time).
public struct RecurrentRegularisation: Sendable {
  /// The dropout mask m [D, B, O] of the hidden state; nil for none. m * h' enters the recurrent
  /// products, with the same m at every step (Gal & Ghahramani, "A theoretically grounded
  /// application of dropout in recurrent neural networks", NIPS 2016; Keras' `recurrent_dropout`).
  ///
  /// Only products are masked: a GRU carries over z * h'. With the reset before the product, the
  /// product is U (r * (m * h')).
  public var recurrentMask: Tensor?
  /// Zoneout; nil for none.
  public var zoneout: Zoneout?

  /// Creates a regularisation; without arguments, none.
  public init(recurrentMask: Tensor? = nil, zoneout: Zoneout? = nil) {
    self.recurrentMask = recurrentMask
    self.zoneout = zoneout
  }

  /// A random mask [D, B, O] for `recurrentMask`: 0 with the given probability, else 1 / (1 -
  /// probability).
  ///
  /// Precondition: 0 <= probability < 1.
  public static func lockedMask(
    probability: Float, for layer: LayerConfiguration, batch: Int, seed: UInt64, stream: UInt64 = 0
  ) -> Tensor {
    require(
      0 <= probability && probability < 1,
      "RecurrentRegularisation.lockedMask: probability \(probability) must be in 0..<1")
    let shape: Shape = [layer.directions, batch, layer.outputSize]
    var mask = Tensor(repeating: 1, shape: shape)
    mask.withUnsafeMutableBufferPointer {
      guard let ones = $0.baseAddress else { return }
      SwiftDenseKernels().dropout(
        ones, ones, first: 0, count: $0.count, seed: seed, stream: stream, threshold: randomThreshold(probability),
        scale: 1 / (1 - probability))
    }
    return mask
  }

  /// Checks the shape of the mask. Precondition: it is nil or [D, B, O].
  package func check(_ layer: LayerConfiguration, batch: Int, function: @autoclosure () -> String) {
    guard let mask = recurrentMask else { return }
    require(
      mask.shape.isEqual(layer.directions, batch, layer.outputSize),
      "\(function()): recurrentMask has shape \(mask.shape), "
        + "expected [\(layer.directions), \(batch), \(layer.outputSize)]"
    )
  }
}

/// The threshold below which a random 32-bit word lies with the given probability.
package func randomThreshold(_ probability: Float) -> UInt32 {
  UInt32(min(Double(probability) * 0x1p32, Double(UInt32.max)))
}
