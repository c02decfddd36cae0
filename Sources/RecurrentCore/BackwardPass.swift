// One direction of a layer, from the last step back to the first, and then the gradients of its parameters.

/// What a backward pass needs, and the pass itself.
struct BackwardPass: SequencePass {
  let layer: GEMMLayer
  let factors: GEMMLayer.TransposedDirection
  let normalisation: LayerNormalisedCell?
  let plan: SequencePlan
  let split: Split
  let input: SequenceView
  /// This direction's columns of the output's gradient [T·B, outputStride].
  let outputGradient: UnsafePointer<Float>
  let outputStride: Int
  /// This direction's [B, O] and [B, H]: gradients of the final state, then of the initial one.
  let state: StateView
  let inputWanted: UnsafeMutablePointer<Float>?
  let gradients: GradientView
  let record: LayerTape.Record
  /// Locked dropout and zoneout, where the call had them.
  private let regulariser: StepRegulariser?
  /// Neither regularised nor normalised. Asked first: steps can be so short that even counting references to nothing shows.
  private let isPlain: Bool

  /// By rank: the gradients of h [B, O] and c [B, H], of o * tanh(c) before a projection [B, H], and of r * h [B, H].
  private let hidden: UnsafeMutablePointer<Float>
  private let cell: UnsafeMutablePointer<Float>
  private let projected: UnsafeMutablePointer<Float>
  private let product: UnsafeMutablePointer<Float>
  /// For each member: scratch memory for products, and for a row of gates [S].
  private let scratch: UnsafeMutablePointer<Float>
  private let scratchCount: Int
  private let rowScratch: UnsafeMutablePointer<Float>
  /// Layer normalisation: by rank, the sums over the steps of its parameters' gradients, and of the biases'; those of the last few steps, and
  /// those of all.
  private let normalisationSums: UnsafeMutablePointer<Float>
  private let normalisationTotals: UnsafeMutablePointer<Double>

  init(
    layer: GEMMLayer, factors: GEMMLayer.TransposedDirection, normalisation: LayerNormalisedCell?, plan: SequencePlan, split: Split,
    input: SequenceView, outputGradient: UnsafePointer<Float>, outputStride: Int, state: StateView,
    inputGradient: UnsafeMutablePointer<Float>?, gradients: GradientView,
    regulariser: StepRegulariser?, record: LayerTape.Record, memory: Arena
  ) {
    self.layer = layer
    self.factors = factors
    self.normalisation = normalisation
    self.plan = plan
    self.split = split
    self.input = input
    self.outputGradient = outputGradient
    self.outputStride = outputStride
    self.state = state
    inputWanted = inputGradient
    self.gradients = gradients
    self.record = record
    self.regulariser = regulariser
    isPlain = regulariser == nil && normalisation == nil
    let configuration = layer.configuration
    let (B, H) = (plan.batch, configuration.hiddenSize)
    hidden = memory.take(B * configuration.outputSize)
    cell = memory.take(configuration.cell == .lstm ? B * H : 0)
    projected = memory.take(configuration.projectionSize == nil ? 0 : B * H)
    product = memory.take(configuration.cell == .gru(.before) ? B * H : 0)
    // The most rows of a gradient that a member takes.
    let rows = share(max(configuration.cell.gates * H, configuration.outputSize), split.members - 1, of: split.members, grain: 8).count + 8
    scratchCount = Arena.rounded(
      layer.backend.longScratchCount(
        rows: rows, columns: max(configuration.inputSize, configuration.outputSize, H), depth: plan.rows))
    scratch = memory.take(split.members * scratchCount)
    rowScratch = memory.take(split.members * configuration.cell.slots * H)
    // Three floats each, since a Double is two.
    let count = B * (normalisation?.sumsCount ?? 0)
    normalisationSums = memory.take(3 * count)
    normalisationTotals = UnsafeMutableRawPointer(normalisationSums + count).assumingMemoryBound(to: Double.self)
  }

  private var configuration: LayerConfiguration { layer.configuration }
  private var width: Int { configuration.cell.slots * configuration.hiddenSize }

  // MARK: The sequence

  /// Leaves the gradients of all sums on the tape.
  func run(_ part: Split.Part, _ barrier: SpinBarrier) {
    let (H, O) = (configuration.hiddenSize, configuration.outputSize)
    for rank in part.ranks {
      copy(state.hidden + plan.row(rank) * O, to: hidden + rank * O, columns: part.outputs)
      if let final = state.cell { copy(final + plan.row(rank) * H, to: cell + rank * H, columns: part.units) }
      if let count = normalisation?.sumsCount {
        (normalisationSums + rank * count).update(repeating: 0, count: count)
        (normalisationTotals + rank * count).update(repeating: 0, count: count)
      }
    }
    for step in stride(from: plan.steps - 1, through: 0, by: -1) {
      let rows = min(plan.count(step), part.ranks.upperBound) - part.ranks.lowerBound
      if rows > 0 { self.step(step, part, rows: rows, barrier) }
      if normalisation != nil, step % BackwardPass.stepsInFloat == 0 { totalNormalisationSums(part.ranks, isLast: step == 0) }
    }
    for rank in part.ranks {
      copy(hidden + rank * O, to: state.hidden + plan.row(rank) * O, columns: part.outputs)
      if let initial = state.cell { copy(cell + rank * H, to: initial + plan.row(rank) * H, columns: part.units) }
    }
  }

  private func step(_ step: Int, _ part: Split.Part, rows: Int, _ barrier: SpinBarrier) {
    let (H, O) = (configuration.hiddenSize, configuration.outputSize)
    let first = part.ranks.lowerBound
    let row = plan.offset(step) + first
    let gates = record.gates + row * width
    let (dh, dc) = (hidden + first * O, cell + first * H)
    let previousHidden = record.previousHidden + row * O
    let units = part.units
    let kernels = layer.gates
    for r in 0..<rows {
      add(outputGradient + plan.sequenceRow(step, first + r) * outputStride, to: dh + r * O, columns: part.outputs)
    }

    // The gradients of h~ and c~, and of h' as it enters the product. Without regularisation they are those of h, c and h'.
    let (dhNew, dcNew, dhMasked) =
      isPlain ? (dh, dc, dh) : regulariser?.divide(hidden: dh, cell: dc, step: step, rows: rows, part) ?? (dh, dc, dh)
    /// From the gradients of some blocks of normalised sums to those of the sums themselves.
    func throughNormalisation(_ blocks: Range<Int>) {
      guard !isPlain, let normalisation else { return }
      for r in 0..<rows {
        normalisation.normaliseBackward(gates + r * width, blocks, normalisation.kept(record, row: row + r), rowSums(first + r, normalisation))
      }
    }
    /// Adds what a gate kernel has left of the new value's gradient to what zoneout has left of the old value's.
    func rejoin(_ new: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>) {
      if new != gradient { for r in 0..<rows { add(new + r * H, to: gradient + r * H, columns: units) } }
    }

    /// The gradient that reaches h of the step before through the product U h.
    func throughRecurrentProduct(_ blocks: Range<Int>, accumulating: Bool) {
      layer.backend.multiply(
        MatrixView(gates + blocks.lowerBound * H, rows: rows, columns: blocks.count * H, rowStride: width), factors.recurrent, columns: part.outputs,
        into: MutableMatrixView(dhMasked + part.outputs.lowerBound, rowStride: O), accumulating: accumulating)
    }

    switch configuration.cell {
    case .elman(let nonlinearity):
      for r in 0..<rows {
        kernels.elmanBackward(gates: gates + r * width, hiddenGradient: dhNew + r * H, units: units, nonlinearity: nonlinearity)
      }
      throughNormalisation(0..<1)
      barrier.wait(part.meeting)
      throughRecurrentProduct(0..<1, accumulating: dhMasked == dh && dhNew != dh)

    case .lstm:
      var dm = dhNew
      if let projection = factors.projection {
        dm = projected + first * H
        let kept = record.projectedGradient! + row * O
        for r in 0..<rows { copy(dhNew + r * O, to: kept + r * O, columns: part.outputs) }
        barrier.wait(part.meeting)
        layer.backend.multiply(
          MatrixView(kept, rows: rows, columns: O, rowStride: O), projection, columns: units,
          into: MutableMatrixView(dm + units.lowerBound, rowStride: H), accumulating: false)
      }
      for r in 0..<rows {
        let previousCell = record.previousCell! + (row + r) * H
        if !isPlain, let normalisation {
          normalisation.lstmBackward(
            gates: gates + r * width, previousCell: previousCell, hiddenGradient: dm + r * H, cellGradient: dcNew + r * H,
            normalisation.kept(record, row: row + r), rowSums(first + r, normalisation), scratch: rowScratch + part.member * width)
        } else {
          kernels.lstmBackward(
            gates: gates + r * width, previousCell: previousCell, hiddenGradient: dm + r * H, cellGradient: dcNew + r * H, units: units,
            hiddenSize: H)
        }
      }
      rejoin(dcNew, dc)
      barrier.wait(part.meeting)
      throughRecurrentProduct(0..<4, accumulating: dhMasked == dh && dhNew != dh)

    case .gru(.after):
      for r in 0..<rows {
        kernels.gruBackward(
          gates: gates + r * width, previousHidden: previousHidden + r * H, hiddenGradient: dhNew + r * H, units: units,
          hiddenSize: H)
      }
      rejoin(dhNew, dh)
      throughNormalisation(0..<4)
      barrier.wait(part.meeting)
      throughRecurrentProduct(0..<3, accumulating: dhMasked == dh)

    case .gru(.before):
      let drh = product + first * H
      for r in 0..<rows {
        kernels.gruStateBackward(
          gates: gates + r * width, previousHidden: previousHidden + r * H, hiddenGradient: dhNew + r * H, units: units,
          hiddenSize: H)
      }
      rejoin(dhNew, dh)
      throughNormalisation(3..<4)
      barrier.wait(part.meeting)
      layer.backend.multiply(
        MatrixView(gates + 3 * H, rows: rows, columns: H, rowStride: width), factors.candidate!, columns: units,
        into: MutableMatrixView(drh + units.lowerBound, rowStride: H), accumulating: false)
      for r in 0..<rows {
        if dhMasked != dh, let regulariser {
          regulariser.mask(previousHidden: previousHidden + r * H, rank: first + r, part)
          (dhMasked + r * H + units.lowerBound).update(repeating: 0, count: units.count)
        }
        kernels.gruResetBackward(
          gates: gates + r * width, previousHidden: previousHidden + r * H, productGradient: drh + r * H,
          hiddenGradient: dhMasked + r * H, units: units, hiddenSize: H)
      }
      throughNormalisation(1..<3)
      barrier.wait(part.meeting)
      throughRecurrentProduct(1..<3, accumulating: true)
    }

    if dhMasked != dh, let regulariser {
      // Elman cells and LSTMs have no other way from h to h' than the product, but for zoneout.
      let hasOtherWay = configuration.cell.gates == 3 || dhNew != dh
      for r in 0..<rows {
        regulariser.unmask(hiddenGradient: dh + r * O, rank: first + r, accumulating: hasOtherWay, part)
        if configuration.cell != .gru(.before) { regulariser.mask(previousHidden: previousHidden + r * O, rank: first + r, part) }
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
      record.gates + rows.lowerBound * width + blocks.lowerBound * H, rows: rows.count, columns: blocks.count * H, rowStride: width)
  }

  /// Those that belong to W x.
  private func inputGateGradients(rows: Range<Int>) -> MatrixView {
    gateGradients(configuration.cell.slots - configuration.cell.gates..<configuration.cell.slots, rows: rows)
  }

  /// One member's share of the gradients of the parameters.
  func weightGradients(_ member: Int, of members: Int) {
    // From the last steps to the first, so that backward passes over parts of a sequence add up the same numbers in the same order. Not where
    // there are so many that errors would grow.
    let isWhole = plan.isReversed || plan.rows > layer.backend.longestSum
    let steps = isWhole ? max(1, plan.steps) : SequencePlan.blockSteps(batch: plan.batch)
    for first in stride(from: max(0, plan.steps - 1) / steps * steps, through: 0, by: -steps) {
      if plan.steps <= steps {
        weightGradients(member, of: members, rows: 0..<plan.rows)
      } else {
        weightGradients(member, of: members, rows: plan.offset(first)..<(first + steps < plan.steps ? plan.offset(first + steps) : plan.rows))
      }
    }
    if normalisation != nil { normalisationGradients(member, of: members) }
  }

  /// The same for some of the plan's rows.
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

    let x = MatrixView(record.input.map { UnsafePointer($0) } ?? input.base, rows: plan.rows, columns: I, rowStride: I).rows(rows)
    let h = MatrixView(record.previousHidden, rows: plan.rows, columns: O, rowStride: O).rows(rows)
    accumulate(inputGateGradients(rows: rows), x, into: gradients.inputWeight)
    switch configuration.cell {
    case .elman, .lstm: accumulate(gateGradients(0..<configuration.cell.gates, rows: rows), h, into: gradients.recurrentWeight)
    case .gru(.after):
      // Blocks q, r, z, n: q is the recurrent part of n.
      accumulate(gateGradients(1..<3, rows: rows), h, into: gradients.recurrentWeight)
      accumulate(gateGradients(0..<1, rows: rows), h, into: gradients.recurrentWeight + 2 * H * O)
    case .gru(.before):
      // Blocks q, r, z, n: q is r * h.
      accumulate(gateGradients(1..<3, rows: rows), h, into: gradients.recurrentWeight)
      accumulate(gateGradients(3..<4, rows: rows), gateGradients(0..<1, rows: rows), into: gradients.recurrentWeight + 2 * H * O)
    }
    if normalisation == nil { biasGradients(member, of: members) { gateGradients($0, rows: rows) } }
    if let target = gradients.projectionWeight {
      accumulate(
        MatrixView(record.projectedGradient!, rows: plan.rows, columns: O, rowStride: O).rows(rows),
        MatrixView(record.projected!, rows: plan.rows, columns: H, rowStride: H).rows(rows), into: target)
    }
  }

  /// The biases' gradients: the column sums of what belongs to each block, some units for each member.
  private func biasGradients(_ member: Int, of members: Int, _ rows: (_ blocks: Range<Int>) -> MatrixView) {
    let H = configuration.hiddenSize
    guard let input = gradients.inputBias, let recurrent = gradients.recurrentBias else { return }
    /// `inputRow` and `recurrentRow` are where the blocks begin in the biases, nil for a bias that the blocks do not reach.
    func accumulate(_ blocks: Range<Int>, inputRow: Int?, recurrentRow: Int?) {
      sum(
        share(blocks.count * H, member, of: members, grain: 16), of: rows(blocks),
        into: (inputRow.map { input + $0 * H }, recurrentRow.map { recurrent + $0 * H }))
    }
    switch configuration.cell {
    case .elman, .lstm: accumulate(0..<configuration.cell.gates, inputRow: 0, recurrentRow: 0)
    case .gru(.after):
      accumulate(1..<3, inputRow: 0, recurrentRow: 0)
      accumulate(3..<4, inputRow: 2, recurrentRow: nil)
      accumulate(0..<1, inputRow: nil, recurrentRow: 2)
    case .gru(.before): accumulate(1..<4, inputRow: 0, recurrentRow: 0)
    }
  }

  /// The gradients of what a layer-normalised cell has more, and of its biases, which are added after the normalisation: what every row of the
  /// batch has summed up on the way.
  private func normalisationGradients(_ member: Int, of members: Int) {
    guard let normalisation else { return }
    let H = configuration.hiddenSize
    let all = rowSums(0, normalisation)
    func rows(_ first: UnsafeMutablePointer<Float>, _ count: Int) -> MatrixView {
      MatrixView(first, rows: plan.batch, columns: count, rowStride: normalisation.sumsCount)
    }
    for (source, count, target) in [
      (all.gamma, normalisation.blocks.count * H, gradients.normalisationWeight), (all.cellGamma, H, gradients.cellNormalisationWeight),
      (all.cellBeta, H, gradients.cellNormalisationBias),
    ] where target != nil {
      sum(share(count, member, of: members, grain: 16), of: rows(source, count), into: (target, nil))
    }
    biasGradients(member, of: members) { rows(all.bias + ($0.lowerBound - normalisation.blocks.lowerBound) * H, $0.count * H) }
  }

  /// Each of `targets` += the column sums of `matrix`.
  private func sum(
    _ columns: Range<Int>, of matrix: MatrixView, into targets: (UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?)
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
    let rows = share(plan.rows, member, of: members, grain: 8)
    // Side by side the gradients of the inputs lie where the inputs do; else where they were gathered, since
    // nothing needs those any more.
    let target = (record.input ?? inputWanted!) + rows.lowerBound * I
    layer.backend.multiply(
      inputGateGradients(rows: rows), factors.input, columns: 0..<I, into: MutableMatrixView(target, rowStride: I),
      accumulating: plan.isReversed && record.input == nil)
    if record.input != nil { scatter(rows, from: target) }
  }

  /// Adds the gradients of some of the plan's rows to those of the sequence.
  private func scatter(_ rows: Range<Int>, from source: UnsafeMutablePointer<Float>) {
    let I = configuration.inputSize
    for step in 0..<plan.steps {
      let first = plan.offset(step)
      for row in rows.clamped(to: first..<first + plan.count(step)) {
        add(source + (row - rows.lowerBound) * I, to: inputWanted! + plan.sequenceRow(step, row - first) * I, columns: 0..<I)
      }
    }
  }
}
