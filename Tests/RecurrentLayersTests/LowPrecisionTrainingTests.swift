// Training in bfloat16: gradients against those of float32.

import Recurrent
import RecurrentCore
import RecurrentNativeKernels
import RecurrentPackedBackend
import Testing
import _TestSupport

@Suite struct LowPrecisionTrainingTests {
  /// The gradients of a sum of outputs times given numbers, on a tape.
  static func gradients(_ model: RNN, _ linear: Linear, _ input: Tensor, lengths: [Int]?, _ tape: Tape) -> [Tensor] {
    for named in model.parameters + linear.parameters { named.parameter.zeroGradient() }
    let x = Parameter(input)
    let y = linear(model(tape.variable(x), lengths: lengths).output)
    var random = RandomStream(seed: 3)
    y.backward(Tensor(normal: 1, shape: y.shape, using: &random))
    return [x.gradient!] + (model.parameters + linear.parameters).map { $0.parameter.gradient! }
  }

  /// The distance of two tensors relative to the second's length.
  static func distance(_ a: Tensor, _ b: Tensor) -> Double {
    var (difference, length) = (0.0, 0.0)
    for (x, y) in zip(a.elements, b.elements) {
      difference += Double(x - y) * Double(x - y)
      length += Double(y) * Double(y)
    }
    return length == 0 ? difference.squareRoot() : (difference / length).squareRoot()
  }

  /// The bound that the documentation states: 3 % of a gradient's length.
  @Test func gradientsAreCloseToThoseOfFloat32() {
    var random = RandomStream(seed: 1)
    for cell in [Cell.elman(.tanh), .lstm, .lstmVariant(LSTMVariant(peepholes: true)), .gru(.after), .gru(.before)] {
      for (input, hidden, projection, bidirectional, layerNorm) in [
        (17, 40, nil, false, false), (33, 70, nil, true, false), (20, 40, nil, false, true), (16, 64, 24, false, false),
      ] as [(Int, Int, Int?, Bool, Bool)] {
        if projection != nil && cell != .lstm || layerNorm && !cell.layout.canBeNormalised { continue }
        let model = RNN(
          cell, inputSize: input, hiddenSize: hidden, layers: 2, projectionSize: projection,
          bidirectional: bidirectional, layerNorm: layerNorm)
        let linear = Linear(model.outputSize, 50)
        model.initialise(seed: 1)
        linear.initialise(seed: 2)
        let x = Tensor(normal: 1, shape: [9, 6, input], using: &random)
        for lengths in [nil, [9, 0, 4, 7, 1, 3]] {
          let exact = LowPrecisionTrainingTests.gradients(
            model, linear, x, lengths: lengths, Tape(backend: TestBackend.all[0].backend))
          for backend in PrecisionTests.backends {
            let found = LowPrecisionTrainingTests.gradients(
              model, linear, x, lengths: lengths, Tape(backend: backend, precision: .bfloat16))
            for (index, (mine, theirs)) in zip(found, exact).enumerated() {
              let distance = LowPrecisionTrainingTests.distance(mine, theirs)
              #expect(
                distance < 0.03,
                "\(cell), \(backend.name), \(backend.path(of: .bfloat16)), gradient \(index): \(distance)")
            }
          }
        }
      }
    }
  }

  /// The same bits with any number of threads.
  @Test func bitsDoNotDependOnThreads() {
    var random = RandomStream(seed: 4)
    for cell in [Cell.lstm, .gru(.after)] {
      let model = RNN(cell, inputSize: 40, hiddenSize: 130, layers: 2)
      let linear = Linear(130, 300)
      let x = Tensor(normal: 1, shape: [12, 9, 40], using: &random)
      for name in TestBackend.named where name != "openblas" {
        let results = [1, 2, 3].map { threads in
          LowPrecisionTrainingTests.gradients(
            model, linear, x, lengths: nil,
            Tape(backend: TestBackend.make(name, threads: threads).backend, precision: .bfloat16))
        }
        #expect(results[1] == results[0] && results[2] == results[0], "\(cell), \(name)")
      }
    }
  }

  /// Training in bfloat16 keeps the parameters in float32: small updates are not lost.
  @Test func parametersStayInFloat32() {
    let linear = Linear(8, 8, bias: false)
    linear.weight.value = Tensor(repeating: 1, shape: [8, 8])
    let backend = TestBackend.all[0].backend
    let optimiser = Optimiser(linear, SGD(learningRate: 1e-4), backend: backend)
    for _ in 0..<3 {
      let tape = Tape(backend: backend, precision: .bfloat16)
      linear(tape.constant(Tensor(repeating: 1, shape: [1, 8]))).sum().backward()
      optimiser.step()
      optimiser.zeroGradients()
    }
    #expect(linear.weight.value.elements.allSatisfy { abs($0 - 0.9997) < 1e-6 })
  }
}
