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

  /// By rank: h [B, O], c [B, H], o * tanh(c) before a projection [B, H], a GRU's U h [B, 3H].
  private let hidden: UnsafeMutablePointer<Float>
  private let cell: UnsafeMutablePointer<Float>
  private let projected: UnsafeMutablePointer<Float>
  private let recurrent: UnsafeMutablePointer<Float>
  /// Inference: the gates of a chunk of steps, and its inputs where they must be gathered; for each member that
  /// has rows of its own.
  private let chunkGates: UnsafeMutablePointer<Float>
  private let chunkInput: UnsafeMutablePointer<Float>
  private let chunkRows: Int

  /// The rows of a chunk: enough for a fast product, few enough for the results to stay in cache.
  private static let usualChunkRows = 128

  init(
    layer: GEMMLayer, direction: GEMMLayer.Direction, plan: SequencePlan, split: Split, input: SequenceView,
    output: UnsafeMutablePointer<Float>, outputStride: Int, state: StateView, record: LayerTape.Record?, memory: Arena
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
    let configuration = layer.configuration
    let (B, H) = (plan.batch, configuration.hiddenSize)
    hidden = memory.take(B * configuration.outputSize)
    cell = memory.take(configuration.cell == .lstm ? B * H : 0)
    projected = memory.take(configuration.projectionSize == nil ? 0 : B * H)
    recurrent = memory.take(configuration.cell == .gru(.after) ? B * 3 * H : 0)
    chunkRows = min(max(ForwardPass.usualChunkRows, split.rows(plan)), max(1, plan.rows))
    let members = record == nil ? split.sequenceMembers : 0
    chunkGates = memory.take(members * chunkRows * configuration.cell.slots * H)
    chunkInput = memory.take(members * chunkRows * configuration.inputSize)
  }

  // MARK: The product with the inputs

  /// Training: the product of all steps, each member some of the plan's rows, onto the tape.
  func project(_ member: Int, of members: Int) {
    let width = configuration.cell.slots * configuration.hiddenSize
    let rows = share(plan.rows, member, of: members, grain: 48)
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
    multiply(
      MatrixView(x, rows: rows, columns: input.features, rowStride: input.features), direction.input, gates: 0..<cell.gates, units: units,
      into: gates + (cell.slots - cell.gates) * configuration.hiddenSize, stride: cell.slots * configuration.hiddenSize, accumulating: false)
  }

  // MARK: The sequence

  /// One member's part of the whole sequence.
  func run(_ part: Split.Part, _ barrier: SpinBarrier) {
    let (H, O) = (configuration.hiddenSize, configuration.outputSize)
    for rank in part.ranks {
      copy(state.hidden + plan.row(rank) * O, to: hidden + rank * O, columns: part.outputs)
      if let initial = state.cell { copy(initial + plan.row(rank) * H, to: cell + rank * H, columns: part.units) }
    }
    barrier.wait(part.meeting)
    if let record {
      var step = 0
      while step < plan.steps, rows(part, step) > 0 {
        self.step(step, part, gates: record.gates + (plan.offset(step) + part.ranks.lowerBound) * configuration.cell.slots * H, barrier)
        step += 1
      }
    } else {
      var step = 0
      while step < plan.steps, rows(part, step) > 0 { step = chunk(from: step, part, barrier) }
    }
    for rank in part.ranks {
      copy(hidden + rank * O, to: state.hidden + plan.row(rank) * O, columns: part.outputs)
      if let final = state.cell { copy(cell + rank * H, to: final + plan.row(rank) * H, columns: part.units) }
    }
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
    let (h, c) = (hidden + first * O, cell + first * H)
    let units = part.units
    let kernels = layer.gates
    let bias = UnsafePointer(direction.inputBias.base)
    if let record {
      let row = plan.offset(step) + first
      for r in 0..<rows {
        copy(h + r * O, to: record.previousHidden + (row + r) * O, columns: part.outputs)
        if let previous = record.previousCell { copy(c + r * H, to: previous + (row + r) * H, columns: units) }
      }
    }
    let previous = MatrixView(h, rows: rows, columns: O, rowStride: O)

    switch configuration.cell {
    case .elman(let nonlinearity):
      multiply(previous, direction.recurrent, gates: 0..<1, units: units, into: gates, stride: width, accumulating: true)
      barrier.wait(part.meeting)
      for r in 0..<rows {
        kernels.elmanForward(gates: gates + r * width, bias: bias, hidden: h + r * H, units: units, nonlinearity: nonlinearity)
      }

    case .lstm:
      multiply(previous, direction.recurrent, gates: 0..<4, units: units, into: gates, stride: width, accumulating: true)
      if let projection = direction.projection {
        let m = projected + first * H
        lstm(rows, gates, c, hidden: m, units)
        barrier.wait(part.meeting)
        layer.backend.multiply(
          MatrixView(m, rows: rows, columns: H, rowStride: H), projection, columns: part.outputs,
          into: MutableMatrixView(h + part.outputs.lowerBound, rowStride: O), accumulating: false)
        if let record {
          let target = record.projected! + (plan.offset(step) + first) * H
          for r in 0..<rows { copy(m + r * H, to: target + r * H, columns: units) }
        }
      } else {
        barrier.wait(part.meeting)
        lstm(rows, gates, c, hidden: h, units)
      }

    case .gru(.after):
      let q = recurrent + first * 3 * H
      multiply(previous, direction.recurrent, gates: 0..<3, units: units, into: q, stride: 3 * H, accumulating: false)
      barrier.wait(part.meeting)
      for r in 0..<rows {
        kernels.gruForward(
          gates: gates + r * width, recurrent: q + r * 3 * H, inputBias: bias, recurrentBias: direction.recurrentBias.base,
          hidden: h + r * H, units: units, hiddenSize: H)
      }

    case .gru(.before):
      multiply(previous, direction.recurrent, gates: 0..<2, units: units, into: gates + H, stride: width, accumulating: true)
      for r in 0..<rows {
        kernels.gruResetForward(gates: gates + r * width, bias: bias, hidden: h + r * H, units: units, hiddenSize: H)
      }
      barrier.wait(part.meeting)
      multiply(
        MatrixView(gates, rows: rows, columns: H, rowStride: width), direction.recurrent, gates: 2..<3, units: units,
        into: gates + 3 * H, stride: width, accumulating: true)
      for r in 0..<rows {
        kernels.gruStateForward(gates: gates + r * width, bias: bias, hidden: h + r * H, units: units, hiddenSize: H)
      }
    }

    for r in 0..<rows {
      copy(h + r * O, to: output + plan.sequenceRow(step, first + r) * outputStride, columns: part.outputs)
    }
    barrier.wait(part.meeting)
  }

  private func lstm(
    _ rows: Int, _ gates: UnsafeMutablePointer<Float>, _ c: UnsafeMutablePointer<Float>, hidden: UnsafeMutablePointer<Float>,
    _ units: Range<Int>
  ) {
    let H = configuration.hiddenSize
    for r in 0..<rows {
      layer.gates.lstmForward(
        gates: gates + r * 4 * H, bias: direction.inputBias.base, cell: c + r * H, hidden: hidden + r * H, units: units,
        hiddenSize: H)
    }
  }
}
