// Zoneout: units of h and c keep their previous value at random (Krueger et al., 2017).

extension RecurrentRegularisation {
  /// Zoneout (Krueger et al., "Zoneout: regularizing RNNs by randomly preserving hidden
  /// activations", ICLR 2017): units keep their previous value at random.
  ///
  /// h~ and c~ are the new state of a step, with h~ = o * tanh(c~) in an LSTM.
  ///
  /// - h = k * h' + (1 - k) * h~
  /// - c = k' * c' + (1 - k') * c~, in an LSTM.
  public struct Zoneout: Sendable, Hashable {
    /// The probability that a unit of h keeps its value, k = 1.
    public var hidden: Float
    /// The probability that a unit of an LSTM's c keeps its value, k' = 1. Ignored by other cells.
    public var cell: Float
    /// The seed of the random numbers. k and k' depend only on seed, stream, direction, time, row,
    /// batch size and unit: not on the backend, the number of threads or the rows' lengths.
    public var seed: UInt64
    /// The stream of the random numbers. Use another one for every batch.
    public var stream: UInt64
    /// Whether k and k' are random, 0 or 1. Otherwise they are their expectations, the
    /// probabilities.
    public var isTraining: Bool

    /// Creates a zoneout.
    ///
    /// Precondition: both probabilities are in 0..<1.
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
}

// MARK: Random numbers

extension RecurrentRegularisation.Zoneout {
  /// The state that zoneout acts on: h [O] or c [H] of a row.
  package enum State: Int { case hidden, cell }

  func probability(_ state: State) -> Float { state == .hidden ? hidden : cell }

  /// The number of random words reserved for a row and state, a multiple of 64 as
  /// `DenseKernels.dropout` needs.
  static func roundedSize(_ layer: LayerConfiguration) -> Int {
    (max(layer.hiddenSize, layer.outputSize) + 63) / 64 * 64
  }

  /// Writes 1 - k for some units of a row.
  ///
  /// The random words are laid out as [T, B, 2 directions, 2 states, size].
  ///
  /// - Parameters:
  ///   - state: h or c.
  ///   - sequenceRow: time · B + row.
  ///   - direction: 0 forward, 1 reverse.
  ///   - units: the units.
  ///   - size: `roundedSize`.
  ///   - ones: `size` ones.
  ///   - shares: receives 1 - k.
  ///   - kernels: computes the random numbers.
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

  /// 1 - k of all units of a row at a time step, for tests.
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
