// The state of recurrent layers between steps, as variables on a tape.

import RecurrentCore

extension RNN {
  /// The state of all layers and directions between steps.
  public struct State {
    /// h, [L·D, B, O], at layer·D + direction.
    public var hidden: Variable
    /// c, [L·D, B, H]; nil unless the cell is an LSTM.
    public var cell: Variable?
    /// D, the number of directions.
    package let directions: Int

    /// Creates a state.
    package init(hidden: Variable, cell: Variable?, directions: Int) {
      (self.hidden, self.cell, self.directions) = (hidden, cell, directions)
    }

    /// The same values as constants, through which no gradient flows: for truncated backpropagation
    /// through time.
    public var detached: State { State(hidden: hidden.detached, cell: cell?.detached, directions: directions) }

    /// The hidden state of the last layer, its directions side by side: [B, D·O]. It is the state
    /// after each row's last valid step.
    public var last: Variable {
      let top = hidden.slice(hidden.shape[0] - directions..<hidden.shape[0])
      return top.transposed(0, 1).reshaped(to: [hidden.shape[1], directions * hidden.shape[2]])
    }

    /// The states of the given rows, which may repeat: [L·D, rows.count, O].
    public func gathered(_ rows: [Int]) -> State {
      func gather(_ x: Variable) -> Variable { x.transposed(0, 1).gathered(Indices(rows)).transposed(0, 1) }
      return State(hidden: gather(hidden), cell: cell.map(gather), directions: directions)
    }

    /// The state as tensors.
    public var values: RecurrentState { RecurrentState(hidden: hidden.value, cell: cell?.value) }
  }

  /// The shapes of a state of B = `rows` rows.
  package func stateShapes(rows: Int) -> (hidden: Shape, cell: Shape?) {
    let slots = layers * directions
    return ([slots, rows, outputSize / directions], cell.hasCellState ? [slots, rows, hiddenSize] : nil)
  }

  /// Creates a state from tensors, as constants on `tape`.
  public func state(_ values: RecurrentState, _ tape: Tape) -> State {
    State(hidden: tape.constant(values.hidden), cell: values.cell.map(tape.constant), directions: directions)
  }

  /// Creates a state that has x, [B, H], in every layer and direction, as h and, for an LSTM, as c:
  /// for a decoder that starts from an encoding. Precondition: layers without projection.
  public func state(from x: Variable) -> State {
    require(
      x.shape.rank == 2 && x.shape[1] == hiddenSize && outputSize == directions * hiddenSize,
      "RNN.state: shape \(x.shape), expected [B, \(hiddenSize)], and layers without projection")
    let all = stacked([Variable](repeating: x, count: layers * directions))
    return State(hidden: all, cell: cell.hasCellState ? all : nil, directions: directions)
  }
}

extension RNN.State {
  /// The state of one layer.
  func slice(_ layer: Int) -> Self {
    let slots = layer * directions..<(layer + 1) * directions
    return Self(hidden: hidden.slice(slots), cell: cell?.slice(slots), directions: directions)
  }
}
