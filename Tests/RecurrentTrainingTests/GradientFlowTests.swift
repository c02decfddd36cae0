// Tests of gradient flow against whole backward passes, products of Jacobians, and networks with
// known results.

import Recurrent
import Testing
import _TestSupport

@Suite struct GradientFlowTests {
  static let backend = SpectrumTests.backend

  /// An Elman network that multiplies its state by a factor: U = factor · I, without bias.
  static func passing(_ factor: Float, nonlinearity: Cell.Nonlinearity, hidden: Int = 8) -> RecurrentStack {
    var stack = RecurrentStack(
      .init(cell: .elman(nonlinearity), inputSize: 1, hiddenSize: hidden, bias: false), backend: backend)
    stack.parameters[0].recurrentWeight = Tensor(zeros: [hidden, hidden])
    for unit in 0..<hidden { stack.parameters[0].recurrentWeight[unit, unit] = factor }
    return stack
  }

  private static func norm(_ tensors: [Tensor?], layers: Range<Int>? = nil) -> Double {
    tensors.compactMap { $0 }.reduce(0) { sum, tensor in
      let size = tensor.count / tensor.shape[0]
      let elements = layers.map { tensor.elements[$0.lowerBound * size..<$0.upperBound * size] } ?? tensor.elements[...]
      return elements.reduce(sum) { $0 + Double($1) * Double($1) }
    }.squareRoot()
  }

  /// The norm at distance d is that of the initial state's gradient in a backward pass over the
  /// last d steps, for every cell, with two layers; per layer and together.
  @Test(arguments: SpectrumTests.cells.indices, [false, true])
  func flowIsTheWholeBackwardPass(_ index: Int, batchFirst: Bool) {
    let (cell, projection) = SpectrumTests.cells[index]
    let (T, I, layers) = (7, 3, 2)
    let stack = RecurrentStack(
      .init(
        cell: cell, inputSize: I, hiddenSize: 5, layers: layers, projectionSize: projection, batchFirst: batchFirst),
      seed: 4, backend: GradientFlowTests.backend)
    let O = stack.configuration.outputSize
    var stream = RandomStream(seed: 8)
    let input = Tensor(normal: 1, shape: [T, 1, I], using: &stream)
    let gradient = Tensor(normal: 1, shape: [1, O], using: &stream)
    let flow = GradientFlow(stack, input: batchFirst ? input.transposedOuter() : input, outputGradient: gradient)
    #expect(flow.norms.count == T && flow.layerNorms.map(\.count) == [T, T])
    for distance in 1..<T {
      func part(_ steps: Range<Int>) -> Tensor {
        Tensor(
          Array(input.elements[steps.lowerBound * I..<steps.upperBound * I]),
          shape: batchFirst ? [1, steps.count, I] : [steps.count, 1, I])
      }
      let (_, state) = stack(part(0..<T - distance))
      let tape = SavedStackActivations(for: stack)
      let forward = stack.forward(part(T - distance..<T), state: state, saved: tape)
      let above = Tensor(
        Array(repeating: 0, count: (distance - 1) * O) + gradient.elements, shape: forward.output.shape)
      var gradients = stack.zeroGradients()
      let below = stack.backward(tape, outputGradient: above, gradients: &gradients).state
      let expected = GradientFlowTests.norm([below.hidden, below.cell])
      #expect(abs(flow.norms[distance] - expected) < 1e-5 * expected, "\(cell) at distance \(distance)")
      for layer in 0..<layers {
        let expected = GradientFlowTests.norm([below.hidden, below.cell], layers: layer..<layer + 1)
        #expect(
          abs(flow.layerNorms[layer][distance] - expected) < 1e-5 * expected,
          "\(cell), layer \(layer) at distance \(distance)")
      }
    }
  }

  /// From one distance to the next, a norm grows by at most the norm of that step's Jacobian, and
  /// that Jacobian takes it there.
  @Test(arguments: SpectrumTests.cells.indices)
  func stepsOfTheFlowAreJacobians(_ index: Int) {
    let (cell, projection) = SpectrumTests.cells[index]
    let stack = RecurrentStack(
      .init(cell: cell, inputSize: 2, hiddenSize: 4, projectionSize: projection), seed: 2,
      backend: GradientFlowTests.backend)
    var stream = RandomStream(seed: 5)
    let input = Tensor(normal: 1, shape: [6, 1, 2], using: &stream)
    let flow = GradientFlow(stack, input: input)
    var states = [stack.initialState(batch: 1)]
    for step in 0..<5 {
      states.append(
        stack(Tensor(Array(input.elements[2 * step..<2 * step + 2]), shape: [1, 1, 2]), state: states[step]).state)
    }
    let O = stack.configuration.outputSize
    let size = O + (states[0].cell?.count ?? 0)
    var vector = (0..<size).map { $0 < O ? 1 / Double(O).squareRoot() : 0 }
    for distance in 1..<6 {
      let step = 6 - distance
      let jacobian = stack.stepJacobian(
        input: Tensor(Array(input.elements[2 * step..<2 * step + 2])), state: states[step])
      vector = (0..<size).map { column in (0..<size).reduce(0) { $0 + vector[$1] * Double(jacobian[$1, column]) } }
      let expected = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(flow.norms[distance] - expected) < 1e-5 * expected)
      #expect(flow.norms[distance] <= flow.norms[distance - 1] * Spectrum(jacobian).norm * (1 + 1e-5))
    }
  }

  /// U = 0.5 I halves the gradient at every step, to far below the least Float; U = 2 I doubles it
  /// to far above the greatest.
  @Test func factorsAreExactBeyondTheRangeOfFloat() {
    let input = Tensor(zeros: [300, 2, 1])
    for factor in [Float(0.5), 2] {
      let norms = GradientFlow(GradientFlowTests.passing(factor, nonlinearity: .tanh), input: input).relativeNorms
      #expect(norms.count == 300)
      for (distance, norm) in norms.enumerated() {
        #expect(norm == Double(sign: .plus, exponent: factor < 1 ? -distance : distance, significand: 1))
      }
    }
  }

  /// A relu network with an orthogonal recurrent weight whose units are all active, a permutation,
  /// keeps the norm for ever.
  @Test func orthogonalReluKeepsTheNorm() {
    let hidden = 8
    var stack = GradientFlowTests.passing(0, nonlinearity: .relu, hidden: hidden)
    for unit in 0..<hidden { stack.parameters[0].recurrentWeight[unit, (3 * unit + 1) % hidden] = 1 }
    stack.parameters[0].inputWeight = Tensor(Array(repeating: 1, count: hidden), shape: [hidden, 1])
    let input = Tensor(Array(repeating: 1, count: 400), shape: [200, 2, 1])
    var stream = RandomStream(seed: 6)
    let flow = GradientFlow(stack, input: input, outputGradient: Tensor(normal: 1, shape: [2, hidden], using: &stream))
    #expect(flow.relativeNorms.allSatisfy { abs($0 - 1) < 1e-14 })
  }

  /// Over 10 to 200 steps with PyTorch's initialisation, the gradient of an Elman network vanishes;
  /// that of an LSTM with open forget gates, or of a GRU that mostly keeps its state, does not.
  @Test func elmanVanishesWhereGatesCarry() {
    func flow(_ cell: Cell, steps: Int) -> [Double] {
      let hidden = 16
      var stack = RecurrentStack(
        .init(cell: cell, inputSize: 4, hiddenSize: hidden), seed: 1, backend: GradientFlowTests.backend)
      // The forget gate's block of an LSTM, the update gate's of a GRU: at sigmoid(5) = 0.993.
      if cell != .elman(.tanh) { for unit in hidden..<2 * hidden { stack.parameters[0].inputBias![unit] = 5 } }
      var stream = RandomStream(seed: 2)
      return GradientFlow(stack, input: Tensor(normal: 0.5, shape: [steps, 4, 4], using: &stream)).relativeNorms
    }
    for steps in [10, 50, 200] {
      let (elman, lstm, gru) = (
        flow(.elman(.tanh), steps: steps), flow(.lstm, steps: steps), flow(.gru(.after), steps: steps)
      )
      #expect(elman.last! < lstm.last! && elman.last! < gru.last!)
      #expect(lstm.last! > 0.05 && gru.last! > 0.05)
    }
    #expect(flow(.elman(.tanh), steps: 200).last! < 1e-30)
    #expect(flow(.elman(.tanh), steps: 200).last! > 0)
  }

  /// A zero gradient stays zero and has no relative norm; NaN is not hidden; a sequence of one step
  /// has one norm.
  @Test func edges() {
    let stack = GradientFlowTests.passing(1, nonlinearity: .tanh)
    let zero = GradientFlow(stack, input: Tensor(zeros: [3, 2, 1]), outputGradient: Tensor(zeros: [2, 8]))
    #expect(zero.norms == [0, 0, 0] && zero.relativeNorms.allSatisfy { $0.isNaN })
    let bad = GradientFlow(stack, input: Tensor(Array(repeating: .nan, count: 3), shape: [3, 1, 1]))
    #expect(bad.norms[0].isFinite && bad.norms[2].isNaN)
    #expect(GradientFlow(stack, input: Tensor(zeros: [1, 1, 1])).norms.count == 1)
  }
}
