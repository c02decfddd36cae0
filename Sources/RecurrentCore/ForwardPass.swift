// One direction of a layer, from the first step to the last.

/// What a forward pass needs, and the pass itself.
struct ForwardPass: SequencePass {
  let layer: GEMMLayer
  let direction: GEMMLayer.Direction
  let plan: SequencePlan
  let split: Split
  let input: SequenceView
  /// This direction's columns of the output [T·B, outputStride].
  let output: UnsafeMutablePointer<Float>
  let outputStride: Int
  /// This direction's [B, O] and [B, H]: initial, then final.
  let state: StateView
  /// Training: where to keep what the backward pass needs.
  let record: LayerTape.Record?
  /// Locked dropout and zoneout, where the call has them.
  private let regulariser: StepRegulariser?
  /// Neither regularised nor normalised. Asked first: steps can be so short that even counting references to nothing shows.
  private let isPlain: Bool

  /// By rank: h [B, O] before the even steps and before the odd ones, c [B, H], o * tanh(c) [B, H] and its projection [B, O], a
  /// GRU's U h [B, 3H].
  private let hidden: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
  private let cell: UnsafeMutablePointer<Float>
  private let projection: (source: UnsafeMutablePointer<Float>, hidden: UnsafeMutablePointer<Float>)?
  private let recurrent: UnsafeMutablePointer<Float>
  /// Inference: the gates of a chunk of steps, and its inputs where they must be gathered; for each member that
  /// has rows of its own.
  private let chunkGates: UnsafeMutablePointer<Float>
  private let chunkInput: UnsafeMutablePointer<Float>
  private let chunkRows: Int
  /// Where each row's output goes at a step, for each member.
  private let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>

  /// The rows of a chunk: enough for a fast product, few enough for the results to stay in cache.
  private static let usualChunkRows = 96

  init(
    layer: GEMMLayer, direction: GEMMLayer.Direction, plan: SequencePlan, split: Split, input: SequenceView,
    output: UnsafeMutablePointer<Float>, outputStride: Int, state: StateView, regulariser: StepRegulariser?,
    record: LayerTape.Record?, memory: Arena
  ) {
    self.layer = layer
    self.direction = direction
    self.plan = plan
    self.split = split
    self.input = input
    self.output = output
    self.outputStride = outputStride
    self.state = state
    self.record = record
    self.regulariser = regulariser
    isPlain = regulariser == nil && direction.normalisation == nil
    let configuration = layer.configuration
    let (B, H) = (plan.batch, configuration.hiddenSize)
    let count = record == nil ? B * configuration.outputSize : 0
    hidden = (memory.take(count), memory.take(count))
    // Ranks are rows unless lengths differ: c then changes where it is.
    cell = plan.isRagged && configuration.cell == .lstm ? memory.take(B * H) : state.cell ?? memory.take(0)
    projection = configuration.projectionSize.map { (source: memory.take(B * H), hidden: memory.take(B * $0)) }
    recurrent = memory.take(configuration.cell == .gru(.after) ? B * 3 * H : 0)
    chunkRows = min(max(ForwardPass.usualChunkRows, split.rows(plan)), max(1, plan.rows))
    let members = record == nil ? split.sequenceMembers : 0
    chunkGates = memory.take(members * chunkRows * configuration.cell.slots * H)
    chunkInput = memory.take(members * chunkRows * configuration.inputSize)
    outputs = memory.take(split.sequenceMembers * B, of: UnsafeMutablePointer<Float>.self)
  }

  private var configuration: LayerConfiguration { layer.configuration }

  // MARK: The product with the inputs

  /// Training: the product of all steps, each member some of the plan's rows, onto the tape.
  func project(_ member: Int, of members: Int) {
    let width = configuration.cell.slots * configuration.hiddenSize
    let rows = share(plan.rows, member, of: members, grain: 8)
    if let gathered = record!.input { gather(rows, into: gathered + rows.lowerBound * input.features) }
    let source = record!.input.map { UnsafePointer($0) } ?? input.base
    project(
      source + rows.lowerBound * input.features, rows: rows.count, units: 0..<configuration.hiddenSize,
      into: record!.gates + rows.lowerBound * width)
  }

  /// Copies the inputs of some of the plan's rows.
  private func gather(_ rows: Range<Int>, into target: UnsafeMutablePointer<Float>) {
    for step in 0..<plan.steps {
      let first = plan.offset(step)
      for row in rows.clamped(to: first..<first + plan.count(step)) {
        (target + (row - rows.lowerBound) * input.features)
          .update(from: input.base + plan.sequenceRow(step, row - first) * input.features, count: input.features)
      }
    }
  }

  /// W x for some inputs, into the last blocks of the gates: a GRU's first is its recurrent part of n, or r * h.
  private func project(_ x: UnsafePointer<Float>, rows: Int, units: Range<Int>, into gates: UnsafeMutablePointer<Float>) {
    let cell = configuration.cell
    let H = configuration.hiddenSize
    layer.backend.multiply(
      MatrixView(x, rows: rows, columns: input.features, rowStride: input.features), direction.input, blocks: 0..<cell.gates, units: units,
      of: H, into: MutableMatrixView(gates + (cell.slots - cell.gates) * H, rowStride: cell.slots * H), accumulating: false)
  }

  // MARK: The sequence

  func run(_ part: Split.Part, _ barrier: SpinBarrier) {
    let (H, O) = (configuration.hiddenSize, configuration.outputSize)
    if plan.steps == 0 || rows(part, 0) == 0 { return }
    let ranks = part.ranks.prefix(rows(part, 0))
    if plan.isRagged || record != nil {
      let first = previousHidden(0, part)
      for (r, rank) in ranks.enumerated() {
        copy(state.hidden + plan.row(rank) * O, to: first + r * O, columns: part.outputs)
        if plan.isRagged, let initial = state.cell { copy(initial + plan.row(rank) * H, to: cell + rank * H, columns: part.units) }
      }
      barrier.wait(part.meeting)
    }
    var step = 0
    while step < plan.steps, rows(part, step) > 0 {
      if let record {
        self.step(step, part, gates: record.gates + (plan.offset(step) + part.ranks.lowerBound) * configuration.cell.slots * H, barrier)
        step += 1
      } else {
        step = chunk(from: step, part, barrier)
      }
    }
    for rank in ranks {
      let last = plan.sequenceRow(plan.rowLength(rank) - 1, rank)
      copy(output + last * outputStride, to: state.hidden + plan.row(rank) * O, columns: part.outputs)
      if plan.isRagged, let final = state.cell { copy(cell + rank * H, to: final + plan.row(rank) * H, columns: part.units) }
    }
  }

  /// h before a step, of this part's rows.
  private func previousHidden(_ step: Int, _ part: Split.Part) -> UnsafeMutablePointer<Float> {
    let (O, first) = (configuration.outputSize, part.ranks.lowerBound)
    if let record { return record.previousHidden + (plan.offset(step) + first) * O }
    if step == 0, !plan.isRagged { return state.hidden + first * O }
    return (step % 2 == 0 ? hidden.0 : hidden.1) + first * O
  }

  /// The rows of this part that are active at a step.
  private func rows(_ part: Split.Part, _ step: Int) -> Int {
    max(0, min(plan.count(step), part.ranks.upperBound) - part.ranks.lowerBound)
  }

  /// Inference: the product with the inputs of the next steps, then those steps. Returns the step after them.
  private func chunk(from start: Int, _ part: Split.Part, _ barrier: SpinBarrier) -> Int {
    var end = start
    var total = 0
    while end < plan.steps, case let more = rows(part, end), more > 0, total + more <= chunkRows {
      total += more
      end += 1
    }
    let width = configuration.cell.slots * configuration.hiddenSize
    let gates = chunkGates + (part.isWhole ? part.member : 0) * chunkRows * width
    // In place when the steps' rows lie side by side: in time's order, whichever the direction.
    let isInPlace = !plan.isRagged && part.ranks == 0..<plan.batch
    let first = min(plan.offset(start), plan.offset(end - 1))
    if isInPlace {
      project(input.base + first * input.features, rows: total, units: part.units, into: gates)
    } else {
      let gathered = chunkInput + part.member * chunkRows * input.features
      var target = gathered
      for step in start..<end {
        for rank in part.ranks.prefix(rows(part, step)) {
          target.update(from: input.base + plan.sequenceRow(step, rank) * input.features, count: input.features)
          target += input.features
        }
      }
      project(gathered, rows: total, units: part.units, into: gates)
    }
    var row = 0
    for step in start..<end {
      self.step(step, part, gates: gates + (isInPlace ? plan.offset(step) - first : row) * width, barrier)
      row += rows(part, step)
    }
    return end
  }

  /// One step of the rows of a part that are active. `gates` holds W x of the first of them, and takes the gates.
  private func step(_ step: Int, _ part: Split.Part, gates: UnsafeMutablePointer<Float>, _ barrier: SpinBarrier) {
    let (H, O) = (configuration.hiddenSize, configuration.outputSize)
    let width = configuration.cell.slots * H
    let rows = rows(part, step)
    let first = part.ranks.lowerBound
    let outputs = outputs + part.member * plan.batch
    for r in 0..<rows { outputs[r] = output + plan.sequenceRow(step, first + r) * outputStride }
    let goingOn = step + 1 < plan.steps ? self.rows(part, step + 1) : 0
    let next = MutableMatrixView(goingOn > 0 ? previousHidden(step + 1, part) : outputs[0], rowStride: O)
    let row = plan.offset(step) + first
    let gates = MutableMatrixView(gates, rowStride: width)
    let carried = MatrixView(previousHidden(step, part), rows: rows, columns: O, rowStride: O)
    var (previous, goingOnAtOnce, keptCell) = (carried, goingOn, record?.previousCell.map { $0 + row * H })
    if !isPlain, let regulariser {
      previous = regulariser.masked(carried, part)
      // With zoneout, h~ goes to the outputs, and h from there to the next step.
      if regulariser.zonesHidden { goingOnAtOnce = 0 }
      keptCell = keptCell ?? regulariser.previousCell.map { $0 + first * H }
    }
    let bias = UnsafePointer(direction.inputBias.base)
    let units = part.units

    if configuration.cell == .gru(.before) {
      let kernels = layer.gates
      layer.backend.multiply(
        previous, direction.recurrent, blocks: 0..<2, units: units, of: H, into: MutableMatrixView(gates.base + H, rowStride: width),
        accumulating: true)
      for r in 0..<rows {
        if !isPlain { direction.normalisation?.normalise(gates.base + r * width, 1..<3, keeping: kept(row + r)) }
        kernels.gruResetForward(
          gates: gates.base + r * width, bias: bias, previousHidden: previous.base + r * O, units: units, hiddenSize: H)
      }
      barrier.wait(part.meeting)
      layer.backend.multiply(
        MatrixView(gates.base, rows: rows, columns: H, rowStride: width), direction.recurrent, blocks: 2..<3, units: units, of: H,
        into: MutableMatrixView(gates.base + 3 * H, rowStride: width), accumulating: true)
      for r in 0..<rows {
        if !isPlain { direction.normalisation?.normalise(gates.base + r * width, 3..<4, keeping: kept(row + r)) }
        kernels.gruStateForward(
          gates: gates.base + r * width, bias: bias, previousHidden: carried.base + r * O, hidden: outputs[r], units: units, hiddenSize: H)
        if r < goingOnAtOnce { copy(outputs[r], to: next.base + r * O, columns: units) }
      }
    } else {
      var work = CellStep(
        cell: configuration.cell, hiddenSize: H, units: units, previous: previous, carried: carried.base, weights: direction.recurrent, gates: gates,
        keepsGates: record != nil, recurrent: recurrent + first * 3 * H, bias: bias,
        recurrentBias: direction.recurrentBias.base, cellState: cell + first * H, keptCell: keptCell,
        hidden: next, hiddenRows: goingOnAtOnce, outputs: outputs)
      if let factor = direction.projection, let projection {
        let m = record.map { $0.projected! + row * H } ?? projection.source + first * H
        (work.hidden, work.hiddenRows, work.outputs) = (MutableMatrixView(m, rowStride: H), rows, nil)
        stepCell(work, row: row)
        barrier.wait(part.meeting)
        let h = projection.hidden + first * O
        layer.backend.multiply(
          MatrixView(m, rows: rows, columns: H, rowStride: H), factor, columns: part.outputs,
          into: MutableMatrixView(h + part.outputs.lowerBound, rowStride: O), accumulating: false)
        for r in 0..<rows {
          copy(h + r * O, to: outputs[r], columns: part.outputs)
          if r < goingOnAtOnce { copy(h + r * O, to: next.base + r * O, columns: part.outputs) }
        }
      } else {
        stepCell(work, row: row)
      }
    }
    if !isPlain, let regulariser {
      for r in 0..<rows {
        if let keptCell, regulariser.zonesCell {
          regulariser.zoneOut(.cell, cell + (first + r) * H, previous: keptCell + r * H, step: step, rank: first + r, part)
        }
        if regulariser.zonesHidden {
          regulariser.zoneOut(.hidden, outputs[r], previous: carried.base + r * O, step: step, rank: first + r, part)
          if r < goingOn { copy(outputs[r], to: next.base + r * O, columns: part.outputs) }
        }
      }
    }
    barrier.wait(part.meeting)
  }

  /// The product with the previous state and the gates; `row` is the first row's on the tape.
  private func stepCell(_ work: CellStep, row: Int) {
    if !isPlain, let normalisation = direction.normalisation {
      normalisation.step(work) { kept(row + $0) }
    } else {
      layer.backend.step(work)
    }
  }

  private func kept(_ row: Int) -> LayerNormalisedCell.Kept? {
    record.flatMap { direction.normalisation?.kept($0, row: row) }
  }
}
