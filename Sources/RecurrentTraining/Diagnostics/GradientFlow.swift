// How much of a gradient is left, or how far it has grown, after so many steps back in time.

import RecurrentCore
import RecurrentLayers

/// The gradient of a loss of the last output by the state handed on from each step, as a norm by
/// the distance from the last step.
///
/// The state is h of every layer, and c for an LSTM: all that the steps to come know of those
/// before. Its gradient at distance d is the last one times the Jacobians of the d last steps, so
/// that the norms fall or grow geometrically: vanishing and exploding gradients (Bengio, Simard &
/// Frasconi, "Learning long-term dependencies with gradient descent is difficult", IEEE Trans.
/// Neural Networks 5, 1994; Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent
/// neural networks", ICML 2013).
///
/// ```swift
/// let flow = GradientFlow(stack, input: x)  // [T, B, I]
/// print(flow.relativeNorms)                 // 1, 0.93, 0.87...
/// ```
///
/// The norms are those of the engine's own gradients, of which powers of two are taken out at every
/// step: neither what is far below Float's range nor what is far above it is lost.
public struct GradientFlow: Sendable, Equatable {
  /// T numbers, by distance: [d] is ‖∂L/∂state‖ of the state that step T-1-d hands on, all layers
  /// together; the mean over rows.
  public let norms: [Double]
  /// [layer][d]: of the state of one layer alone; the mean over rows. At distance 0 only the last
  /// layer's h has a gradient, since what the layers below hand upwards within a step is not handed
  /// on in time.
  public let layerNorms: [[Double]]

  /// `norms` divided by the one at distance 0; NaN when that is zero.
  public var relativeNorms: [Double] { norms.map { $0 / norms[0] } }

  /// The gradient's flow through a sequence. Costs twice a forward and a backward pass in steps of
  /// one. For stacks of one direction: in the other one, time has no last step.
  /// - Parameters: - input: [T, B, I] ([B, T, I] with `batchFirst`), with T and B of one or more. -
  ///   outputGradient: the gradient of the last step's output, [B, O]; nil for the same number 1/√O
  ///   everywhere, of norm 1 in each row. - state: the initial state; nil for zeros.
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

/// A state's gradient with a power of two for each row, by which it is to be multiplied: a backward
/// pass is linear, so that it may go through with numbers near 1.
private struct ScaledGradient {
  var state: RecurrentState
  private var exponents: [Int]

  init(_ state: RecurrentState) {
    self.state = state
    exponents = Array(repeating: 0, count: state.hidden.shape[1])
  }

  /// Takes the exponent of each row's greatest number out of the row.
  mutating func rescale(_ configuration: RecurrentStack.Configuration) {
    var greatest = [Float](repeating: 0, count: exponents.count)
    state.forEachNumber(of: configuration) { row, _, value in
      greatest[row] = value.isNaN ? value : max(greatest[row], abs(value))
    }
    // A row of zeros stays, and so does one with an infinity or NaN.
    let taken = greatest.map { $0 > 0 && $0.isFinite ? Int($0.exponent) : 0 }
    state.forEachNumber(of: configuration) { row, _, value in
      value = Float(sign: .plus, exponent: -taken[row], significand: value)
    }
    for row in exponents.indices { exponents[row] += taken[row] }
  }

  /// The norm of all layers together, and of each: means over the rows.
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
