// Steps of some rows of a larger state: those streams of many that have an input.

import RecurrentCore

extension RecurrentStack {
  /// Runs one step of some rows of a larger state: [n, I] to [n, O].
  ///
  /// The cost depends on n, not on the rows that the state has. On the `packed` and `swift` backends,
  /// a row's bits are those of a step of that row alone. Nothing is allocated after the first call of
  /// a shape.
  ///
  /// Preconditions: the stack has one direction; the rows are rows of the state, each once.
  ///
  /// - Parameters:
  ///   - input: the inputs of the rows, [n, I], in the order of `rows`.
  ///   - rows: the rows of the state that go on, in any order.
  ///   - state: the state of all rows, [L, S, ...]. Other rows are not touched.
  ///   - output: receives the outputs of the rows, [n, O], in the order of `rows`.
  ///   - workspace: scratch memory.
  public func step(
    _ input: Tensor, rows: [Int32], state: inout RecurrentState, output: inout Tensor, workspace: Workspace
  ) {
    let function = "RecurrentStack.step"
    require(!configuration.bidirectional, "\(function): a bidirectional stack needs the whole sequence")
    let S = state.hidden.shape.rank == 3 ? state.hidden.shape[1] : -1
    check(state, S, function: function)
    require(
      input.shape.isEqual(rows.count, configuration.inputSize),
      "\(function): input has shape \(input.shape), expected [\(rows.count), \(configuration.inputSize)]")
    require(
      output.shape.isEqual(rows.count, configuration.outputSize),
      "\(function): output has shape \(output.shape), expected [\(rows.count), \(configuration.outputSize)]")
    // Only the elements of these rows are read, so that the cost does not depend on S.
    let seen = workspace.arena.take(S, of: Bool.self)
    for row in rows {
      require(0 <= row && row < S, "\(function): row \(row) is outside 0..<\(S)")
      seen[Int(row)] = false
    }
    for row in rows {
      require(!seen[Int(row)], "\(function): row \(row) is given twice")
      seen[Int(row)] = true
    }
    rows.withUnsafeBufferPointer { rows in
      state.withViews(configuration) { states in
        output.withUnsafeMutableBufferPointer { output in
          input.withUnsafeBufferPointer { input in
            step(
              input.baseAddress!, rows: rows, states: states, output: output.baseAddress!, workspace: workspace)
          }
        }
      }
    }
  }

  /// The same on memory that the caller owns, unchecked.
  func step(
    _ input: UnsafePointer<Float>, rows: UnsafeBufferPointer<Int32>, states: StackStateView,
    output: UnsafeMutablePointer<Float>, workspace: Workspace
  ) {
    let layers = prepared.layers(self)
    defer { workspace.arena.reset() }
    let (n, features) = (rows.count, configuration.outputSize)
    // Neighbouring rows are a batch of their own, in place.
    let isRange = zip(rows, rows.dropFirst()).allSatisfy { $0 + 1 == $1 }
    let first = isRange ? Int(rows.first ?? 0) : 0
    let between = layers.count == 1 ? output : workspace.arena.take(n * features)
    let other = layers.count <= 2 ? output : workspace.arena.take(n * features)
    var x = SequenceView(input, steps: 1, batch: n, features: configuration.inputSize)
    for (index, layer) in layers.enumerated() {
      let target = index == layers.count - 1 ? output : index % 2 == 0 ? between : other
      let y = MutableSequenceView(target, steps: 1, batch: n, features: features)
      layer.forward(
        x, lengths: nil, output: y,
        state: states[index].from(row: first, hidden: features, cell: configuration.hiddenSize),
        rows: isRange ? nil : rows, saved: nil, workspace: workspace)
      x = y.constant
    }
  }
}

extension StateView {
  /// The same state from a row on, whose h and c have the given sizes.
  fileprivate func from(row: Int, hidden features: Int, cell units: Int) -> StateView {
    StateView(hidden: hidden + row * features, cell: cell.map { $0 + row * units })
  }
}
