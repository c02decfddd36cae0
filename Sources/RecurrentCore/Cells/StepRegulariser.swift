// Locked dropout and zoneout in the passes of one direction, forward and backward next to each
// other.

/// A call's regularisation for one direction, and the memory it takes. Rows are by rank. A class,
/// and in the workspace, so that a plain call pays for no more than a comparison with nil at each
/// step, and no call allocates.
final class StepRegulariser {
  /// Whether there is zoneout of h, and of c.
  private(set) var zonesHidden = false
  private(set) var zonesCell = false
  /// Forward: with zoneout of c, c of the step before, [B, H], where no tape keeps it.
  private(set) var previousCell: UnsafeMutablePointer<Float>?
  /// Backward: with zoneout the gradients of h~ [B, O] and c~ [B, H]; with a mask that of m * h'
  /// [B, O].
  private var newHidden: UnsafeMutablePointer<Float>?
  private var newCell: UnsafeMutablePointer<Float>?
  private var throughMask: UnsafeMutablePointer<Float>?
  private var direction = 0
  private var outputSize = 0
  private var hiddenSize = 0
  /// What remains is there during a call: m [B, O], by row of the batch.
  private var mask: UnsafePointer<Float>?
  private var zoneout: RecurrentRegularisation.Zoneout?
  private var sequence: PackedSequence!
  private var kernels: (any DenseKernels)!
  /// m * h' [B, O], for each member.
  private var masked: UnsafeMutablePointer<Float>!
  /// For each member, 1 - k of a row; and as many ones.
  private var shares: UnsafeMutablePointer<Float>!
  private var ones: UnsafeMutablePointer<Float>!
  private var size = 0

  /// Makes ready for one direction of a call. Returns itself, or nil when there is nothing to do.
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

  /// m * h', from h' of a share's first rows: what enters the recurrent products.
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

  /// The tape's h' of a row becomes m * h', which is what the gradients of the weights are made of.
  func mask(previousHidden: UnsafeMutablePointer<Float>, rank: Int, _ share: WorkPartition.Share) {
    guard let mask else { return }
    let m = mask + sequence.row(rank) * outputSize
    vectorised(share.outputs) { u in u.store(u.load(m) * u.load(previousHidden), previousHidden) }
  }

  /// The gradient of h' from that of m * h', which is `throughMask`'s of a row; added to what it
  /// has, when it has any.
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

  /// A row's state: from h~ to h = k * h' + (1 - k) * h~, or c likewise.
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

  /// The gradients of a share's first row: what is left of those of h and c, which is for h' and
  /// c'; those of h~ and c~; and that of m * h'. The same memory where there is nothing to divide.
  func gradients(hidden: UnsafeMutablePointer<Float>, cell: UnsafeMutablePointer<Float>, _ share: WorkPartition.Share)
    -> StateGradients
  {
    let first = share.ranks.lowerBound
    return StateGradients(
      hidden: hidden, cell: cell, newHidden: newHidden.map { $0 + first * outputSize } ?? hidden,
      newCell: newCell.map { $0 + first * hiddenSize } ?? cell,
      entering: throughMask.map { $0 + first * outputSize } ?? hidden)
  }

  /// Divides the gradients of h [rows, O] and c [rows, H] of a share's first rows.
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

  /// A row's gradient of h or c: its part of h' or c' remains, and that of h~ or c~ goes to `new`.
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

/// Where a backward step of some rows has the gradients of its states, [rows, O] and [rows, H].
struct StateGradients {
  /// Of h and of c as the step before left them; then what reaches h' and c'.
  let hidden: UnsafeMutablePointer<Float>
  let cell: UnsafeMutablePointer<Float>
  /// Of the cell's own h~ and c~, before zoneout.
  let newHidden: UnsafeMutablePointer<Float>
  let newCell: UnsafeMutablePointer<Float>
  /// Of h' as it enters the products, after its mask.
  let entering: UnsafeMutablePointer<Float>

  var isZonedOut: Bool { newHidden != hidden }
  var isMasked: Bool { entering != hidden }
}
