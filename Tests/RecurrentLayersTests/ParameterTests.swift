// Tests of parameters used by several threads, and of values derived from them.

import Dispatch
import Recurrent
import Testing
import _TestSupport

@Suite struct ParameterTests {
  struct Model: Module, Sendable {
    let recurrent = RNN(.gru(.after), inputSize: 2, hiddenSize: 3)
    let output = Linear(3, 2)

    func callAsFunction(_ x: Variable) -> Variable { output(recurrent(x).state.last) }
  }

  /// One thread evaluates while another changes the weights, as in a server that reloads a model.
  /// There is no deadlock, and in the end the packed weights are the current ones.
  @Test(arguments: TestBackend.all) func evaluationAndUpdatesMayMeet(_ backend: TestBackend) {
    let model = Model()
    model.initialise(seed: 1)
    let x = Tensor(repeating: 0.5, shape: [3, 2, 2])
    let parameters = model.parameters.map(\.parameter)
    @Sendable func run(_ mode: Tape.Mode) -> Tensor { model(Tape(mode, backend: backend.backend).constant(x)).value }
    for _ in 0..<4 {
      DispatchQueue.concurrentPerform(iterations: 2) { thread in
        for round in 0..<1500 {
          if thread == 0 {
            _ = run(.evaluation)
          } else {
            for parameter in parameters {
              parameter.value = Tensor(repeating: Float(round) / 64, shape: parameter.shape)
            }
          }
        }
      }
      #expect(deviation(run(.evaluation), run(.training)) < 1e-6, "\(backend)")
    }
  }

  /// Otherwise a file that claims a huge model would allocate its memory before it is refused.
  @Test func aValueIsDrawnWhenItIsFirstRead() {
    #expect(Parameter(.normal(1), shape: [1 << 40]).shape.count == 1 << 40)
    let (a, b) = (Parameter(.normal(1), shape: [3]), Parameter(.normal(1), shape: [3]))
    let second = b.value
    #expect(a.value == a.value && b.value == second && a.value != b.value)
    let drawn = Parameter(.normal(1), shape: [3])
    drawn.update { value, gradient in
      #expect(value.count == 3 && gradient == nil)
      value = Tensor([1, 2, 3])
    }
    #expect(drawn.value == Tensor([1, 2, 3]))
  }
}
