// What training keeps of the forward pass.

/// What the forward pass of one layer keeps for its backward pass. Reused from call to call; one
/// caller at a time.
///
/// For P valid steps (the sum of the rows' lengths), an input of I features, H hidden units and O
/// outputs, each direction keeps P · S floats of gates (S is H for an Elman cell, 4H for an LSTM or
/// a GRU) and P · O of previous hidden states; an LSTM P · H of previous cells; with a projection P
/// · (H + O) more; a ragged batch P · I, its valid inputs side by side; a layer-normalised one,
/// with N normalised sums (1 of an Elman cell, 4 of an LSTM and of a GRU with the reset after the
/// product, 3 with the reset before it), P · N · H of those, P · (N + 1) of their scales, and in an
/// LSTM P · H of normalised cells. Each piece is rounded up to 64 bytes.
public final class SavedActivations {
  package let arena = Arena()
  private(set) var sequence: PackedSequence?
  private(set) var records: [Record] = []
  /// That of the forward pass.
  private(set) var regularisation: RecurrentRegularisation?

  public init() {}

  /// The bytes it holds.
  public var bytes: Int { arena.bytes }

  /// Row p of each belongs to row p of the direction's packed sequence.
  struct Record {
    /// [P, S]: the gates, which the backward pass overwrites with the gradients of their sums.
    let gates: UnsafeMutablePointer<Float>
    /// [P, O]: h of the step before.
    let previousHidden: UnsafeMutablePointer<Float>
    /// [P, H]: c of the step before (LSTM).
    let previousCell: UnsafeMutablePointer<Float>?
    /// [P, H]: o * tanh(c), which the projection projects.
    let projected: UnsafeMutablePointer<Float>?
    /// [P, O]: the gradients of the projection's results.
    let projectedGradient: UnsafeMutablePointer<Float>?
    /// [P, I]: the valid inputs, when they do not lie side by side anyway.
    let input: UnsafeMutablePointer<Float>?
    /// [P, N·H]: the normalised sums of the gates, without gamma; [P, H]: an LSTM's normalised c;
    /// [P, N + 1]: 1 / sqrt(variance + 1e-5) of them (layer normalisation).
    let normalisedSums: UnsafeMutablePointer<Float>?
    let normalisedCell: UnsafeMutablePointer<Float>?
    let scales: UnsafeMutablePointer<Float>?
  }

  /// Makes room for a call over `batch` rows of `steps` steps, `rows` of them valid.
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
    // By piece of a record: the floats for a row, or nil where the layer does not keep it.
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
