// How a layer runs, on every backend: whole sequences, forward and backward, over its products and
// steps.

import CRecurrentProcessor

/// A layer prepared for a backend's matrix products.
///
/// The products with the inputs are taken out of the loop over time, those with the weights'
/// gradients put off until after it; within a step there is one product for all gates and one pass
/// of the gate kernels.
package final class LayerEngine: Sendable {
  let configuration: LayerConfiguration
  let backend: any Backend
  let gates: any GateKernels
  let dense: any DenseKernels
  let cellDefinition: any CellDefinition
  let layout: CellLayout
  let directions: [Direction]
  private let parameters: [DirectionParameters]
  private let transposed = Locked<[TransposedDirection]?>(nil)

  /// One direction's right factors and biases. A class, so that a pass holds one reference instead
  /// of seven: steps are short.
  final class Direction: Sendable {
    /// [I, G·H]
    let input: PreparedMatrix
    /// [O, G·H], for `Backend.step`, or for plain products where a step is not one of its.
    let recurrent: PreparedMatrix
    /// [H, O]
    let projection: PreparedMatrix?
    /// [G·H]: both biases of a cell that keeps both products apart; of others their sum, in one
    /// buffer.
    let inputBias: AlignedBuffer
    let recurrentBias: AlignedBuffer
    /// A copy of the peepholes' weights, where the layer has them.
    let peepholes: Tensor?
    /// Layer normalisation, where the layer has it.
    let normalisation: LayerNormalisedCell?

    init(
      input: PreparedMatrix, recurrent: PreparedMatrix, projection: PreparedMatrix?, inputBias: AlignedBuffer,
      recurrentBias: AlignedBuffer,
      peepholes: Tensor?, normalisation: LayerNormalisedCell?
    ) {
      (self.input, self.recurrent, self.projection) = (input, recurrent, projection)
      (self.inputBias, self.recurrentBias, self.peepholes, self.normalisation) = (
        inputBias, recurrentBias, peepholes, normalisation
      )
    }
  }

  /// One direction's right factors on the way back.
  final class TransposedDirection: Sendable {
    /// By stage of the cell, its gates' rows of U [gates · H, O], in the order of their blocks in
    /// memory.
    let recurrent: [PreparedMatrix]
    /// [O, H]
    let projection: PreparedMatrix?
    /// [G·H, I]
    let input: PreparedMatrix

    init(recurrent: [PreparedMatrix], projection: PreparedMatrix?, input: PreparedMatrix) {
      (self.recurrent, self.projection, self.input) = (recurrent, projection, input)
    }
  }

  /// Whether a step is one of `Backend.step`: one product, with nothing between it and the gates.
  let stepsAtOnce: Bool
  /// What `WorkPartition` goes by: the groups of units that members take, the floats of U, and the
  /// operations for a row of the sequence.
  let unitGrain: Int
  let recurrentWeights: Int
  let operationsPerRow: Double

  /// A layer with these parameters, by direction. Immutable: any number of threads may use it, each
  /// with a workspace of its own.
  package init(_ configuration: LayerConfiguration, _ parameters: [DirectionParameters], backend: any Backend) {
    self.configuration = configuration
    self.backend = backend
    self.parameters = parameters
    gates = backend.gates
    dense = backend.dense
    cellDefinition = configuration.cell.definition
    backend.begin()
    defer { backend.end() }
    let layout = configuration.cell.layout
    self.layout = layout
    unitGrain = backend.unitGrain(for: configuration.cell)
    recurrentWeights = layout.gates * configuration.hiddenSize * configuration.outputSize
    operationsPerRow = configuration.operations(rows: 1, training: false)
    let stepsAtOnce = layout.stages.count == 1 && !configuration.layerNorm
    self.stepsAtOnce = stepsAtOnce
    let rows = layout.gates * configuration.hiddenSize
    directions = parameters.map { p in
      let inputBias = AlignedBuffer(count: rows)
      let recurrentBias = layout.keepsProductsApart ? AlignedBuffer(count: rows) : inputBias
      for row in 0..<rows {
        let (b, bu) = (p.inputBias?.base[row] ?? 0, p.recurrentBias?.base[row] ?? 0)
        (inputBias.base[row], recurrentBias.base[row]) = layout.keepsProductsApart ? (b, bu) : (b + bu, b + bu)
      }
      let recurrent = p.recurrentWeight.matrix.transposed
      return Direction(
        input: backend.prepare(p.inputWeight.matrix.transposed),
        recurrent: stepsAtOnce ? backend.prepare(recurrent, for: configuration.cell) : backend.prepare(recurrent),
        projection: p.projectionWeight.map { backend.prepare($0.matrix.transposed) }, inputBias: inputBias,
        recurrentBias: recurrentBias, peepholes: p.peepholeWeight,
        normalisation: LayerNormalisedCell(configuration, p, backend))
    }
  }

  /// The factors of the way back, made on first use.
  private func transposedDirections() -> [TransposedDirection] {
    transposed.withLock { made in
      if let made { return made }
      let new = parameters.map { p in
        TransposedDirection(
          recurrent: layout.products.map { prepare(p.recurrentWeight.matrix, gates: $0.gates) },
          projection: p.projectionWeight.map { backend.prepare($0.matrix) },
          input: backend.prepare(p.inputWeight.matrix))
      }
      made = new
      return new
    }
  }

  /// The rows of some gates, one after the other.
  private func prepare(_ weight: MatrixView, gates: [Int]) -> PreparedMatrix {
    let (H, O) = (configuration.hiddenSize, weight.columns)
    if zip(gates, gates.dropFirst()).allSatisfy({ $0 + 1 == $1 }) {
      return backend.prepare(weight.rows(gates[0] * H..<(gates[0] + gates.count) * H))
    }
    let ordered = AlignedBuffer(count: gates.count * H * O)
    for (index, gate) in gates.enumerated() {
      (ordered.base + index * H * O).update(from: weight.base + gate * H * O, count: H * O)
    }
    return withExtendedLifetime(ordered) {
      backend.prepare(MatrixView(ordered.base, rows: gates.count * H, columns: O, rowStride: O))
    }
  }

  /// Runs the layer, in both its directions, over a whole sequence.
  ///
  /// `state` is the initial state going in and the final one coming out. Every element of `output`
  /// is written, zero beyond a row's length. With a `tape`, keeps what `backward` needs in it, the
  /// `regularisation` included.
  package func forward(
    _ input: SequenceView, lengths: UnsafeBufferPointer<Int>?, output: MutableSequenceView, state: StateView,
    regularisation: RecurrentRegularisation? = nil, tape: SavedActivations?, workspace: Workspace
  ) {
    let mark = workspace.arena.mark()
    defer { workspace.arena.release(mark) }
    tape?.begin(configuration, steps: input.steps, batch: input.batch, lengths: lengths, regularisation: regularisation)
    var sequence =
      tape?.sequence
      ?? PackedSequence(length: input.steps, batch: input.batch, lengths: lengths, memory: workspace.arena)
    withTeam(workspace.runner) { team in
      let (B, H, O) = (input.batch, configuration.hiddenSize, configuration.outputSize)
      let partition = WorkPartition(self, sequence, threads: team.members)
      func pass(_ d: Int) -> ForwardPass {
        sequence.isReversed = d == 1
        let pass = ForwardPass(
          layer: self, direction: directions[d], sequence: sequence, partition: partition, input: input,
          output: output.base + d * O, outputStride: output.features,
          state: StateView(hidden: state.hidden + d * B * O, cell: state.cell.map { $0 + d * B * H }),
          regulariser: regulariser(regularisation, sequence, partition, workspace), record: tape?.records[d],
          memory: workspace.arena)
        if tape != nil { team.run(.project(pass), members: partition.members) }
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

  /// Goes back through what `forward` left on `tape`, once.
  ///
  /// `input` is what `forward` was given. `state` is the gradient of the final state going in, of
  /// the initial one coming out. `inputGradient`, if asked for, is overwritten; `gradients`, by
  /// direction, are added to.
  package func backward(
    _ input: SequenceView, outputGradient: SequenceView, state: StateView, inputGradient: MutableSequenceView?,
    gradients: UnsafeBufferPointer<GradientView>, tape: SavedActivations, workspace: Workspace
  ) {
    guard var sequence = tape.sequence else { fatalError("LayerEngine.backward: nothing on the tape") }
    let mark = workspace.arena.mark()
    defer { workspace.arena.release(mark) }
    let factors = transposedDirections()
    withTeam(workspace.runner) { team in
      let (B, H, O) = (input.batch, configuration.hiddenSize, configuration.outputSize)
      // Without padding the first direction writes every element.
      if let inputGradient, sequence.isRagged {
        inputGradient.base.update(
          repeating: 0, count: inputGradient.steps * inputGradient.batch * inputGradient.features)
      }
      let partition = WorkPartition(self, sequence, threads: team.members)
      func pass(_ d: Int) -> BackwardPass {
        sequence.isReversed = d == 1
        return BackwardPass(
          layer: self, direction: directions[d], factors: factors[d], sequence: sequence, partition: partition,
          input: input,
          outputGradient: outputGradient.base + d * O, outputStride: outputGradient.features,
          state: StateView(hidden: state.hidden + d * B * O, cell: state.cell.map { $0 + d * B * H }),
          inputGradient: inputGradient?.base, gradients: gradients[d],
          regulariser: regulariser(tape.regularisation, sequence, partition, workspace), record: tape.records[d],
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

  /// The regularisation of one direction, nil without.
  private func regulariser(
    _ regularisation: RecurrentRegularisation?, _ sequence: PackedSequence, _ partition: WorkPartition,
    _ workspace: Workspace
  ) -> StepRegulariser? {
    guard let regularisation else { return nil }
    return (sequence.isReversed ? workspace.regularisers.1 : workspace.regularisers.0).begin(
      regularisation, self, sequence, partition, memory: workspace.arena)
  }

  /// The threads that a call has, with denormals off and the backend ready.
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

  private func withTeam(_ runner: PhaseRunner, _ body: (CallTeam) -> Void) {
    // Denormal numbers cost a hundred cycles each, and vanishing states are full of them.
    let mode = processor_flush_denormals()
    backend.begin()
    let team = backend.pool.enter()
    body(CallTeam(pool: backend.pool, team: team, runner: runner))
    backend.pool.leave(team)
    backend.end()
    processor_restore_mode(mode)
  }

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
