// The layer engine: runs a layer over whole sequences, forward and backward, on any backend.

import CRecurrentProcessor
import Synchronization

/// A layer prepared for a backend.
///
/// - The products with the inputs are computed outside the loop over time.
/// - The gradients of the weights are computed after the loop.
/// - A step is one product for all gates and one pass of the gate kernels.
package final class LayerEngine: Sendable {
  let configuration: LayerConfiguration
  let backend: any Backend
  let gates: any GateKernels
  let dense: any DenseKernels
  let cellDefinition: any CellDefinition
  let layout: CellLayout
  let directions: [Direction]
  /// The precision of the products with parameters.
  let precision: Precision
  private let parameters: [PerDirection<StoredTensor>]
  private let transposed = Locked<[TransposedDirection]?>(nil)

  /// Whether a step is one product, with nothing between the product and the gates.
  let stepsAtOnce: Bool
  /// What `WorkPartition` decides by: the size of a group of units, the memory of U in floats, and
  /// the time for a row of the sequence, in operations of float32. With half the bytes, both halve.
  let unitGrain: Int
  let recurrentWeights: Int
  let operationsPerRow: Double
  /// A number that no other engine of the process has or had.
  let serial = LayerEngine.serials.wrappingAdd(1, ordering: .relaxed).newValue
  private static let serials = Atomic<UInt64>(0)

  /// Prepares a layer with the given parameters of each direction. The engine is immutable: any
  /// number of threads may use it, each with its own workspace.
  package init(
    _ configuration: LayerConfiguration, _ parameters: [PerDirection<StoredTensor>], backend: any Backend,
    precision: Precision = .float32
  ) {
    self.configuration = configuration
    self.backend = backend
    self.precision = precision
    self.parameters = parameters
    gates = backend.gates
    dense = backend.dense
    cellDefinition = configuration.cell.definition
    backend.begin()
    defer { backend.end() }
    let layout = configuration.cell.layout
    self.layout = layout
    unitGrain = backend.unitGrain(for: configuration.cell)
    recurrentWeights = layout.gates * configuration.hiddenSize * configuration.outputSize * precision.bytes / 4
    operationsPerRow = configuration.operations(rows: 1, training: false) * Double(precision.bytes) / 4
    let stepsAtOnce = layout.stages.count == 1 && !configuration.layerNorm
    self.stepsAtOnce = stepsAtOnce
    let rows = layout.gates * configuration.hiddenSize
    directions = parameters.map { stored in
      // In float32 while they are packed.
      let p = stored.map(\.tensor)
      let inputBias = AlignedBuffer(count: rows)
      let recurrentBias = layout.keepsProductsApart ? AlignedBuffer(count: rows) : inputBias
      for row in 0..<rows {
        let (b, bu) = (p.inputBias?.base[row] ?? 0, p.recurrentBias?.base[row] ?? 0)
        (inputBias.base[row], recurrentBias.base[row]) = layout.keepsProductsApart ? (b, bu) : (b + bu, b + bu)
      }
      let recurrent = p.recurrentWeight.matrix.transposed
      return Direction(
        input: backend.prepare(p.inputWeight.matrix.transposed, in: precision),
        recurrent: backend.prepare(recurrent, for: stepsAtOnce ? configuration.cell : nil, in: precision),
        projection: p.projectionWeight.map { backend.prepare($0.matrix.transposed, in: precision) },
        inputBias: inputBias,
        recurrentBias: recurrentBias, peepholes: p.peepholeWeight,
        normalisation: LayerNormalisedCell(configuration, p, backend))
    }
  }

  /// The weights for the backward pass, prepared on first use.
  private func transposedDirections() -> [TransposedDirection] {
    transposed.withLock { made in
      if let made { return made }
      let new = parameters.map { stored in
        let p = stored.map(\.tensor)
        return TransposedDirection(
          recurrent: layout.products.map { prepare(p.recurrentWeight.matrix, gates: $0.gates) },
          projection: p.projectionWeight.map { backend.prepare($0.matrix, in: precision) },
          input: backend.prepare(p.inputWeight.matrix, in: precision))
      }
      made = new
      return new
    }
  }

  /// Prepares the rows of some gates, in the order of `gates`.
  private func prepare(_ weight: MatrixView, gates: [Int]) -> PreparedMatrix {
    let (H, O) = (configuration.hiddenSize, weight.columns)
    if zip(gates, gates.dropFirst()).allSatisfy({ $0 + 1 == $1 }) {
      return backend.prepare(weight.rows(gates[0] * H..<(gates[0] + gates.count) * H), in: precision)
    }
    let ordered = AlignedBuffer(count: gates.count * H * O)
    for (index, gate) in gates.enumerated() {
      (ordered.base + index * H * O).update(from: weight.base + gate * H * O, count: H * O)
    }
    return withExtendedLifetime(ordered) {
      backend.prepare(MatrixView(ordered.base, rows: gates.count * H, columns: O, rowStride: O), in: precision)
    }
  }

  /// Computes a step that is one product.
  @inline(__always)
  func step(_ s: CellStep) {
    if s.weights.isPortable { backend.portableStep(s) } else { backend.step(s) }
  }

  /// Runs the layer over a whole sequence, in all its directions.
  ///
  /// - Parameters:
  ///   - input: the inputs [T, B, I].
  ///   - lengths: the rows' lengths; nil for full length.
  ///   - output: receives the outputs [T, B, D·O]; zero beyond a row's length.
  ///   - state: going in, the initial state; coming out, the final one.
  ///   - rows: of a single step in inference in one direction, the row of `state` that each row of
  ///     the batch continues, each once; nil if the rows of `state` are those of the batch.
  ///   - regularisation: dropout and zoneout; nil for none.
  ///   - saved: receives what `backward` needs, `regularisation` included; nil in inference.
  ///   - workspace: scratch memory.
  ///   - isAlone: whether the calling thread does all of it.
  package func forward(
    _ input: SequenceView, lengths: UnsafeBufferPointer<Int>?, output: MutableSequenceView, state: StateView,
    rows: UnsafeBufferPointer<Int32>? = nil, regularisation: RecurrentRegularisation? = nil,
    saved: SavedActivations?, workspace: Workspace, isAlone: Bool = false
  ) {
    let mark = workspace.arena.mark()
    defer { workspace.arena.release(mark) }
    saved?.begin(
      configuration, steps: input.steps, batch: input.batch, lengths: lengths, regularisation: regularisation)
    var sequence =
      saved?.sequence ?? rows.map { PackedSequence(stateRows: $0) }
      ?? PackedSequence(length: input.steps, batch: input.batch, lengths: lengths, memory: workspace.arena)
    withTeam(sequence, saved == nil ? .inference : .forward, workspace, isAlone: isAlone) { team, partition in
      let (B, H, O) = (input.batch, configuration.hiddenSize, configuration.outputSize)
      func pass(_ d: Int) -> ForwardPass {
        sequence.isReversed = d == 1
        let pass = ForwardPass(
          layer: self, direction: directions[d], sequence: sequence, partition: partition, input: input,
          output: output.base + d * O, outputStride: output.features,
          state: StateView(hidden: state.hidden + d * B * O, cell: state.cell.map { $0 + d * B * H }),
          regulariser: regulariser(regularisation, sequence, partition, workspace), record: saved?.records[d],
          memory: workspace.arena)
        if saved != nil { team.run(.project(pass), members: partition.members) }
        return pass
      }
      if partition.isSideBySide {
        team.run(.forward(pass(0), pass(1)), members: 2 * partition.sequenceMembers)
      } else {
        for d in directions.indices {
          let scratch = workspace.arena.mark()
          team.run(.forward(pass(d), nil), members: partition.sequenceMembers)
          workspace.arena.release(scratch)
        }
      }
      zeroPadding(sequence, of: output)
    }
  }

  /// Computes the gradients of a call of `forward`, once.
  ///
  /// - Parameters:
  ///   - input: the inputs that `forward` was given.
  ///   - outputGradient: the gradient of the outputs.
  ///   - state: going in, the gradient of the final state; coming out, that of the initial state.
  ///   - inputGradient: overwritten by the gradient of the inputs; nil if it is not needed.
  ///   - gradients: for each direction, the gradients of the parameters, which are added to.
  ///   - saved: what `forward` saved. It is overwritten.
  ///   - workspace: scratch memory.
  package func backward(
    _ input: SequenceView, outputGradient: SequenceView, state: StateView, inputGradient: MutableSequenceView?,
    gradients: UnsafeBufferPointer<GradientView>, saved: SavedActivations, workspace: Workspace
  ) {
    guard var sequence = saved.sequence else { fatalError("LayerEngine.backward: no forward pass was saved") }
    let mark = workspace.arena.mark()
    defer { workspace.arena.release(mark) }
    let factors = transposedDirections()
    withTeam(sequence, .backward, workspace) { team, partition in
      let (B, H, O) = (input.batch, configuration.hiddenSize, configuration.outputSize)
      // Without padding, the first direction overwrites every element.
      if let inputGradient, sequence.isRagged {
        inputGradient.base.update(
          repeating: 0, count: inputGradient.steps * inputGradient.batch * inputGradient.features)
      }
      func pass(_ d: Int) -> BackwardPass {
        sequence.isReversed = d == 1
        return BackwardPass(
          layer: self, direction: directions[d], factors: factors[d], sequence: sequence, partition: partition,
          input: input, outputGradient: outputGradient.base + d * O, outputStride: outputGradient.features,
          state: StateView(hidden: state.hidden + d * B * O, cell: state.cell.map { $0 + d * B * H }),
          inputGradient: inputGradient?.base, gradients: gradients[d],
          regulariser: regulariser(saved.regularisation, sequence, partition, workspace), record: saved.records[d],
          memory: workspace.arena)
      }
      func finish(_ pass: BackwardPass) {
        team.run(.weightGradients(pass), members: partition.members)
        if inputGradient != nil { team.run(.inputGradient(pass), members: partition.members) }
      }
      if partition.isSideBySide {
        let (first, second) = (pass(0), pass(1))
        team.run(.backward(first, second), members: 2 * partition.sequenceMembers)
        finish(first)
        finish(second)
      } else {
        for d in directions.indices {
          let scratch = workspace.arena.mark()
          let pass = pass(d)
          team.run(.backward(pass, nil), members: partition.sequenceMembers)
          finish(pass)
          workspace.arena.release(scratch)
        }
      }
    }
  }

  /// The regularisation of one direction; nil without.
  private func regulariser(
    _ regularisation: RecurrentRegularisation?, _ sequence: PackedSequence, _ partition: WorkPartition,
    _ workspace: Workspace
  ) -> StepRegulariser? {
    guard let regularisation else { return nil }
    return (sequence.isReversed ? workspace.regularisers.1 : workspace.regularisers.0).begin(
      regularisation, self, sequence, partition, memory: workspace.arena)
  }

  /// The team of a call. Denormals are flushed to zero, and the backend has begun.
  private struct CallTeam {
    let pool: ThreadPool
    let team: ThreadPool.Team
    let runner: PhaseRunner

    var members: Int { team.members }

    func run(_ phase: PhaseRunner.Phase, members: Int) {
      runner.phase = phase
      pool.run(runner, team, members: members)
      runner.phase = .idle
    }
  }

  /// Calls `body` with a team of as many members as the call is worth and can have, and with the
  /// division of the work among them; with the caller alone if `isAlone`.
  private func withTeam(
    _ sequence: PackedSequence, _ part: TrialKey.Part, _ workspace: Workspace, isAlone: Bool = false,
    _ body: (CallTeam, WorkPartition) -> Void
  ) {
    // An operation on denormals takes a hundred cycles, and vanishing states consist of denormals.
    let mode = processor_flush_denormals()
    backend.begin()
    let (pool, runner) = (backend.pool, workspace.runner)
    var partition = runner.partition(self, sequence, most: isAlone ? 1 : pool.threads)
    let most = partition.most(isTraining: part != .inference)
    var (trial, start, wanted): (TrialKey?, UInt64, Int) = (nil, 0, most)
    // Single steps of streams are so short that this would be measurable.
    if most > 1 {
      trial = TrialKey(
        part, self, batch: sequence.batch, steps: sequence.steps, rows: sequence.rows, members: most)
      start = Clock.now
      if let trial, workspace.trials.usesSecond(trial) { wanted = 1 }
    }
    let isShort = operationsPerRow * Double(sequence.rows) < LayerEngine.shortOperations
    let team = pool.enter(wanting: wanted, isShort: isShort)
    if team.members < most { partition = runner.partition(self, sequence, most: team.members) }
    runner.begin(partition)
    body(CallTeam(pool: pool, team: team, runner: runner), partition)
    pool.leave(team)
    if let trial { workspace.trials.record(Clock.now - start, second: team.members == 1, trial) }
    backend.end()
    processor_restore_mode(mode)
  }

  /// The operations that a core does while another wakes, in some tens of microseconds.
  private static let shortOperations = 5e6

  /// Sets the outputs beyond the rows' lengths to zero.
  private func zeroPadding(_ sequence: PackedSequence, of output: MutableSequenceView) {
    guard sequence.isRagged else { return }
    for rank in 0..<sequence.batch {
      for time in sequence.rowLength(rank)..<sequence.length {
        (output.base + (time * sequence.batch + sequence.row(rank)) * output.features).update(
          repeating: 0, count: output.features)
      }
    }
  }
}
