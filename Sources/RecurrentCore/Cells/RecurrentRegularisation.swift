// Regularisation within the recurrence: locked dropout of what enters the recurrent products, and
// zoneout.

/// How the steps of a layer are regularised in one call. It belongs to a batch, not to a layer: an
/// argument of `forward`, which the tape remembers for `backward`.
///
/// h' and c' are the state of the step before (the later one, in a reverse direction).
public struct RecurrentRegularisation: Sendable {
  /// m [D, B, O], nil for none: h' enters the recurrent products as m * h', with the same m at
  /// every step. Gal & Ghahramani, "A theoretically grounded application of dropout in recurrent
  /// neural networks", NIPS 2016; Keras' `recurrent_dropout`.
  ///
  /// Only the products: what a GRU carries over is z * h'. With the reset before the product, that
  /// is U (r * (m * h')).
  public var recurrentMask: Tensor?
  /// nil for none.
  public var zoneout: Zoneout?

  public init(recurrentMask: Tensor? = nil, zoneout: Zoneout? = nil) {
    self.recurrentMask = recurrentMask
    self.zoneout = zoneout
  }

  /// A mask [D, B, O] for `recurrentMask`: 0 with the given probability, else 1 / (1 -
  /// probability). Stops unless 0 <= probability < 1.
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

  /// Krueger et al., "Zoneout: regularizing RNNs by randomly preserving hidden activations", ICLR
  /// 2017: from the step's new state h~ and c~ come h = k * h' + (1 - k) * h~, and in an LSTM c =
  /// k' * c' + (1 - k') * c~. h~ is that of c~, o * tanh(c~).
  public struct Zoneout: Sendable, Hashable {
    /// The probability that k is 1, and that an LSTM's k' is (other cells have none). With 0 there
    /// is nothing to do.
    public var hidden: Float
    public var cell: Float
    /// k and k' are functions of seed, stream, direction, time, row and size of the batch, and
    /// unit, whatever the backend, the number of threads and the rows' lengths. Give every batch a
    /// stream of its own.
    public var seed: UInt64
    public var stream: UInt64
    /// Training: k and k' are 0 or 1. Otherwise they are the probabilities themselves, their
    /// expectation.
    public var isTraining: Bool

    /// Stops unless both probabilities are in 0..<1.
    public init(hidden: Float, cell: Float = 0, seed: UInt64, stream: UInt64 = 0, isTraining: Bool = true) {
      require(0 <= hidden && hidden < 1, "Zoneout: the probability \(hidden) for hidden units must be in 0..<1")
      require(0 <= cell && cell < 1, "Zoneout: the probability \(cell) for cells must be in 0..<1")
      self.hidden = hidden
      self.cell = cell
      self.seed = seed
      self.stream = stream
      self.isTraining = isTraining
    }
  }

  /// Stops unless the mask, if any, is [D, B, O].
  package func check(_ layer: LayerConfiguration, batch: Int, function: @autoclosure () -> String) {
    guard let mask = recurrentMask else { return }
    require(
      mask.shape.isEqual(layer.directions, batch, layer.outputSize),
      "\(function()): recurrentMask has shape \(mask.shape), expected [\(layer.directions), \(batch), \(layer.outputSize)]"
    )
  }
}

/// The random words below this one make up the given part of all.
package func randomThreshold(_ probability: Float) -> UInt32 {
  UInt32(min(Double(probability) * 0x1p32, Double(UInt32.max)))
}

// MARK: The random numbers of zoneout

extension RecurrentRegularisation.Zoneout {
  /// What is zoned out: h [O] or c [H] of a row.
  package enum State: Int { case hidden, cell }

  func probability(_ state: State) -> Float { state == .hidden ? hidden : cell }

  /// The room that the words of a row and state have: `DenseKernels.dropout` begins at multiples of
  /// 64.
  static func roundedSize(_ layer: LayerConfiguration) -> Int {
    (max(layer.hiddenSize, layer.outputSize) + 63) / 64 * 64
  }

  /// Writes 1 - k, the new value's share, for some units of a row; `sequenceRow` is time · B + row.
  /// `ones` are `size` of them, and `size` is `roundedSize`. In memory the words are those of [T,
  /// B, 2 directions, 2 states, size].
  func writeNewShares(
    _ state: State, sequenceRow: Int, direction: Int, units: Range<Int>, size: Int, ones: UnsafePointer<Float>,
    into shares: UnsafeMutablePointer<Float>, _ kernels: any DenseKernels
  ) {
    if !isTraining {
      (shares + units.lowerBound).update(repeating: 1 - probability(state), count: units.count)
      return
    }
    let begin = units.lowerBound / 64 * 64
    kernels.dropout(
      ones, shares + begin, first: ((sequenceRow * 2 + direction) * 2 + state.rawValue) * size + begin,
      count: units.upperBound - begin,
      seed: seed, stream: stream, threshold: randomThreshold(probability(state)), scale: 1)
  }

  /// 1 - k of all units of a row at a time, for tests.
  package func newShares(_ state: State, time: Int, row: Int, batch: Int, direction: Int, of layer: LayerConfiguration)
    -> [Float]
  {
    let size = Self.roundedSize(layer)
    var shares = [Float](repeating: 0, count: size)
    let count = state == .hidden ? layer.outputSize : layer.hiddenSize
    writeNewShares(
      state, sequenceRow: time * batch + row, direction: direction, units: 0..<count, size: size,
      ones: Array(repeating: 1, count: size), into: &shares, SwiftDenseKernels())
    return Array(shares[..<count])
  }
}
