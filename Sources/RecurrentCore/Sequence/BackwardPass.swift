// One direction of a layer, from the last step back to the first, and then the gradients of its
// parameters.

/// What a backward pass needs, and the pass itself.
struct BackwardPass: SequencePass {
  let layer: LayerEngine
  let factors: LayerEngine.TransposedDirection
  let normalisation: LayerNormalisedCell?
  private let peepholes: UnsafePointer<Float>?
  let sequence: PackedSequence
  let partition: WorkPartition
  let input: SequenceView
  /// This direction's columns of the output's gradient [T·B, outputStride].
  let outputGradient: UnsafePointer<Float>
  let outputStride: Int
  /// This direction's [B, O] and [B, H]: gradients of the final state, then of the initial one.
  let state: StateView
  let inputGradient: UnsafeMutablePointer<Float>?
  let gradients: GradientView
  let record: SavedActivations.Record
  /// Locked dropout and zoneout, where the call had them.
  private let regulariser: StepRegulariser?
  /// Neither regularised nor normalised. Asked first: steps can be so short that even counting
  /// references to nothing shows.
  private let isPlain: Bool
  private let stages: Int
  /// S: the floats of a row's gates.
  private let width: Int

  /// By rank: the gradients of h [B, O] and c [B, H], of o * tanh(c) before a projection [B, H],
  /// and of the block that a later stage's product reads, a GRU's r * h [B, H].
  private let hidden: UnsafeMutablePointer<Float>
  private let cell: UnsafeMutablePointer<Float>
  private let projected: UnsafeMutablePointer<Float>
  private let block: UnsafeMutablePointer<Float>
  /// For each member: scratch memory for products, and for a row of gates [S].
  private let scratch: UnsafeMutablePointer<Float>
  private let scratchCount: Int
  private let rowScratch: UnsafeMutablePointer<Float>
  /// Layer normalisation: by rank, the sums over the steps of its parameters' gradients, and of the
  /// biases'; those of the last few steps, and those of all.
  private let normalisationSums: UnsafeMutablePointer<Float>
  private let normalisationTotals: UnsafeMutablePointer<Double>

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
    // The most rows of a gradient that a member takes.
    let rows =
      share(max(layout.gates * H, configuration.outputSize), partition.members - 1, of: partition.members, grain: 8)
      .count + 8
    scratchCount = Arena.rounded(
      layer.backend.longScratchCount(
        rows: rows, columns: max(configuration.inputSize, configuration.outputSize, H), depth: sequence.rows))
    scratch = memory.take(partition.members * scratchCount)
    rowScratch = memory.take(partition.members * width)
    // Three floats each, since a Double is two.
    let count = B * (normalisation?.sumsCount ?? 0)
    normalisationSums = memory.take(3 * count)
    normalisationTotals = UnsafeMutableRawPointer(normalisationSums + count).assumingMemoryBound(to: Double.self)
  }

  private var configuration: LayerConfiguration { layer.configuration }
  private var layout: CellLayout { layer.layout }

  // MARK: The sequence

  /// Leaves the gradients of all sums on the tape.
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

  /// The rows of a share that are active at a step.
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

  /// The gradients of a share's states: of h~ and c~ apart from those of h and c with zoneout, and
  /// of what enters the products apart with a mask.
  private func gradients(_ share: WorkPartition.Share) -> StateGradients {
    let first = share.ranks.lowerBound
    let (dh, dc) = (hidden + first * configuration.outputSize, cell + first * configuration.hiddenSize)
    if !isPlain, let regulariser { return regulariser.gradients(hidden: dh, cell: dc, share) }
    return StateGradients(hidden: dh, cell: dc, newHidden: dh, newCell: dc, entering: dh)
  }

  /// The first row of a share at a step, on the tape.
  private func firstRow(_ step: Int, _ share: WorkPartition.Share) -> Int {
    sequence.offset(step) + share.ranks.lowerBound
  }

  /// The gradient of the output, added to that of h from later steps; then what zoneout leaves of
  /// it.
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

  /// The cell's part of a stage.
  private func cellBackward(_ stage: Int, _ step: Int, _ share: WorkPartition.Share) {
    let (H, O) = (configuration.hiddenSize, configuration.outputSize)
    let (rows, first, row, d) = (rows(share, step), share.ranks.lowerBound, firstRow(step, share), gradients(share))
    let units = share.units
    let isLast = stage == stages - 1
    var dm = d.newHidden
    if isLast, let projection = factors.projection {
      dm = projected + first * H
      layer.backend.multiply(
        MatrixView(record.projectedGradient! + row * O, rows: rows, columns: O, rowStride: O), projection,
        columns: units,
        into: MutableMatrixView(dm + units.lowerBound, rowStride: H), accumulating: false)
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
    // What zoneout has left of the old values' gradients, and what the cell has left of the new
    // ones'.
    for r in 0..<rows {
      if layout.carriesHidden, d.isZonedOut { add(d.newHidden + r * H, to: d.hidden + r * H, columns: units) }
      if d.newCell != d.cell { add(d.newCell + r * H, to: d.cell + r * H, columns: units) }
    }
    guard d.isMasked, let regulariser else { return }
    // From here on h' is what has entered the products.
    for r in 0..<rows {
      regulariser.mask(previousHidden: record.previousHidden + (row + r) * O, rank: first + r, share)
      if layout.multipliesBlock {
        (d.entering + r * O + share.outputs.lowerBound).update(repeating: 0, count: share.outputs.count)
      }
    }
  }

  /// A stage's product: from the gradients of its sums to that of what it has multiplied.
  private func productBackward(_ stage: Int, _ step: Int, _ share: WorkPartition.Share) {
    let (H, O) = (configuration.hiddenSize, configuration.outputSize)
    let (rows, first, d) = (rows(share, step), share.ranks.lowerBound, gradients(share))
    let blocks = layout.products[stage].blocks
    let a = MatrixView(
      record.gates + firstRow(step, share) * width + blocks.lowerBound * H, rows: rows, columns: blocks.count * H,
      rowStride: width)
    if layout.products[stage].source != .previousHidden {
      layer.backend.multiply(
        a, factors.recurrent[stage], columns: share.units,
        into: MutableMatrixView(block + first * H + share.units.lowerBound, rowStride: H), accumulating: false)
      return
    }
    let hasOtherWay = layout.carriesHidden || d.isZonedOut
    layer.backend.multiply(
      a, factors.recurrent[stage], columns: share.outputs,
      into: MutableMatrixView(d.entering + share.outputs.lowerBound, rowStride: O),
      accumulating: d.isMasked ? layout.multipliesBlock : hasOtherWay)
    if d.isMasked, let regulariser {
      for r in 0..<rows {
        regulariser.unmask(hiddenGradient: d.hidden + r * O, rank: first + r, accumulating: hasOtherWay, share)
      }
    }
  }

  /// The steps whose sums for layer normalisation are made in Float; the others in Double.
  private static let stepsInFloat = 16

  /// Adds the sums of the last steps to those of all, which take their place after the first step.
  private func totalNormalisationSums(_ ranks: Range<Int>, isLast: Bool) {
    guard let count = normalisation?.sumsCount else { return }
    for rank in ranks {
      let (sums, totals) = (normalisationSums + rank * count, normalisationTotals + rank * count)
      RowSums.add(sums, rows: 1, stride: 0, columns: count, to: totals)
      for k in 0..<count { sums[k] = isLast ? Float(totals[k]) : 0 }
    }
  }

  private func rowSums(_ rank: Int, _ normalisation: LayerNormalisedCell) -> LayerNormalisedCell.Sums {
    normalisation.sums(normalisationSums + rank * normalisation.sumsCount)
  }

  // MARK: After the sequence: products over all valid steps

  /// Neighbouring blocks of the gates' gradients [P, blocks · H].
  private func gateGradients(_ blocks: Range<Int>, rows: Range<Int>) -> MatrixView {
    let H = configuration.hiddenSize
    return MatrixView(
      record.gates + rows.lowerBound * width + blocks.lowerBound * H, rows: rows.count, columns: blocks.count * H,
      rowStride: width)
  }

  /// Those that belong to W x.
  private func inputGateGradients(rows: Range<Int>) -> MatrixView {
    gateGradients(layout.input, rows: rows)
  }

  /// One member's share of the gradients of the parameters.
  func weightGradients(_ member: Int, of members: Int) {
    // From the last steps to the first, so that backward passes over parts of a sequence add up the
    // same numbers in the same order. Not where there are so many that errors would grow.
    let isWhole = sequence.isReversed || sequence.rows > layer.backend.longestSum
    let steps = isWhole ? max(1, sequence.steps) : PackedSequence.blockSteps(batch: sequence.batch)
    for first in stride(from: max(0, sequence.steps - 1) / steps * steps, through: 0, by: -steps) {
      if sequence.steps <= steps {
        weightGradients(member, of: members, rows: 0..<sequence.rows)
      } else {
        weightGradients(
          member, of: members,
          rows: sequence.offset(
            first)..<(first + steps < sequence.steps ? sequence.offset(first + steps) : sequence.rows))
      }
    }
    if normalisation != nil { normalisationGradients(member, of: members) }
  }

  /// The same for some of the packed rows.
  private func weightGradients(_ member: Int, of members: Int, rows: Range<Int>) {
    let (I, H, O) = (configuration.inputSize, configuration.hiddenSize, configuration.outputSize)
    let scratch = scratch + member * scratchCount

    /// target += a' · b, of whose rows each member takes some.
    func accumulate(_ a: MatrixView, _ b: MatrixView, into target: UnsafeMutablePointer<Float>) {
      let rows = share(a.columns, member, of: members, grain: 8)
      layer.backend.multiplyLong(
        a.transposed.rows(rows), b, into: MutableMatrixView(target + rows.lowerBound * b.columns, rowStride: b.columns),
        accumulating: true, scratch: scratch)
    }

    let x = MatrixView(
      record.input.map { UnsafePointer($0) } ?? input.base, rows: sequence.rows, columns: I, rowStride: I
    ).rows(rows)
    let h = MatrixView(record.previousHidden, rows: sequence.rows, columns: O, rowStride: O).rows(rows)
    accumulate(inputGateGradients(rows: rows), x, into: gradients.inputWeight)
    for product in layout.products {
      for run in product.runs {
        let source =
          switch product.source {
          case .previousHidden: h
          case .block(let block): gateGradients(block..<block + 1, rows: rows)
          }
        accumulate(
          gateGradients(run.blocks, rows: rows), source, into: gradients.recurrentWeight + run.gates.lowerBound * H * O)
      }
    }
    if normalisation == nil { biasGradients(member, of: members) { gateGradients($0, rows: rows) } }
    peepholeGradients(member, of: members, rows: rows)
    if let target = gradients.projectionWeight {
      accumulate(
        MatrixView(record.projectedGradient!, rows: sequence.rows, columns: O, rowStride: O).rows(rows),
        MatrixView(record.projected!, rows: sequence.rows, columns: H, rowStride: H).rows(rows), into: target)
    }
  }

  /// The biases' gradients: the column sums of what belongs to each block, some units for each
  /// member.
  private func biasGradients(_ member: Int, of members: Int, _ rows: (_ blocks: Range<Int>) -> MatrixView) {
    let H = configuration.hiddenSize
    guard let input = gradients.inputBias, let recurrent = gradients.recurrentBias else { return }
    for run in layout.biases {
      sum(
        share(run.blocks.count * H, member, of: members, grain: 16), of: rows(run.blocks),
        into: (run.inputGate.map { input + $0 * H }, run.recurrentGate.map { recurrent + $0 * H }))
    }
  }

  /// The gradients of the peepholes: the column sums of their sums' gradients times what they
  /// multiply, some units for each member.
  private func peepholeGradients(_ member: Int, of members: Int, rows: Range<Int>) {
    guard let target = gradients.peepholeWeight else { return }
    let H = configuration.hiddenSize
    for (index, peephole) in layout.peepholes.enumerated() {
      let (factor, stride) =
        switch peephole.factor {
        case .previousCell: (UnsafePointer(record.previousCell!), H)
        case .block(let block): (UnsafePointer(record.gates) + block * H, width)
        }
      for unit in share(H, member, of: members, grain: 16) {
        var sum = 0.0
        for row in rows {
          sum += Double(record.gates[row * width + peephole.sum * H + unit]) * Double(factor[row * stride + unit])
        }
        target[index * H + unit] += Float(sum)
      }
    }
  }

  /// The gradients of what a layer-normalised cell has more, and of its biases, which are added
  /// after the normalisation: what every row of the batch has summed up on the way.
  private func normalisationGradients(_ member: Int, of members: Int) {
    guard let normalisation else { return }
    let H = configuration.hiddenSize
    let all = rowSums(0, normalisation)
    func rows(_ first: UnsafeMutablePointer<Float>, _ count: Int) -> MatrixView {
      MatrixView(first, rows: sequence.batch, columns: count, rowStride: normalisation.sumsCount)
    }
    for (source, count, target) in [
      (all.gamma, normalisation.blocks.count * H, gradients.normalisationWeight),
      (all.cellGamma, H, gradients.cellNormalisationWeight),
      (all.cellBeta, H, gradients.cellNormalisationBias),
    ] where target != nil {
      sum(share(count, member, of: members, grain: 16), of: rows(source, count), into: (target, nil))
    }
    biasGradients(member, of: members) {
      rows(all.bias + ($0.lowerBound - normalisation.blocks.lowerBound) * H, $0.count * H)
    }
  }

  /// Each of `targets` += the column sums of `matrix`.
  private func sum(
    _ columns: Range<Int>, of matrix: MatrixView,
    into targets: (UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?)
  ) {
    if columns.isEmpty { return }
    RowSums.forEachColumn(columns, of: matrix) { column, sum in
      if let target = targets.0 { target[column] += Float(sum) }
      if let target = targets.1 { target[column] += Float(sum) }
    }
  }

  /// One member's rows of the gradient of the inputs.
  func inputGradient(_ member: Int, of members: Int) {
    let I = configuration.inputSize
    let rows = share(sequence.rows, member, of: members, grain: 8)
    // Side by side the gradients of the inputs lie where the inputs do; else where they were
    // gathered, since nothing needs those any more.
    let target = (record.input ?? inputGradient!) + rows.lowerBound * I
    layer.backend.multiply(
      inputGateGradients(rows: rows), factors.input, columns: 0..<I, into: MutableMatrixView(target, rowStride: I),
      accumulating: sequence.isReversed && record.input == nil)
    if record.input != nil { scatter(rows, from: target) }
  }

  /// Adds the gradients of some of the packed rows to those of the sequence.
  private func scatter(_ rows: Range<Int>, from source: UnsafeMutablePointer<Float>) {
    let I = configuration.inputSize
    for step in 0..<sequence.steps {
      let first = sequence.offset(step)
      for row in rows.clamped(to: first..<first + sequence.count(step)) {
        add(
          source + (row - rows.lowerBound) * I, to: inputGradient! + sequence.sequenceRow(step, row - first) * I,
          columns: 0..<I)
      }
    }
  }
}
