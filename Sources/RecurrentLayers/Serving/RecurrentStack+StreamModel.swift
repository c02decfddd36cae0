// Recurrent stacks as stream models: a stream's state is a row of the state of all slots.

import RecurrentCore

extension RecurrentStack: StreamModel {
  /// The states of all slots: h [L, S, O] and c [L, S, H].
  public struct States {
    var state: RecurrentState
    let workspace = Workspace()
  }

  /// I, the features of an input.
  public var inputSize: Int { configuration.inputSize }
  /// O, the features of an output.
  public var outputSize: Int { configuration.directions * configuration.outputSize }

  /// States of zeros.
  /// - Throws: `RecurrentError.invalidOption` if the stack has two directions;
  ///   `insufficientMemory` if the states need more memory than is left.
  public func initialStates(slots: Int) throws(RecurrentError) -> States {
    if configuration.bidirectional {
      throw .invalidOption(
        name: "stack", value: "bidirectional", expected: "one direction, since the other begins at the end of a stream")
    }
    let floats = configuration.outputSize + (configuration.cell.hasCellState ? configuration.hiddenSize : 0)
    let (bytes, overflow) = slots.multipliedReportingOverflow(by: configuration.layers * floats * 4)
    try MemoryLimits.current().check(
      overflow ? .max : bytes, for: "the states of \(slots) streams", advice: "fewer slots take less")
    return States(state: initialState(batch: slots))
  }

  /// Sets the state of a slot to zeros.
  public func restart(_ slot: Int, of states: inout States) {
    let S = states.state.hidden.shape[1]
    states.state.withViews(configuration) { views in
      for layer in 0..<configuration.layers {
        let (H, O) = (configuration.hiddenSize, configuration.outputSize)
        (views.hidden + (layer * S + slot) * O).update(repeating: 0, count: O)
        if let cell = views.cell { (cell + (layer * S + slot) * H).update(repeating: 0, count: H) }
      }
    }
  }

  /// Runs one step of the slots: inputs [n, I] to outputs [n, O], in the order of `slots`, each once.
  public func advance(
    _ slots: Span<Int32>, of states: inout States, inputs: Span<Float>, outputs: inout MutableSpan<Float>
  ) {
    let n = slots.count
    require(
      inputs.count == n * inputSize && outputs.count == n * outputSize,
      """
      RecurrentStack.advance: \(n) slots, \(inputs.count) floats of inputs and \(outputs.count) of outputs; \
      expected \(n * inputSize) and \(n * outputSize)
      """)
    slots.withUnsafeBufferPointer { slots in
      inputs.withUnsafeBufferPointer { inputs in
        outputs.withUnsafeMutableBufferPointer { outputs in
          advance(slots, of: &states, inputs: inputs.baseAddress, outputs: outputs.baseAddress)
        }
      }
    }
  }

  /// The same on memory that the caller owns, unchecked; nil for no floats.
  package func advance(
    _ slots: UnsafeBufferPointer<Int32>, of states: inout States, inputs: UnsafePointer<Float>?,
    outputs: UnsafeMutablePointer<Float>?
  ) {
    guard !slots.isEmpty, let outputs else { return }
    let workspace = states.workspace
    states.state.withViews(configuration) { views in
      step(
        inputs ?? UnsafePointer(outputs), rows: slots, states: views, output: outputs, workspace: workspace)
    }
  }
}
