// A worked example: an LSTM step computed by hand.

import Recurrent
import Testing
import _TestSupport

@Suite struct WorkedExampleTests {
  /// Gates f = [[0, 0.8], [0, 0.9]], i = [[0.9, 0.1], [0.8, 0]], g = [[-1, 0.8], [-0.5, 0.9]], o =
  /// [[0, 0], [1, 1]] and a previous cell of ones give the cell [[-0.9, 0.88], [-0.4, 0.9]] and the
  /// hidden state o · tanh(cell).
  static let f: [Double] = [0, 0.8, 0, 0.9]
  static let i: [Double] = [0.9, 0.1, 0.8, 0]
  static let g: [Double] = [-1, 0.8, -0.5, 0.9]
  static let o: [Double] = [0, 0, 1, 1]
  static let cell = [-0.9, 0.88, -0.4, 0.9]
  static let hidden = [0, 0, -0.379948962255225, 0.716297870199024]

  /// The sum whose sigmoid, or tanh, is a gate. ±100 saturates it.
  private func logit(_ p: Double) -> Double { p <= 0 ? -100 : p >= 1 ? 100 : Double.log(p / (1 - p)) }
  private func inverseTanh(_ y: Double) -> Double { y <= -1 ? -100 : y >= 1 ? 100 : Double.log((1 + y) / (1 - y)) / 2 }

  @Test func equationsGiveTheWorkedExample() {
    for k in 0..<4 {
      let sums = LSTMCell.Gates(
        i: logit(WorkedExampleTests.i[k]), f: logit(WorkedExampleTests.f[k]), g: inverseTanh(WorkedExampleTests.g[k]),
        o: logit(WorkedExampleTests.o[k]))
      let next = LSTMCell.forward(sums, previousCell: 1)
      #expect(abs(next.cell - WorkedExampleTests.cell[k]) < 1e-12)
      #expect(abs(next.hidden - WorkedExampleTests.hidden[k]) < 1e-12)
    }
  }

  /// The same step through a layer: four inputs of one feature each reach one gate of one unit
  /// through the weights.
  @Test func backendsGiveTheWorkedExample() {
    for backend in TestBackend.all {
      var parameters = DirectionParameters(zeros: .init(cell: .lstm, inputSize: 8, hiddenSize: 2))
      for gate in 0..<8 { parameters.inputWeight[gate, gate] = 1 }
      let stack = RecurrentStack(
        .init(cell: .lstm, inputSize: 8, hiddenSize: 2), parameters: [parameters], backend: backend.backend)
      var x: [Float] = []
      for row in 0..<2 {
        for (values, inverse) in [
          (WorkedExampleTests.i, logit), (WorkedExampleTests.f, logit), (WorkedExampleTests.g, inverseTanh),
          (WorkedExampleTests.o, logit),
        ] {
          for unit in 0..<2 { x.append(Float(inverse(values[2 * row + unit]))) }
        }
      }
      let ones = RecurrentState(hidden: Tensor(zeros: [1, 2, 2]), cell: Tensor([1, 1, 1, 1], shape: [1, 2, 2]))
      let (output, state) = stack(Tensor(x, shape: [1, 2, 8]), state: ones)
      #expect(deviation(state.cell!, WorkedExampleTests.cell) < 1e-6)
      #expect(deviation(output, WorkedExampleTests.hidden) < 1e-6)
    }
  }
}

extension Double {
  /// The natural logarithm.
  static func log(_ x: Double) -> Double { x > 0 ? _log(x) : -.infinity }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
private func _log(_ x: Double) -> Double { log(x) }
