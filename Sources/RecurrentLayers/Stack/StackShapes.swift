// The shapes of a stack's arguments, and their checks.

import RecurrentCore

extension RecurrentStack {
  /// T and B of an input. Stops if the shape is wrong.
  func steps(of input: Tensor) -> (T: Int, B: Int) {
    let letters = configuration.batchFirst ? "[B, T, \(configuration.inputSize)]" : "[T, B, \(configuration.inputSize)]"
    require(
      input.shape.rank == 3 && input.shape[2] == configuration.inputSize,
      "RecurrentStack.forward: input has shape \(input.shape), expected \(letters)")
    return configuration.batchFirst ? (input.shape[1], input.shape[0]) : (input.shape[0], input.shape[1])
  }

  /// The shape of an output: [T, B, D·O] or [B, T, D·O].
  func outputShape(_ T: Int, _ B: Int) -> Shape {
    let features = configuration.directions * configuration.outputSize
    return configuration.batchFirst ? [B, T, features] : [T, B, features]
  }

  /// Stops if an output, or its gradient, has the wrong shape.
  func check(_ output: Tensor, _ T: Int, _ B: Int, _ name: String, function: String) {
    let features = configuration.directions * configuration.outputSize
    require(
      configuration.batchFirst ? output.shape.isEqual(B, T, features) : output.shape.isEqual(T, B, features),
      "\(function): \(name) has shape \(output.shape), expected \(outputShape(T, B))")
  }

  /// T and B of a call of `forward`. Stops if its arguments do not match the stack or one another, or
  /// if there are too many rows.
  func checkForward(
    _ input: Tensor, _ lengths: [Int]?, _ state: RecurrentState, _ output: Tensor,
    _ regularisation: RecurrentRegularisation?
  ) -> (T: Int, B: Int) {
    let function = "RecurrentStack.forward"
    let (T, B) = steps(of: input)
    require(
      T.multipliedReportingOverflow(by: B).partialValue <= Int(Int32.max),
      "\(function): \(T) steps of \(B) rows are too many")
    if let lengths {
      require(lengths.count == B, "\(function): \(lengths.count) lengths given for a batch of \(B) rows")
      for (row, length) in lengths.enumerated() {
        require(0 <= length && length <= T, "\(function): the length of row \(row) is \(length), expected 0...\(T)")
      }
    }
    check(state, B, function: function)
    check(regularisation, B, function: function)
    check(output, T, B, "output", function: function)
    return (T, B)
  }

  /// Stops if the regularisation does not match the stack.
  func check(_ regularisation: RecurrentRegularisation?, _ B: Int, function: String) {
    guard let regularisation else { return }
    require(
      configuration.layers == 1,
      "\(function): regularisation is for a stack of one layer, this one has \(configuration.layers)")
    regularisation.check(configuration.layer(0), batch: B, function: function)
  }

  /// Stops if the state has the wrong shape.
  func check(_ state: RecurrentState, _ B: Int, function: String) {
    let slots = configuration.layers * configuration.directions
    require(
      state.hidden.shape.isEqual(slots, B, configuration.outputSize),
      "\(function): state.hidden has shape \(state.hidden.shape), "
        + "expected [\(slots), \(B), \(configuration.outputSize)]"
    )
    require(
      (state.cell != nil) == configuration.cell.hasCellState,
      "\(function): state.cell is \(state.cell == nil ? "missing" : "given"), "
        + "but the cell is \(configuration.cell.name)"
    )
    if let cell = state.cell {
      require(
        cell.shape.isEqual(slots, B, configuration.hiddenSize),
        "\(function): state.cell has shape \(cell.shape), expected [\(slots), \(B), \(configuration.hiddenSize)]")
    }
  }

  /// The input as a time-major view; a copy if the stack is batch-first.
  func timeMajor(_ input: Tensor, _ T: Int, _ B: Int, _ arena: Arena) -> SequenceView {
    let features = configuration.inputSize
    guard configuration.batchFirst else { return SequenceView(input.base, steps: T, batch: B, features: features) }
    let copy = arena.take(T * B * features)
    exchangeOuter(input.base, to: copy, B, T, features)
    return SequenceView(copy, steps: T, batch: B, features: features)
  }
}
