// Step regularisers: locked dropout and zoneout in the forward and backward steps of a direction.

/// The regularisation of one direction in one call, and its memory. Rows are by rank.
///
/// It is a class and belongs to the workspace: a call without regularisation pays only a comparison
/// with nil at each step, and no call allocates.
final class StepRegulariser {
  /// Whether h, and c, have zoneout.
  private(set) var zonesHidden = false
  private(set) var zonesCell = false
  /// Forward, with zoneout of c: c' [B, H], if no activations are saved.
  private(set) var previousCell: UnsafeMutablePointer<Float>?
  /// Backward, with zoneout: the gradients of h~ [B, O] and c~ [B, H]. With a mask: the gradient of
  /// m * h' [B, O].
  private var newHidden: UnsafeMutablePointer<Float>?
  private var newCell: UnsafeMutablePointer<Float>?
  private var throughMask: UnsafeMutablePointer<Float>?
  private var direction = 0
  private var outputSize = 0
  private var hiddenSize = 0
  /// The mask m [B, O], by row of the batch. This and the following are valid during a call.
  private var mask: UnsafePointer<Float>?
  private var zoneout: RecurrentRegularisation.Zoneout?
  private var sequence: PackedSequence!
  private var kernels: (any DenseKernels)!
  /// m * h' [B, O] for each member.
  private var masked: UnsafeMutablePointer<Float>!
  /// 1 - k of a row, for each member; and as many ones.
  private var shares: UnsafeMutablePointer<Float>!
  private var ones: UnsafeMutablePointer<Float>!
  private var size = 0

  /// Prepares for one direction of a call. Returns nil if there is nothing to do.
  func begin(
    _ regularisation: RecurrentRegularisation, _ layer: LayerEngine, _ sequence: PackedSequence,
    _ partition: WorkPartition, memory: Arena
  ) -> StepRegulariser? {
    let configuration = layer.configuration
    let (B, H, O) = (sequence.batch, configuration.hiddenSize, configuration.outputSize)
    zoneout = regularisation.zoneout
    zonesHidden = (zoneout?.hidden ?? 0) > 0
    zonesCell = configuration.cell.hasCellState && (zoneout?.cell ?? 0) > 0
    direction = sequence.isReversed ? 1 : 0
    mask = regularisation.recurrentMask.map { $0.base + direction * B * O }
    if mask == nil, !zonesHidden, !zonesCell { return nil }
    self.sequence = sequence
    (outputSize, hiddenSize) = (O, H)
    kernels = layer.dense
    size = RecurrentRegularisation.Zoneout.roundedSize(configuration)
    previousCell = zonesCell ? memory.take(B * H) : nil
    newHidden = zonesHidden ? memory.take(B * O) : nil
    newCell = zonesCell ? memory.take(B * H) : nil
    throughMask = mask == nil ? nil : memory.take(B * O)
    masked = memory.take(mask == nil ? 0 : partition.sequenceMembers * B * O)
    shares = memory.take(partition.sequenceMembers * size)
    ones = memory.take(size)
    ones.update(repeating: 1, count: size)
    return self
  }

  // MARK: Locked dropout

  /// m * h' of a share's first rows, which enters the recurrent products.
  func masked(_ previous: MatrixView, _ share: WorkPartition.Share) -> MatrixView {
    guard let mask else { return previous }
    let product = masked + share.member * sequence.batch * outputSize
    for r in 0..<previous.rows {
      let m = mask + sequence.row(share.ranks.lowerBound + r) * outputSize
      vectorised(0..<outputSize) { u in
        u.store(u.load(m) * u.load(previous.base + r * previous.rowStride), product + r * outputSize)
      }
    }
    return MatrixView(product, rows: previous.rows, columns: outputSize, rowStride: outputSize)
  }

  /// Multiplies the saved h' of a row by m: the gradients of the weights need m * h'.
  func mask(previousHidden: UnsafeMutablePointer<Float>, rank: Int, _ share: WorkPartition.Share) {
    guard let mask else { return }
    let m = mask + sequence.row(rank) * outputSize
    vectorised(share.outputs) { u in u.store(u.load(m) * u.load(previousHidden), previousHidden) }
  }

  /// Computes the gradient of h' of a row from that of m * h'. It is added if `accumulating`.
  func unmask(hiddenGradient: UnsafeMutablePointer<Float>, rank: Int, accumulating: Bool, _ share: WorkPartition.Share)
  {
    guard let mask, let throughMask else { return }
    let (m, d) = (mask + sequence.row(rank) * outputSize, throughMask + rank * outputSize)
    vectorised(share.outputs) { u in
      let gradient = u.load(m) * u.load(d)
      u.store(accumulating ? u.load(hiddenGradient) + gradient : gradient, hiddenGradient)
    }
  }

  // MARK: Zoneout

  /// Computes h = k * h' + (1 - k) * h~ in place for a row, or c likewise.
  func zoneOut(
    _ state: RecurrentRegularisation.Zoneout.State, _ value: UnsafeMutablePointer<Float>,
    previous: UnsafePointer<Float>, step: Int,
    rank: Int, _ share: WorkPartition.Share
  ) {
    let (kept, units) = newShares(state, step, rank, share)
    vectorised(units) { u in
      let s = u.load(kept)
      u.store((.one - s) * u.load(previous) + s * u.load(value), value)
    }
  }

  /// The memory for the gradients of a share's first row. Gradients that need not be told apart
  /// share memory.
  func gradients(hidden: UnsafeMutablePointer<Float>, cell: UnsafeMutablePointer<Float>, _ share: WorkPartition.Share)
    -> StateGradients
  {
    let first = share.ranks.lowerBound
    return StateGradients(
      hidden: hidden, cell: cell, newHidden: newHidden.map { $0 + first * outputSize } ?? hidden,
      newCell: newCell.map { $0 + first * hiddenSize } ?? cell,
      entering: throughMask.map { $0 + first * outputSize } ?? hidden)
  }

  /// Divides the gradients of h [rows, O] and c [rows, H] of a share's first rows between old and
  /// new state.
  func divide(_ gradients: StateGradients, step: Int, rows: Int, _ share: WorkPartition.Share) {
    let first = share.ranks.lowerBound
    for r in 0..<rows {
      if zonesHidden {
        divide(
          .hidden, gradients.hidden + r * outputSize, new: gradients.newHidden + r * outputSize, step: step,
          rank: first + r, share)
      }
      if zonesCell {
        divide(
          .cell, gradients.cell + r * hiddenSize, new: gradients.newCell + r * hiddenSize, step: step, rank: first + r,
          share)
      }
    }
  }

  /// Divides the gradient of h or c of a row: k times it remains for h' or c', and (1 - k) times it
  /// goes to `new` for h~ or c~.
  private func divide(
    _ state: RecurrentRegularisation.Zoneout.State, _ gradient: UnsafeMutablePointer<Float>,
    new: UnsafeMutablePointer<Float>, step: Int,
    rank: Int, _ share: WorkPartition.Share
  ) {
    let (kept, units) = newShares(state, step, rank, share)
    vectorised(units) { u in
      let (s, d) = (u.load(kept), u.load(gradient))
      u.store(s * d, new)
      u.store((.one - s) * d, gradient)
    }
  }

  /// 1 - k of a row, and the units of the share that it covers.
  private func newShares(
    _ state: RecurrentRegularisation.Zoneout.State, _ step: Int, _ rank: Int, _ share: WorkPartition.Share
  ) -> (UnsafePointer<Float>, Range<Int>) {
    let shares = shares + share.member * size
    let units = state == .hidden ? share.outputs : share.units
    zoneout!.writeNewShares(
      state, sequenceRow: sequence.sequenceRow(step, rank), direction: direction, units: units, size: size, ones: ones,
      into: shares, kernels)
    return (UnsafePointer(shares), units)
  }
}
