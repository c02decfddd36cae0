// Gradients of recurrent layers over very many rows, whose errors must not grow with the number of
// rows.

import Recurrent
import Testing
import _TestSupport

@Suite struct ManyRowsTests {
  /// Cells whose gates' gradients are the same at every row, so that rounding errors have one sign.
  /// Elman cells without recurrence do that: d h / d a is 1 with relu.
  @Test(arguments: TestBackend.all) func gradientsOfWeightsAndBiases(_ backend: TestBackend) {
    let tenth = Double(Float(0.1))
    for (T, B) in [(1 << 10, 1 << 10), (1 << 17, 2), (3, 1 << 17)] {
      let stack = RecurrentStack(
        .init(cell: .elman(.relu), inputSize: 1, hiddenSize: 2),
        parameters: [ManyRowsTests.parameters], backend: backend.backend)
      let tape = SavedStackActivations(for: stack)
      var gradients = stack.zeroGradients()
      _ = stack.forward(Tensor(repeating: 1, shape: [T, B, 1]), saved: tape)
      _ = stack.backward(
        tape, outputGradient: Tensor(repeating: 0.1, shape: [T, B, 2]), gradients: &gradients,
        wantsInputGradient: false)
      let expected = Double(T * B) * tenth
      func error(_ x: Float, _ expected: Double) -> Double { abs(Double(x) - expected) / expected }
      for unit in 0..<2 {
        #expect(error(gradients[0].inputBias![unit], expected) < 1e-6, "T \(T), B \(B)")
        #expect(error(gradients[0].recurrentBias![unit], expected) < 1e-6, "T \(T), B \(B)")
        // 3e-6: within some hundred rows, kernels add one after the other.
        #expect(
          error(gradients[0].inputWeight[unit, 0], expected) < 3e-6,
          "T \(T), B \(B): \(error(gradients[0].inputWeight[unit, 0], expected))")
        #expect(error(gradients[0].recurrentWeight[unit, 0], Double((T - 1) * B) * tenth) < 3e-6, "T \(T), B \(B)")
      }
    }
  }

  /// x = 1, h = 1, and nothing from the step before.
  private static let parameters: DirectionParameters = {
    var p = DirectionParameters(zeros: LayerConfiguration(cell: .elman(.relu), inputSize: 1, hiddenSize: 2))
    for unit in 0..<2 { p.inputWeight[unit, 0] = 1 }
    return p
  }()

  /// A layer-normalised cell adds up the gradients of gamma and of its biases over the steps of
  /// each row.
  @Test(arguments: TestBackend.named) func gradientsOfLayerNormalisation(_ name: String) {
    let (T, B) = (1 << 17, 2)
    let configuration = LayerConfiguration(cell: .elman(.relu), inputSize: 1, hiddenSize: 2, layerNorm: true)
    var parameters = DirectionParameters(zeros: configuration)
    (parameters.inputWeight[0, 0], parameters.inputWeight[1, 0]) = (1, -1)
    parameters.normalisationWeight = Tensor(repeating: 1, shape: [2])
    parameters.inputBias = Tensor(repeating: 2, shape: [2])
    let stack = RecurrentStack(
      .init(cell: .elman(.relu), inputSize: 1, hiddenSize: 2, layerNorm: true), parameters: [parameters],
      backend: TestBackend.make(name, threads: 1).backend)
    let tape = SavedStackActivations(for: stack)
    var gradients = stack.zeroGradients()
    _ = stack.forward(Tensor(repeating: 1, shape: [T, B, 1]), saved: tape)
    _ = stack.backward(tape, outputGradient: Tensor(repeating: 0.1, shape: [T, B, 2]), gradients: &gradients)
    let expected = Double(T * B) * Double(Float(0.1))
    // x^ is 1 / sqrt(1 + epsilon).
    let scale = 1 / (1 + Double(Float(1e-5))).squareRoot()
    func error(_ x: Float, _ expected: Double) -> Double { abs(Double(x) - expected) / abs(expected) }
    for unit in 0..<2 {
      #expect(
        error(gradients[0].inputBias![unit], expected) < 1e-6, "\(error(gradients[0].inputBias![unit], expected))")
      #expect(
        error(gradients[0].normalisationWeight![unit], unit == 0 ? expected * scale : -expected * scale) < 1e-6,
        "\(error(gradients[0].normalisationWeight![unit], unit == 0 ? expected * scale : -expected * scale))")
    }
  }
}
