// The default way to run a layer: on nothing but a backend's matrix products and steps.

import CProcessor

/// A layer prepared for a backend's matrix products.
///
/// The products with the inputs are taken out of the loop over time, those with the weights' gradients put off
/// until after it; within a step there is one product for all gates and one pass of the gate kernels.
final class GEMMLayer: PreparedLayer {
  let configuration: LayerConfiguration
  let backend: any Backend
  let gates: any GateKernels
  let dense: any DenseKernels
  let directions: [Direction]
  private let parameters: [DirectionParameters]
  private let transposed = Locked<[TransposedDirection]?>(nil)

  /// One direction's right factors and biases.
  struct Direction {
    /// [I, G·H]
    let input: PreparedMatrix
    /// [O, G·H], for `Backend.step`; for plain products where a GRU's reset comes before them, and where sums are normalised after them.
    let recurrent: PreparedMatrix
    /// [H, O]
    let projection: PreparedMatrix?
    /// [G·H]. A GRU with the reset after the product has two: its reset gate comes between them. In the others the
    /// first is the sum of both.
    let inputBias: AlignedBuffer
    let recurrentBias: AlignedBuffer
    /// Layer normalisation, where the layer has it.
    let normalisation: LayerNormalisedCell?
  }

  /// One direction's right factors on the way back.
  struct TransposedDirection {
    /// [G·H, O]; of a GRU with the reset after the product in the order n, r, z, of one with the reset before it only r, z.
    let recurrent: PreparedMatrix
    /// [H, O]: the rows of n of such a GRU.
    let candidate: PreparedMatrix?
    /// [O, H]
    let projection: PreparedMatrix?
    /// [G·H, I]
    let input: PreparedMatrix
  }

  init(_ configuration: LayerConfiguration, _ parameters: [DirectionParameters], backend: any Backend) {
    self.configuration = configuration
    self.backend = backend
    self.parameters = parameters
    gates = backend.gates
    dense = backend.dense
    backend.begin()
    defer { backend.end() }
    let rows = configuration.cell.gates * configuration.hiddenSize
    directions = parameters.map { p in
      let (inputBias, recurrentBias) = (AlignedBuffer(count: rows), AlignedBuffer(count: rows))
      for row in 0..<rows {
        inputBias.base[row] = p.inputBias?.base[row] ?? 0
        recurrentBias.base[row] = p.recurrentBias?.base[row] ?? 0
        if configuration.cell != .gru(.after) { inputBias.base[row] += recurrentBias.base[row] }
      }
      let recurrent = p.recurrentWeight.matrix.transposed
      let isPlain = configuration.cell == .gru(.before) || configuration.layerNorm
      return Direction(
        input: backend.prepare(p.inputWeight.matrix.transposed),
        recurrent: isPlain ? backend.prepare(recurrent) : backend.prepare(recurrent, for: configuration.cell),
        projection: p.projectionWeight.map { backend.prepare($0.matrix.transposed) }, inputBias: inputBias,
        recurrentBias: recurrentBias, normalisation: LayerNormalisedCell(configuration, p, backend))
    }
  }

  /// The factors of the way back, made on first use.
  private func transposedDirections() -> [TransposedDirection] {
    transposed.withLock { made in
      if let made { return made }
      let H = configuration.hiddenSize
      let new = parameters.map { p in
        let recurrent = p.recurrentWeight.matrix
        var candidate: PreparedMatrix?
        let factor: PreparedMatrix
        switch configuration.cell {
        case .elman, .lstm: factor = backend.prepare(recurrent)
        case .gru(.after):
          // The order of the gates' gradients in memory, where those of W x lie side by side too.
          let O = configuration.outputSize
          let ordered = AlignedBuffer(count: 3 * H * O)
          ordered.base.update(from: recurrent.base + 2 * H * O, count: H * O)
          (ordered.base + H * O).update(from: recurrent.base, count: 2 * H * O)
          factor = withExtendedLifetime(ordered) { backend.prepare(MatrixView(ordered.base, rows: 3 * H, columns: O, rowStride: O)) }
        case .gru(.before):
          factor = backend.prepare(recurrent.rows(0..<2 * H))
          candidate = backend.prepare(recurrent.rows(2 * H..<3 * H))
        }
        return TransposedDirection(
          recurrent: factor, candidate: candidate, projection: p.projectionWeight.map { backend.prepare($0.matrix) },
          input: backend.prepare(p.inputWeight.matrix))
      }
      made = new
      return new
    }
  }

  func forward(
    _ input: SequenceView, lengths: UnsafeBufferPointer<Int>?, output: MutableSequenceView, state: StateView,
    regularisation: RecurrentRegularisation?, tape: LayerTape?, workspace: Workspace
  ) {
    let mark = workspace.arena.mark()
    defer { workspace.arena.release(mark) }
    tape?.begin(configuration, steps: input.steps, batch: input.batch, lengths: lengths, regularisation: regularisation)
    var plan = tape?.plan ?? SequencePlan(length: input.steps, batch: input.batch, lengths: lengths, memory: workspace.arena)
    withTeam(workspace.run) { team in
      let (B, H, O) = (input.batch, configuration.hiddenSize, configuration.outputSize)
      let split = Split(configuration, plan, threads: team.members, backend: backend)
      func pass(_ d: Int) -> ForwardPass {
        plan.isReversed = d == 1
        let pass = ForwardPass(
          layer: self, direction: directions[d], plan: plan, split: split, input: input,
          output: output.base + d * O, outputStride: output.features,
          state: StateView(hidden: state.hidden + d * B * O, cell: state.cell.map { $0 + d * B * H }),
          regulariser: regulariser(regularisation, plan, split, workspace), record: tape?.records[d], memory: workspace.arena)
        if tape != nil { team.run(.project(pass), members: split.members) }
        return pass
      }
      if split.isSideBySide {
        team.run(.forward(pass(0), pass(1)), members: 2 * split.sequenceMembers)
      } else {
        for d in directions.indices {
          let scratch = workspace.arena.mark()
          team.run(.forward(pass(d), nil), members: split.sequenceMembers)
          workspace.arena.release(scratch)
        }
      }
      zeroPadding(plan, of: output)
    }
  }

  func backward(
    _ input: SequenceView, outputGradient: SequenceView, state: StateView, inputGradient: MutableSequenceView?,
    gradients: UnsafeBufferPointer<GradientView>, tape: LayerTape, workspace: Workspace
  ) {
    guard var plan = tape.plan else { fatalError("PreparedLayer.backward: nothing on the tape") }
    let mark = workspace.arena.mark()
    defer { workspace.arena.release(mark) }
    let factors = transposedDirections()
    withTeam(workspace.run) { team in
      let (B, H, O) = (input.batch, configuration.hiddenSize, configuration.outputSize)
      // Without padding the first direction writes every element.
      if let inputGradient, plan.isRagged {
        inputGradient.base.update(repeating: 0, count: inputGradient.steps * inputGradient.batch * inputGradient.features)
      }
      let split = Split(configuration, plan, threads: team.members, backend: backend)
      func pass(_ d: Int) -> BackwardPass {
        plan.isReversed = d == 1
        return BackwardPass(
          layer: self, factors: factors[d], normalisation: directions[d].normalisation, plan: plan, split: split, input: input,
          outputGradient: outputGradient.base + d * O, outputStride: outputGradient.features,
          state: StateView(hidden: state.hidden + d * B * O, cell: state.cell.map { $0 + d * B * H }),
          inputGradient: inputGradient?.base, gradients: gradients[d],
          regulariser: regulariser(tape.regularisation, plan, split, workspace), record: tape.records[d], memory: workspace.arena)
      }
      func finish(_ pass: BackwardPass) {
        team.run(.weightGradients(pass), members: split.members)
        if inputGradient != nil { team.run(.inputGradient(pass), members: split.members) }
      }
      if split.isSideBySide {
        let (first, second) = (pass(0), pass(1))
        team.run(.backward(first, second), members: 2 * split.sequenceMembers)
        finish(first)
        finish(second)
      } else {
        for d in directions.indices {
          let scratch = workspace.arena.mark()
          let pass = pass(d)
          team.run(.backward(pass, nil), members: split.sequenceMembers)
          finish(pass)
          workspace.arena.release(scratch)
        }
      }
    }
  }

  /// The regularisation of one direction, nil without.
  private func regulariser(
    _ regularisation: RecurrentRegularisation?, _ plan: SequencePlan, _ split: Split, _ workspace: Workspace
  ) -> StepRegulariser? {
    guard let regularisation else { return nil }
    return (plan.isReversed ? workspace.regularisers.1 : workspace.regularisers.0).begin(
      regularisation, self, plan, split, memory: workspace.arena)
  }

  /// The threads that a call has, with denormals off and the backend ready.
  private struct Team {
    let pool: ThreadPool
    let members: Int
    let run: SequenceRun

    func run(_ phase: SequenceRun.Phase, members: Int) {
      run.phase = phase
      pool.run(run, members: members)
      run.phase = .idle
    }
  }

  private func withTeam(_ run: SequenceRun, _ body: (Team) -> Void) {
    // Denormal numbers cost a hundred cycles each, and vanishing states are full of them.
    let mode = processor_flush_denormals()
    backend.begin()
    let members = backend.pool.enter()
    body(Team(pool: backend.pool, members: members, run: run))
    backend.pool.leave(members)
    backend.end()
    processor_restore_mode(mode)
  }

  private func zeroPadding(_ plan: SequencePlan, of output: MutableSequenceView) {
    guard plan.isRagged else { return }
    for rank in 0..<plan.batch {
      for time in plan.rowLength(rank)..<plan.length {
        (output.base + (time * plan.batch + plan.row(rank)) * output.features).update(repeating: 0, count: output.features)
      }
    }
  }
}
