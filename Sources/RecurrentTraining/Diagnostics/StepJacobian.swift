// The Jacobian of one step of a stack.

import RecurrentCore
import RecurrentLayers

extension RecurrentStack {
  /// The Jacobian of one step at a given input and state: element [k, j] is the derivative of
  /// element k of the new state with respect to element j of the old one. It is computed by the
  /// stack's backward pass.
  ///
  /// The elements are h of every layer, then for an LSTM c of every layer: N = L·O, or L·(O + H).
  /// Precondition: a stack of one direction.
  /// - Parameters:
  ///   - input: the input, [I].
  ///   - state: the state before the step, for one row; nil means zeros.
  /// - Returns: the Jacobian, [N, N]. `Spectrum` gives its singular values.
  public func stepJacobian(input: Tensor, state: RecurrentState? = nil) -> Tensor {
    require(!configuration.bidirectional, "RecurrentStack.stepJacobian: a bidirectional stack does not go step by step")
    require(
      input.shape == [configuration.inputSize],
      "RecurrentStack.stepJacobian: input has shape \(input.shape), expected [\(configuration.inputSize)]")
    let state = state ?? initialState(batch: 1)
    require(
      state.hidden.shape.rank == 3 && state.hidden.shape[1] == 1,
      "RecurrentStack.stepJacobian: state.hidden has shape \(state.hidden.shape), expected [\(configuration.layers), 1, \(configuration.outputSize)]"
    )
    let count = state.hidden.count + (state.cell?.count ?? 0)

    // A row for each element of the new state, with a gradient of 1 for that element.
    var gradient = initialState(batch: count)
    gradient.forEachNumber(of: configuration) { row, number, value in value = row == number ? 1 : 0 }
    let rows = Tensor((0..<count).flatMap { _ in input.elements }, shape: [count, configuration.inputSize])
    var backward = StepBackward(self, batch: count)
    backward(rows, state: state.repeated(count), gradient: &gradient)

    var jacobian = [Float](repeating: 0, count: count * count)
    gradient.forEachNumber(of: configuration) { row, number, value in jacobian[row * count + number] = value }
    return Tensor(jacobian, shape: [count, count])
  }
}

extension RecurrentState {
  /// The state of `batch` rows, each equal to this state's only row.
  fileprivate func repeated(_ batch: Int) -> RecurrentState {
    func repeated(_ tensor: Tensor) -> Tensor {
      let (layers, features) = (tensor.shape[0], tensor.shape[2])
      let elements = tensor.elements
      return Tensor(
        (0..<layers).flatMap { layer in (0..<batch).flatMap { _ in elements[layer * features..<(layer + 1) * features] }
        },
        shape: [layers, batch, features])
    }
    return RecurrentState(hidden: repeated(hidden), cell: cell.map(repeated))
  }
}
