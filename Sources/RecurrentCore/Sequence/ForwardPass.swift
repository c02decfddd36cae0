// The forward pass of one direction of a layer.

/// The forward pass of one direction over its sequence.
struct ForwardPass: SequencePass {
  let layer: LayerEngine
  let direction: LayerEngine.Direction
  let sequence: PackedSequence
  let partition: WorkPartition
  let input: SequenceView
  /// This direction's columns of the output [T·B, outputStride].
  let output: UnsafeMutablePointer<Float>
  let outputStride: Int
  /// This direction's h [B, O] and c [B, H]: initial going in, final coming out.
  let state: StateView
  /// Where the activations are saved in training; nil in inference.
  let record: SavedActivations.Record?
  /// Locked dropout and zoneout, if the call has them.
  private let regulariser: StepRegulariser?
  /// Whether the pass is neither regularised nor normalised. Checked before the optional
  /// references: steps can be so short that reference counting is measurable.
  private let isPlain: Bool
  /// The number of stages of the cell, and of the cell with its projection.
  private let cellStages: Int
  private let stages: Int
  private let inputBlocks: Range<Int>
  /// S: the number of floats of a row's gates.
  private let width: Int
  /// Whether `Backend.step` computes a step.
  private let isOneStep: Bool
  private let peepholes: UnsafePointer<Float>?

  /// h [B, O] before even and before odd steps, by rank. The following are by rank too.
  private let hidden: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
  /// c [B, H].
  private let cell: UnsafeMutablePointer<Float>
  /// o * tanh(c) [B, H] and its projection [B, O].
  private let projection: (source: UnsafeMutablePointer<Float>, hidden: UnsafeMutablePointer<Float>)?
  /// U h' [B, G·H] of a cell that keeps both products separate.
  private let recurrent: UnsafeMutablePointer<Float>
  /// Inference: the gates of a chunk of steps, and its inputs if they must be gathered, for each
  /// member that has its own rows.
  private let chunkGates: UnsafeMutablePointer<Float>
  private let chunkInput: UnsafeMutablePointer<Float>
  private let chunkRows: Int
  /// Pointers to each row's output at a step, for each member: `outputsStride` apart, so that no two
  /// members write to one cache line, or to a pair of them.
  private let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let outputsStride: Int

  /// The number of rows of a chunk: enough for a fast product, few enough for the results to stay
  /// in the cache.
  private static let usualChunkRows = 96

  init(
    layer: LayerEngine, direction: LayerEngine.Direction, sequence: PackedSequence, partition: WorkPartition,
    input: SequenceView,
    output: UnsafeMutablePointer<Float>, outputStride: Int, state: StateView, regulariser: StepRegulariser?,
    record: SavedActivations.Record?, memory: Arena
  ) {
    self.layer = layer
    self.direction = direction
    self.sequence = sequence
    self.partition = partition
    self.input = input
    self.output = output
    self.outputStride = outputStride
    self.state = state
    self.record = record
    self.regulariser = regulariser
    isPlain = regulariser == nil && direction.normalisation == nil
    let configuration = layer.configuration
    let (B, H) = (sequence.batch, configuration.hiddenSize)
    let layout = layer.layout
    (cellStages, inputBlocks, width) = (layout.stages.count, layout.input, layout.blocks * H)
    isOneStep = layer.stepsAtOnce
    peepholes = direction.peepholes.map { $0.base }
    stages = cellStages + (configuration.projectionSize == nil ? 0 : 1)
    let count = record == nil ? B * configuration.outputSize : 0
    hidden = (memory.take(count), memory.take(count))
    // If ranks are rows, c is updated in place.
    cell = sequence.gathersStates && layout.hasCellState ? memory.take(B * H) : state.cell ?? memory.take(0)
    projection = configuration.projectionSize.map { (source: memory.take(B * H), hidden: memory.take(B * $0)) }
    recurrent = memory.take(layout.keepsProductsApart ? B * layout.gates * H : 0)
    chunkRows = min(max(ForwardPass.usualChunkRows, partition.rows(sequence)), max(1, sequence.rows))
    chunkGates = memory.take(record == nil ? partition.groups * chunkRows * width : 0)
    chunkInput = memory.take(record == nil ? partition.sequenceMembers * chunkRows * configuration.inputSize : 0)
    outputsStride = (B + 15) / 16 * 16
    outputs = memory.take(partition.sequenceMembers * outputsStride, of: UnsafeMutablePointer<Float>.self)
  }

  private var configuration: LayerConfiguration { layer.configuration }

  var meetingsPerStep: Int { stages }

  /// The new h.
  var bytesPerMeeting: Int { partition.rows(sequence) * configuration.outputSize * 4 }

  // MARK: The product with the inputs

  /// Training: computes one member's share of W x of all steps into the saved gates.
  func project(_ member: Int, of members: Int) {
    // Gathered rows belong to one member.
    let H = configuration.hiddenSize
    let grain = record!.input == nil ? partition.unitGrain : H
    let (rows, units) = share(rows: sequence.rows, grain: 8, columns: H, grain: grain, member, of: members)
    if rows.isEmpty { return }
    if let gathered = record!.input { gather(rows, into: gathered + rows.lowerBound * input.features) }
    let source = record!.input.map { UnsafePointer($0) } ?? input.base
    project(
      source + rows.lowerBound * input.features, rows: rows.count, units: units,
      into: record!.gates + rows.lowerBound * width)
  }

  /// Copies the inputs of some packed rows.
  private func gather(_ rows: Range<Int>, into target: UnsafeMutablePointer<Float>) {
    for step in 0..<sequence.steps {
      let first = sequence.offset(step)
      for row in rows.clamped(to: first..<first + sequence.count(step)) {
        (target + (row - rows.lowerBound) * input.features)
          .update(from: input.base + sequence.sequenceRow(step, row - first) * input.features, count: input.features)
      }
    }
  }

  /// Computes W x of some inputs into the input blocks of the gates.
  private func project(_ x: UnsafePointer<Float>, rows: Int, units: Range<Int>, into gates: UnsafeMutablePointer<Float>)
  {
    let H = configuration.hiddenSize
    layer.backend.multiply(
      MatrixView(x, rows: rows, columns: input.features, rowStride: input.features), direction.input,
      blocks: 0..<inputBlocks.count, units: units,
      of: H, into: MutableMatrixView(gates + inputBlocks.lowerBound * H, rowStride: width), accumulating: false)
  }

  // MARK: The sequence

  func run(_ group: ShareGroup) {
    if sequence.steps == 0 || rows(group.share, 0) == 0 { return }
    if sequence.gathersStates || record != nil {
      forEachShare(group) { loadState($0) }
      group.meet()
    }
    var step = 0
    while step < sequence.steps, rows(group.share, step) > 0 {
      if let record {
        self.step(step, group, gates: record.gates + (sequence.offset(step) + group.share.ranks.lowerBound) * width)
        step += 1
      } else {
        step = chunk(from: step, group)
      }
    }
    forEachShare(group) { storeState($0) }
  }

  /// Copies the initial state from rows to ranks.
  private func loadState(_ share: WorkPartition.Share) {
    let (H, O) = (configuration.hiddenSize, configuration.outputSize)
    let first = previousHidden(0, share)
    for (r, rank) in share.ranks.prefix(rows(share, 0)).enumerated() {
      copy(state.hidden + sequence.row(rank) * O, to: first + r * O, columns: share.outputs)
      if sequence.gathersStates, let initial = state.cell {
        copy(initial + sequence.row(rank) * H, to: cell + rank * H, columns: share.units)
      }
    }
  }

  /// Copies the final state from ranks to rows.
  private func storeState(_ share: WorkPartition.Share) {
    let (H, O) = (configuration.hiddenSize, configuration.outputSize)
    for rank in share.ranks.prefix(rows(share, 0)) {
      let last = sequence.sequenceRow(sequence.rowLength(rank) - 1, rank)
      copy(output + last * outputStride, to: state.hidden + sequence.row(rank) * O, columns: share.outputs)
      if sequence.gathersStates, let final = state.cell {
        copy(cell + rank * H, to: final + sequence.row(rank) * H, columns: share.units)
      }
    }
  }

  /// h before a step of a share's rows.
  private func previousHidden(_ step: Int, _ share: WorkPartition.Share) -> UnsafeMutablePointer<Float> {
    let (O, first) = (configuration.outputSize, share.ranks.lowerBound)
    if let record { return record.previousHidden + (sequence.offset(step) + first) * O }
    if step == 0, !sequence.gathersStates { return state.hidden + first * O }
    return (step % 2 == 0 ? hidden.0 : hidden.1) + first * O
  }

  /// The number of a share's rows that are active at a step.
  private func rows(_ share: WorkPartition.Share, _ step: Int) -> Int {
    max(0, min(sequence.count(step), share.ranks.upperBound) - share.ranks.lowerBound)
  }

  /// Inference: computes W x of the next steps, then those steps. Returns the step after them.
  private func chunk(from start: Int, _ group: ShareGroup) -> Int {
    let share = group.share
    var end = start
    var total = 0
    while end < sequence.steps, case let more = rows(share, end), more > 0, total + more <= chunkRows {
      total += more
      end += 1
    }
    let gates = chunkGates + share.group * chunkRows * width
    // The inputs of the steps are used in place if they are contiguous, which they are in time
    // order, in either direction.
    let isInPlace = !sequence.isRagged && share.ranks == 0..<sequence.batch
    let first = min(sequence.offset(start), sequence.offset(end - 1))
    forEachShare(group) { share in
      let source = isInPlace ? input.base + first * input.features : gather(start..<end, share)
      project(source, rows: total, units: share.units, into: gates)
    }
    var row = 0
    for step in start..<end {
      self.step(step, group, gates: gates + (isInPlace ? sequence.offset(step) - first : row) * width)
      row += rows(share, step)
    }
    return end
  }

  /// Gathers the inputs of a share at some steps.
  private func gather(_ steps: Range<Int>, _ share: WorkPartition.Share) -> UnsafePointer<Float> {
    let gathered = chunkInput + share.member * chunkRows * input.features
    var target = gathered
    for step in steps {
      for rank in share.ranks.prefix(rows(share, step)) {
        target.update(from: input.base + sequence.sequenceRow(step, rank) * input.features, count: input.features)
        target += input.features
      }
    }
    return UnsafePointer(gathered)
  }

  // MARK: A step

  /// Runs one step of a group's active rows. `gates` holds W x of the first of them, and receives
  /// the gates.
  private func step(_ step: Int, _ group: ShareGroup, gates: UnsafeMutablePointer<Float>) {
    for stage in 0..<stages {
      forEachShare(group) { run(stage, of: step, $0, gates) }
      group.meet()
    }
  }

  /// Runs one stage of a step: a stage of the cell, or the projection. Masks are applied before the
  /// first stage, zoneout after the last.
  private func run(_ stage: Int, of step: Int, _ share: WorkPartition.Share, _ gates: UnsafeMutablePointer<Float>) {
    let (H, O) = (configuration.hiddenSize, configuration.outputSize)
    let rows = rows(share, step)
    let first = share.ranks.lowerBound
    let outputs = outputs + share.member * outputsStride
    if stage == 0 { for r in 0..<rows { outputs[r] = output + sequence.sequenceRow(step, first + r) * outputStride } }
    let continuing = step + 1 < sequence.steps ? self.rows(share, step + 1) : 0
    let next = MutableMatrixView(continuing > 0 ? previousHidden(step + 1, share) : outputs[0], rowStride: O)
    let row = sequence.offset(step) + first
    let carried = MatrixView(previousHidden(step, share), rows: rows, columns: O, rowStride: O)
    var (previous, writtenDirectly, keptCell) = (carried, continuing, record?.previousCell.map { $0 + row * H })
    if !isPlain, let regulariser {
      if stage == 0 { previous = regulariser.masked(carried, share) }
      // With zoneout, h~ goes to the outputs, and h is copied from there to the next step.
      if regulariser.zonesHidden { writtenDirectly = 0 }
      keptCell = keptCell ?? regulariser.previousCell.map { $0 + first * H }
    }

    if stage < cellStages {
      var work = CellStep(
        cell: configuration.cell, definition: layer.cellDefinition, layout: layer.layout, hiddenSize: H,
        units: share.units, previous: previous, carried: carried.base, weights: direction.recurrent,
        gates: MutableMatrixView(gates, rowStride: width),
        keepsGates: record != nil, recurrent: recurrent + first * inputBlocks.count * H, bias: direction.inputBias.base,
        recurrentBias: direction.recurrentBias.base, peepholes: peepholes, cellState: cell + first * H,
        keptCell: keptCell, hidden: next, hiddenRows: writtenDirectly, outputs: outputs)
      if projection != nil {
        (work.hidden, work.hiddenRows, work.outputs) = (
          MutableMatrixView(projected(row, first), rowStride: H), rows, nil
        )
      }
      if isOneStep { layer.step(work) } else { run(stage, work, row: row) }
    } else {
      project(share, rows: rows, from: projected(row, first), outputs: outputs, next: next, continuing: writtenDirectly)
    }

    if !isPlain, stage == stages - 1, let regulariser {
      for r in 0..<rows {
        if let keptCell, regulariser.zonesCell {
          regulariser.zoneOut(
            .cell, cell + (first + r) * H, previous: keptCell + r * H, step: step, rank: first + r, share)
        }
        if regulariser.zonesHidden {
          regulariser.zoneOut(.hidden, outputs[r], previous: carried.base + r * O, step: step, rank: first + r, share)
          if r < continuing { copy(outputs[r], to: next.base + r * O, columns: share.outputs) }
        }
      }
    }
  }

  /// Runs one stage of a cell with several stages or with layer normalisation. `row` is the first
  /// packed row.
  private func run(_ stage: Int, _ s: CellStep, row: Int) {
    let product = layer.layout.products[stage]
    let a =
      switch product.source {
      case .previousHidden: s.previous
      case .block(let block):
        MatrixView(
          s.gates.base + block * s.hiddenSize, rows: s.rows, columns: s.hiddenSize, rowStride: s.gates.rowStride)
      }
    for run in product.runs {
      layer.backend.multiply(
        a, s.weights, blocks: run.gates, units: s.units, of: s.hiddenSize,
        into: MutableMatrixView(s.gates.base + run.blocks.lowerBound * s.hiddenSize, rowStride: s.gates.rowStride),
        accumulating: inputBlocks.contains(run.blocks.lowerBound))
    }
    if let normalisation = direction.normalisation {
      normalisation.forward(stage, s, layer.cellDefinition, layer.gates) { r in
        record.flatMap { normalisation.kept($0, row: row + r) }
      }
    } else {
      layer.cellDefinition.forward(stage, s, layer.gates)
    }
    if stage == cellStages - 1 { s.deliverHidden() }
  }

  // MARK: The projection: Sak, Senior & Beaufays 2014

  /// The argument of the projection, o * tanh(c) [rows, H]: among the saved activations, or by
  /// rank.
  private func projected(_ row: Int, _ first: Int) -> UnsafeMutablePointer<Float> {
    record.map { $0.projected! + row * configuration.hiddenSize } ?? projection!.source + first
      * configuration.hiddenSize
  }

  /// Computes h = P m for the outputs of a share.
  private func project(
    _ share: WorkPartition.Share, rows: Int, from m: UnsafeMutablePointer<Float>,
    outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>,
    next: MutableMatrixView, continuing: Int
  ) {
    let (H, O) = (configuration.hiddenSize, configuration.outputSize)
    let h = projection!.hidden + share.ranks.lowerBound * O
    layer.backend.multiplyPrepared(
      MatrixView(m, rows: rows, columns: H, rowStride: H), direction.projection!, columns: share.outputs,
      into: MutableMatrixView(h + share.outputs.lowerBound, rowStride: O), accumulating: false)
    for r in 0..<rows {
      copy(h + r * O, to: outputs[r], columns: share.outputs)
      if r < continuing { copy(h + r * O, to: next.base + r * O, columns: share.outputs) }
    }
  }
}
