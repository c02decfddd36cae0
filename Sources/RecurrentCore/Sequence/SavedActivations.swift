// Saved activations: what the forward pass of a layer keeps for its backward pass.

/// The activations that the forward pass of one layer saves for its backward pass. Reused from call
/// to call, by one caller at a time.
///
/// `SavedStackActivations`, which holds those of all layers, says how much memory they take.
package final class SavedActivations {
  package let arena = Arena()
  private(set) var sequence: PackedSequence?
  private(set) var records: [Record] = []
  /// The regularisation of the forward pass.
  private(set) var regularisation: RecurrentRegularisation?

  package init() {}

  /// The bytes it holds.
  package var bytes: Int { arena.bytes }

  /// The saved activations of one direction. Row p belongs to packed row p.
  struct Record {
    /// [P, S]: the gates. The backward pass overwrites them with the gradients of their sums.
    let gates: UnsafeMutablePointer<Float>
    /// [P, O]: h'.
    let previousHidden: UnsafeMutablePointer<Float>
    /// [P, H]: c' of an LSTM.
    let previousCell: UnsafeMutablePointer<Float>?
    /// [P, H]: o * tanh(c), the argument of the projection.
    let projected: UnsafeMutablePointer<Float>?
    /// [P, O]: the gradients of the projection's results.
    let projectedGradient: UnsafeMutablePointer<Float>?
    /// [P, I]: the valid inputs of a ragged batch.
    let input: UnsafeMutablePointer<Float>?
    /// Layer normalisation: the normalised sums, without gamma [P, N·H]; an LSTM's normalised c [P,
    /// H]; 1 / sqrt(variance + 1e-5) of each [P, N + 1].
    let normalisedSums: UnsafeMutablePointer<Float>?
    let normalisedCell: UnsafeMutablePointer<Float>?
    let scales: UnsafeMutablePointer<Float>?
  }

  /// Reserves memory for a call on `batch` rows of `steps` steps.
  func begin(
    _ configuration: LayerConfiguration, steps: Int, batch: Int, lengths: UnsafeBufferPointer<Int>?,
    regularisation: RecurrentRegularisation?
  ) {
    self.regularisation = regularisation
    let (I, H, O) = (configuration.inputSize, configuration.hiddenSize, configuration.outputSize)
    let layout = configuration.cell.layout
    let projects = configuration.projectionSize != nil
    let rows = lengths?.reduce(0, +) ?? steps * batch
    let isRagged = rows < steps * batch
    // The floats of each piece for a row; nil if the layer does not save it.
    let gates = layout.blocks * H
    let cell = layout.hasCellState ? H : nil
    let projected = projects ? H : nil
    let projectedGradient = projects ? O : nil
    let input = isRagged ? I : nil
    let sums = layout.sums.count
    let normalisedSums = configuration.layerNorm ? sums * H : nil
    let normalisedCell = configuration.layerNorm && layout.hasCellState ? H : nil
    let scales = configuration.layerNorm ? sums + 1 : nil
    func room(_ perRow: Int?) -> Int { perRow.map { Arena.rounded(rows * $0) } ?? 0 }
    let record =
      room(gates) + room(O) + room(cell) + room(projected) + room(projectedGradient) + room(input)
      + room(normalisedSums) + room(normalisedCell)
      + room(scales)
    arena.reset(
      reserving: PackedSequence.tableCount(steps: steps, batch: batch, isRagged: isRagged) + configuration.directions
        * record)
    sequence = PackedSequence(length: steps, batch: batch, lengths: lengths, memory: arena)
    func take(_ perRow: Int?) -> UnsafeMutablePointer<Float>? { perRow.map { arena.take(rows * $0) } }
    records.removeAll(keepingCapacity: true)
    for _ in 0..<configuration.directions {
      records.append(
        Record(
          gates: take(gates)!, previousHidden: take(O)!, previousCell: take(cell), projected: take(projected),
          projectedGradient: take(projectedGradient), input: take(input), normalisedSums: take(normalisedSums),
          normalisedCell: take(normalisedCell), scales: take(scales)))
    }
  }
}
