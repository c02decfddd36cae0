// Activation checkpointing over time: training keeps the states between segments of steps only.

import RecurrentCore

extension StackOperation {
  /// About the square root of T, in whole blocks that gradients are summed over.
  func segmentSteps(_ T: Int, batch: Int) -> Int {
    let unit = PackedSequence.blockSteps(batch: batch)
    return unit * max(1, Int((Double(T).squareRoot() / Double(unit)).rounded()))
  }

  /// Runs the sequence in segments of so many steps, of which only the initial states are kept, and
  /// returns what goes back through them.
  ///
  /// Rows go from the longest to the shortest, as they do within the engine; then sums over them
  /// have the same order in a segment as in the whole.
  func forwardInSegments(
    of steps: Int, _ stack: RecurrentStack, _ x: Tensor, _ lengths: [Int]?, _ final: inout RecurrentState,
    _ output: inout Tensor,
    _ regularisation: RecurrentRegularisation?, _ tape: Tape
  ) -> (Tensor, inout RecurrentState, inout Tensor?, inout [DirectionParameters], Tape) -> Void {
    let (T, B) = (x.shape[0], x.shape[1])
    let rows = SegmentRows(lengths, batch: B)
    var state: RecurrentState = rows.sorted(final)
    var regularisation = regularisation
    if let mask = regularisation?.recurrentMask { regularisation!.recurrentMask = rows.sorted(mask) }
    var segments: [(range: Range<Int>, state: RecurrentState)] = []
    for start in stride(from: 0, to: T, by: steps) {
      let range = start..<min(start + steps, T)
      segments.append((range, state))
      var part = tape.tensor([range.count, B, output.shape[2]])
      stack.forward(
        rows.sorted(x, range, tape), lengths: rows.lengths(range), state: &state, output: &part,
        regularisation: regularisation,
        workspace: tape.workspace)
      rows.put(part, range, into: &output)
    }
    final = rows.unsorted(state)
    return { [tapes] outputGradient, stateGradient, inputGradient, gradients, tape in
      let record = tapes.withLock { $0.popLast() } ?? SavedStackActivations(for: stack)
      var gradient = rows.sorted(stateGradient)
      // Where there are very many rows, errors would grow with the segments.
      var compensation = T * B > stack.backend.longestSum ? Compensation(stack) : nil
      while let (range, state) = segments.popLast() {
        var (state, part) = (state, tape.tensor([range.count, B, outputGradient.shape[2]]))
        stack.forward(
          rows.sorted(x, range, tape), lengths: rows.lengths(range), state: &state, output: &part,
          regularisation: regularisation, tape: record)
        var below = inputGradient.map { _ in tape.tensor([range.count, B, x.shape[2]]) }
        stack.backward(
          record, outputGradient: rows.sorted(outputGradient, range, tape), stateGradient: &gradient,
          inputGradient: &below,
          gradients: &gradients)
        compensation?.exchange(&gradients, stack)
        if let below { rows.put(below, range, into: &inputGradient!) }
      }
      compensation?.finish(&gradients)
      stateGradient = rows.unsorted(gradient)
      tapes.withLock { $0.append(record) }
    }
  }
}

/// Gradients of parameters that are added up with compensation.
private struct Compensation {
  private var totals: [DirectionParameters]?
  private var lost: [DirectionParameters]

  init(_ stack: RecurrentStack) { lost = stack.zeroGradients() }

  /// Takes what was added to gradients, and leaves zeros.
  mutating func exchange(_ gradients: inout [DirectionParameters], _ stack: RecurrentStack) {
    defer { gradients = stack.zeroGradients() }
    guard var totals = self.totals.take() else { return self.totals = gradients }
    for slot in totals.indices {
      let (totals, lost) = (totals[slot].view(), lost[slot].view())
      for (parameter, gradient) in gradients[slot].all {
        addCompensated(gradient.base, to: totals[parameter]!, lost: lost[parameter]!, gradient.count)
      }
    }
    self.totals = totals
  }

  func finish(_ gradients: inout [DirectionParameters]) { gradients = totals ?? gradients }
}
