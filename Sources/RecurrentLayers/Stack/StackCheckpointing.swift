// Activation checkpointing over time: training saves the states between segments of steps only.

import RecurrentCore

extension StackOperation {
  /// The steps of a segment: about √T, in whole blocks over which gradients are summed.
  func segmentSteps(_ T: Int, batch: Int) -> Int {
    let unit = PackedSequence.blockSteps(batch: batch)
    return unit * max(1, Int((Double(T).squareRoot() / Double(unit)).rounded()))
  }

  /// Runs the sequence in segments of `steps` steps and keeps their initial states only. Returns
  /// the backward pass, which runs each segment again.
  ///
  /// Rows are sorted by length, as within the engine, so that sums over rows have the same order in
  /// a segment as in the whole sequence.
  func forwardInSegments(
    of steps: Int, _ stack: RecurrentStack, _ x: Tensor, _ lengths: [Int]?, _ final: inout RecurrentState,
    _ output: inout Tensor, _ regularisation: RecurrentRegularisation?, _ tape: Tape
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
        regularisation: regularisation, workspace: tape.workspace)
      rows.put(part, range, into: &output)
    }
    final = rows.unsorted(state)
    return { [saved] outputGradient, stateGradient, inputGradient, gradients, tape in
      let activations = saved.withLock { $0.popLast() } ?? SavedStackActivations(for: stack)
      var gradient = rows.sorted(stateGradient)
      // With very many rows, errors would grow with the number of segments.
      var compensation = T * B > stack.backend.longestSum ? Compensation(stack) : nil
      while let (range, state) = segments.popLast() {
        var (state, part) = (state, tape.tensor([range.count, B, outputGradient.shape[2]]))
        stack.forward(
          rows.sorted(x, range, tape), lengths: rows.lengths(range), state: &state, output: &part,
          regularisation: regularisation, saved: activations)
        var below = inputGradient.map { _ in tape.tensor([range.count, B, x.shape[2]]) }
        stack.backward(
          activations, outputGradient: rows.sorted(outputGradient, range, tape), stateGradient: &gradient,
          inputGradient: &below,
          gradients: &gradients)
        compensation?.exchange(&gradients, stack)
        if let below { rows.put(below, range, into: &inputGradient!) }
      }
      compensation?.finish(&gradients)
      stateGradient = rows.unsorted(gradient)
      saved.withLock { $0.append(activations) }
    }
  }
}

/// Compensated sums of the parameters' gradients over segments (Kahan).
private struct Compensation {
  private var totals: [DirectionParameters]?
  private var lost: [DirectionParameters]

  init(_ stack: RecurrentStack) { lost = stack.zeroGradients() }

  /// Adds the gradients to the sums, and sets them to zero.
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

  /// Replaces the gradients by the sums.
  func finish(_ gradients: inout [DirectionParameters]) { gradients = totals ?? gradients }
}
