// Gradient flow: the norm of a state's gradient as a function of the distance in time.

import RecurrentCore
import RecurrentLayers

/// The norm of the gradient of a loss of the last output with respect to the state after each step,
/// by the distance from the last step.
///
/// The state is h of every layer and, for an LSTM, c. Its gradient at distance d is the last one
/// times the Jacobians of the last d steps, so that norms fall or grow geometrically: vanishing and
/// exploding gradients (Bengio, Simard & Frasconi, "Learning long-term dependencies with gradient
/// descent is difficult", IEEE Trans. Neural Networks 5, 1994; Pascanu, Mikolov & Bengio, "On the
/// difficulty of training recurrent neural networks", ICML 2013).
///
/// ```swift
/// let flow = GradientFlow(stack, input: x)  // [T, B, I]
/// print(flow.relativeNorms)                 // 1, 0.93, 0.87...
/// ```
///
/// The gradients are those of the engine's backward pass. They are scaled by powers of two at every
/// step, so that norms far outside the range of Float are exact.
public struct GradientFlow: Sendable, Equatable {
  /// T norms by distance: element d is ‖∂L/∂state‖ of the state after step T-1-d, all layers
  /// together; the mean over rows.
  public let norms: [Double]
  /// The norms of each layer's state: [layer][d]. At distance 0 only the last layer's h has a
  /// gradient, since gradients that pass between layers within a step are not counted.
  public let layerNorms: [[Double]]

  /// `norms` divided by the norm at distance 0; NaN if that is zero.
  public var relativeNorms: [Double] { norms.map { $0 / norms[0] } }

  /// Computes the gradient flow through a sequence. The cost is that of two forward passes and one
  /// backward pass, step by step. Precondition: a stack of one direction; T and B are 1 or more.
  /// - Parameters:
  ///   - stack: the stack.
  ///   - input: the inputs, [T, B, I], or [B, T, I] with `batchFirst`.
  ///   - outputGradient: the gradient with respect to the last step's output, [B, O]; nil means
  ///     1/√O for each element, of norm 1 in each row.
  ///   - state: the initial state; nil means zeros.
  public init(_ stack: RecurrentStack, input: Tensor, outputGradient: Tensor? = nil, state: RecurrentState? = nil) {
    let c = stack.configuration
    require(!c.bidirectional, "GradientFlow: a bidirectional stack has no last step")
    require(
      input.shape.rank == 3 && input.shape[2] == c.inputSize,
      "GradientFlow: input has shape \(input.shape), expected \(c.batchFirst ? "[B, T, \(c.inputSize)]" : "[T, B, \(c.inputSize)]")"
    )
    let input = c.batchFirst ? input.transposedOuter() : input
    let (T, B, O) = (input.shape[0], input.shape[1], c.outputSize)
    require(T >= 1 && B >= 1, "GradientFlow: \(T) steps of \(B) rows; one or more of each are needed")
    let last = outputGradient ?? Tensor(repeating: 1 / Float(O).squareRoot(), shape: [B, O])
    require(last.shape == [B, O], "GradientFlow: outputGradient has shape \(last.shape), expected [\(B), \(O)]")

    let steps = (0..<T).map { step in
      let size = B * c.inputSize
      return Tensor(
        input.withUnsafeBufferPointer { Array($0[step * size..<(step + 1) * size]) }, shape: [B, c.inputSize])
    }
    /// The states before each step.
    var states = [state ?? stack.initialState(batch: B)]
    var output = Tensor(zeros: [B, O])
    let workspace = Workspace()
    for step in steps.dropLast() {
      var state = states.last!
      stack.step(step, state: &state, output: &output, workspace: workspace)
      states.append(state)
    }

    var gradient = ScaledGradient(stack.initialState(batch: B))
    last.withUnsafeBufferPointer { last in
      gradient.state.forEachNumber(of: c) { row, number, value in
        let feature = number - (c.layers - 1) * O
        if 0 <= feature && feature < O { value = last[row * O + feature] }
      }
    }
    var backward = StepBackward(stack, batch: B)
    var byLayer: [[Double]] = Array(repeating: [], count: c.layers)
    var together: [Double] = []
    for distance in 0..<T {
      if distance > 0 {
        gradient.rescale(c)
        backward(steps[T - distance], state: states[T - distance], gradient: &gradient.state)
      }
      let (norm, ofLayers) = gradient.norms(c)
      together.append(norm)
      for layer in 0..<c.layers { byLayer[layer].append(ofLayers[layer]) }
    }
    norms = together
    layerNorms = byLayer
  }
}

/// A state's gradient with a power of two for each row. The backward pass is linear, so it can run
/// on scaled numbers.
private struct ScaledGradient {
  var state: RecurrentState
  private var exponents: [Int]

  init(_ state: RecurrentState) {
    self.state = state
    exponents = Array(repeating: 0, count: state.hidden.shape[1])
  }

  /// Moves the exponent of each row's greatest element to the row's power of two.
  mutating func rescale(_ configuration: RecurrentStack.Configuration) {
    var greatest = [Float](repeating: 0, count: exponents.count)
    state.forEachNumber(of: configuration) { row, _, value in
      greatest[row] = value.isNaN ? value : max(greatest[row], abs(value))
    }
    // Rows of zeros, and rows with an infinity or NaN, stay as they are.
    let taken = greatest.map { $0 > 0 && $0.isFinite ? Int($0.exponent) : 0 }
    state.forEachNumber(of: configuration) { row, _, value in
      value = Float(sign: .plus, exponent: -taken[row], significand: value)
    }
    for row in exponents.indices { exponents[row] += taken[row] }
  }

  /// The norm over all layers, and over each: means over the rows.
  mutating func norms(_ configuration: RecurrentStack.Configuration) -> (Double, layers: [Double]) {
    let (L, O, H) = (configuration.layers, configuration.outputSize, configuration.hiddenSize)
    var squares = [Double](repeating: 0, count: exponents.count * L)
    state.forEachNumber(of: configuration) { row, number, value in
      let layer = number < L * O ? number / O : (number - L * O) / H
      squares[row * L + layer] += Double(value) * Double(value)
    }
    func mean(_ squaresOfRow: (Int) -> Double) -> Double {
      exponents.indices.reduce(0) { sum, row in
        sum + Double(sign: .plus, exponent: exponents[row], significand: squaresOfRow(row).squareRoot())
      } / Double(exponents.count)
    }
    return (
      mean { row in squares[row * L..<(row + 1) * L].reduce(0, +) },
      (0..<L).map { layer in mean { squares[$0 * L + layer] } }
    )
  }
}
