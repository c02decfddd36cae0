// The backward pass of one direction of a layer.

/// The backward pass of one direction over its sequence, and the gradients of its parameters and
/// inputs (`ParameterGradients.swift`).
struct BackwardPass: SequencePass {
  let layer: LayerEngine
  let factors: LayerEngine.TransposedDirection
  let normalisation: LayerNormalisedCell?
  let peepholes: UnsafePointer<Float>?
  let sequence: PackedSequence
  let partition: WorkPartition
  let input: SequenceView
  /// This direction's columns of the gradient of the output [T·B, outputStride].
  let outputGradient: UnsafePointer<Float>
  let outputStride: Int
  /// This direction's gradients of h [B, O] and c [B, H]: of the final state going in, of the
  /// initial one coming out.
  let state: StateView
  let inputGradient: UnsafeMutablePointer<Float>?
  let gradients: GradientView
  let record: SavedActivations.Record
  /// Locked dropout and zoneout, if the call had them.
  let regulariser: StepRegulariser?
  /// Whether the pass is neither regularised nor normalised. Checked before the optional
  /// references: steps can be so short that reference counting is measurable.
  let isPlain: Bool
  let stages: Int
  /// S: the number of floats of a row's gates.
  let width: Int

  /// The gradient of h [B, O], by rank. The following are by rank too.
  let hidden: UnsafeMutablePointer<Float>
  /// The gradient of c [B, H].
  let cell: UnsafeMutablePointer<Float>
  /// The gradient of o * tanh(c) before a projection [B, H].
  let projected: UnsafeMutablePointer<Float>
  /// The gradient of the block that a later stage's product reads, r * h' of a GRU [B, H].
  let block: UnsafeMutablePointer<Float>
  /// Scratch memory of each member: for products, and for a row of gates [S].
  let scratch: UnsafeMutablePointer<Float>
  let scratchCount: Int
  let rowScratch: UnsafeMutablePointer<Float>
  /// Layer normalisation: the gradients of its parameters and of the biases, by rank, summed over
  /// the last few steps, and over all steps.
  let normalisationSums: UnsafeMutablePointer<Float>
  let normalisationTotals: UnsafeMutablePointer<Double>

  init(
    layer: LayerEngine, direction: LayerEngine.Direction, factors: LayerEngine.TransposedDirection,
    sequence: PackedSequence, partition: WorkPartition,
    input: SequenceView, outputGradient: UnsafePointer<Float>, outputStride: Int, state: StateView,
    inputGradient: UnsafeMutablePointer<Float>?, gradients: GradientView,
    regulariser: StepRegulariser?, record: SavedActivations.Record, memory: Arena
  ) {
    self.layer = layer
    self.factors = factors
    normalisation = direction.normalisation
    peepholes = direction.peepholes.map { $0.base }
    self.sequence = sequence
    self.partition = partition
    self.input = input
    self.outputGradient = outputGradient
    self.outputStride = outputStride
    self.state = state
    self.inputGradient = inputGradient
    self.gradients = gradients
    self.record = record
    self.regulariser = regulariser
    isPlain = regulariser == nil && normalisation == nil
    let configuration = layer.configuration
    let layout = layer.layout
    (stages, width) = (layout.stages.count, layout.blocks * configuration.hiddenSize)
    let (B, H) = (sequence.batch, configuration.hiddenSize)
    hidden = memory.take(B * configuration.outputSize)
    cell = memory.take(layout.hasCellState ? B * H : 0)
    projected = memory.take(configuration.projectionSize == nil ? 0 : B * H)
    block = memory.take(layout.multipliesBlock ? B * H : 0)
    // The greatest number of rows of a gradient that a member has.
    let rows =
      share(max(layout.gates * H, configuration.outputSize), partition.members - 1, of: partition.members, grain: 8)
      .count + 8
    scratchCount = Arena.rounded(
      layer.backend.longScratchCount(
        rows: rows, columns: max(configuration.inputSize, configuration.outputSize, H), depth: sequence.rows))
    scratch = memory.take(partition.members * scratchCount)
    rowScratch = memory.take(partition.members * width)
    // Three floats for each, since a Double is two.
    let count = B * (normalisation?.sumsCount ?? 0)
    normalisationSums = memory.take(3 * count)
    normalisationTotals = UnsafeMutableRawPointer(normalisationSums + count).assumingMemoryBound(to: Double.self)
  }

  var configuration: LayerConfiguration { layer.configuration }
  var layout: CellLayout { layer.layout }

  var meetingsPerStep: Int { stages + (factors.projection == nil ? 0 : 1) }

  /// The gradients of the gates.
  var bytesPerMeeting: Int { partition.rows(sequence) * width * 4 }

  // MARK: The sequence

  /// Runs the backward steps. They leave the gradients of all sums among the saved activations.
  func run(_ group: ShareGroup) {
    let (H, O) = (configuration.hiddenSize, configuration.outputSize)
    forEachShare(group) { share in
      for rank in share.ranks {
        copy(state.hidden + sequence.row(rank) * O, to: hidden + rank * O, columns: share.outputs)
        if let final = state.cell { copy(final + sequence.row(rank) * H, to: cell + rank * H, columns: share.units) }
        if let count = normalisation?.sumsCount {
          (normalisationSums + rank * count).update(repeating: 0, count: count)
          (normalisationTotals + rank * count).update(repeating: 0, count: count)
        }
      }
    }
    for step in stride(from: sequence.steps - 1, through: 0, by: -1) {
      if rows(group.share, step) > 0 { self.step(step, group) }
      if normalisation != nil, step % BackwardPass.stepsInFloat == 0 {
        totalNormalisationSums(group.share.ranks, isLast: step == 0)
      }
    }
    forEachShare(group) { share in
      for rank in share.ranks {
        copy(hidden + rank * O, to: state.hidden + sequence.row(rank) * O, columns: share.outputs)
        if let initial = state.cell {
          copy(cell + rank * H, to: initial + sequence.row(rank) * H, columns: share.units)
        }
      }
    }
  }

  /// The number of a share's rows that are active at a step.
  private func rows(_ share: WorkPartition.Share, _ step: Int) -> Int {
    min(sequence.count(step), share.ranks.upperBound) - share.ranks.lowerBound
  }

  // MARK: A step

  private func step(_ step: Int, _ group: ShareGroup) {
    forEachShare(group) { receive(step, $0) }
    if factors.projection != nil { group.meet() }
    for stage in (0..<stages).reversed() {
      forEachShare(group) { cellBackward(stage, step, $0) }
      group.meet()
      forEachShare(group) { productBackward(stage, step, $0) }
    }
  }

  /// The memory for the gradients of a share's states. With zoneout, those of h~ and c~ are apart
  /// from those of h and c; with a mask, that of what enters the products is.
  private func gradients(_ share: WorkPartition.Share) -> StateGradients {
    let first = share.ranks.lowerBound
    let (dh, dc) = (hidden + first * configuration.outputSize, cell + first * configuration.hiddenSize)
    if !isPlain, let regulariser { return regulariser.gradients(hidden: dh, cell: dc, share) }
    return StateGradients(hidden: dh, cell: dc, newHidden: dh, newCell: dc, entering: dh)
  }

  /// The packed row of a share's first row at a step.
  private func firstRow(_ step: Int, _ share: WorkPartition.Share) -> Int {
    sequence.offset(step) + share.ranks.lowerBound
  }

  /// Adds the gradient of the output to that of h from later steps, and divides it by zoneout.
  private func receive(_ step: Int, _ share: WorkPartition.Share) {
    let O = configuration.outputSize
    let (rows, first, d) = (rows(share, step), share.ranks.lowerBound, gradients(share))
    for r in 0..<rows {
      add(
        outputGradient + sequence.sequenceRow(step, first + r) * outputStride, to: d.hidden + r * O,
        columns: share.outputs)
    }
    if !isPlain, let regulariser { regulariser.divide(d, step: step, rows: rows, share) }
    if factors.projection != nil {
      let kept = record.projectedGradient! + firstRow(step, share) * O
      for r in 0..<rows { copy(d.newHidden + r * O, to: kept + r * O, columns: share.outputs) }
    }
  }

  /// Runs the cell's part of a stage.
  private func cellBackward(_ stage: Int, _ step: Int, _ share: WorkPartition.Share) {
    let (H, O) = (configuration.hiddenSize, configuration.outputSize)
    let (rows, first, row, d) = (rows(share, step), share.ranks.lowerBound, firstRow(step, share), gradients(share))
    let units = share.units
    let isLast = stage == stages - 1
    var dm = d.newHidden
    if isLast, let projection = factors.projection {
      dm = projected + first * H
      layer.backend.multiplyPrepared(
        MatrixView(record.projectedGradient! + row * O, rows: rows, columns: O, rowStride: O), projection,
        columns: units, into: MutableMatrixView(dm + units.lowerBound, rowStride: H), accumulating: false)
    }
    let work = CellBackwardStep(
      rows: rows, hiddenSize: H, units: units, gates: MutableMatrixView(record.gates + row * width, rowStride: width),
      previousHidden: record.previousHidden + row * O,
      previousCell: record.previousCell.map { UnsafePointer($0) + row * H }, peepholes: peepholes, hiddenGradient: dm,
      cellGradient: d.newCell, blockGradient: block + first * H, enteringGradient: d.entering)
    if !isPlain, let normalisation {
      normalisation.backward(
        stage, work, layer.cellDefinition, layer.gates, kept: { normalisation.kept(record, row: row + $0) },
        sums: { rowSums(first + $0, normalisation) },
        scratch: rowScratch + share.member * width)
    } else {
      layer.cellDefinition.backward(stage, work, layer.gates)
    }
    if isPlain || !isLast { return }
    // Add what zoneout left for h' and c' to what the cell left for them.
    for r in 0..<rows {
      if layout.carriesHidden, d.isZonedOut { add(d.newHidden + r * H, to: d.hidden + r * H, columns: units) }
      if d.newCell != d.cell { add(d.newCell + r * H, to: d.cell + r * H, columns: units) }
    }
    guard d.isMasked, let regulariser else { return }
    // From here on, the saved h' is what entered the products.
    for r in 0..<rows {
      regulariser.mask(previousHidden: record.previousHidden + (row + r) * O, rank: first + r, share)
      if layout.multipliesBlock {
        (d.entering + r * O + share.outputs.lowerBound).update(repeating: 0, count: share.outputs.count)
      }
    }
  }

  /// Runs a stage's product: from the gradients of its sums to that of its right-hand factor.
  private func productBackward(_ stage: Int, _ step: Int, _ share: WorkPartition.Share) {
    let (H, O) = (configuration.hiddenSize, configuration.outputSize)
    let (rows, first, d) = (rows(share, step), share.ranks.lowerBound, gradients(share))
    let blocks = layout.products[stage].blocks
    let a = MatrixView(
      record.gates + firstRow(step, share) * width + blocks.lowerBound * H, rows: rows, columns: blocks.count * H,
      rowStride: width)
    if layout.products[stage].source != .previousHidden {
      layer.backend.multiplyPrepared(
        a, factors.recurrent[stage], columns: share.units,
        into: MutableMatrixView(block + first * H + share.units.lowerBound, rowStride: H), accumulating: false)
      return
    }
    let hasOtherPath = layout.carriesHidden || d.isZonedOut
    layer.backend.multiplyPrepared(
      a, factors.recurrent[stage], columns: share.outputs,
      into: MutableMatrixView(d.entering + share.outputs.lowerBound, rowStride: O),
      accumulating: d.isMasked ? layout.multipliesBlock : hasOtherPath)
    if d.isMasked, let regulariser {
      for r in 0..<rows {
        regulariser.unmask(hiddenGradient: d.hidden + r * O, rank: first + r, accumulating: hasOtherPath, share)
      }
    }
  }

  /// The number of steps whose gradients for layer normalisation are summed in Float. Those sums
  /// are added in Double.
  private static let stepsInFloat = 16

  /// Adds the sums of the last steps to the totals, which replace them after the first step.
  private func totalNormalisationSums(_ ranks: Range<Int>, isLast: Bool) {
    guard let count = normalisation?.sumsCount else { return }
    for rank in ranks {
      let (sums, totals) = (normalisationSums + rank * count, normalisationTotals + rank * count)
      RowSums.add(sums, rows: 1, stride: 0, columns: count, to: totals)
      for k in 0..<count { sums[k] = isLast ? Float(totals[k]) : 0 }
    }
  }

  func rowSums(_ rank: Int, _ normalisation: LayerNormalisedCell) -> LayerNormalisedCell.Sums {
    normalisation.sums(normalisationSums + rank * normalisation.sumsCount)
  }
}
