// Forks: child processes use what their parent made.

import Recurrent
import Testing
import _TestSupport

@Suite struct ForkTests {
  /// After the parent has used several threads, a child runs and trains the same stack with the
  /// same bits, and so does a child's child.
  @Test func aChildProcessComputesWhatItsParentComputes() async {
    await #expect(processExitsWith: .success) {
      for name in TestBackend.named {
        for threads in [1, 2, 3] {
          for (hidden, batch) in [(200, 1), (96, 16)] {
            let backend = TestBackend.make(name, threads: threads)
            let oracle = Oracle(
              .init(cell: .lstm, inputSize: 40, hiddenSize: hidden, layers: 2), steps: 30, batch: batch)
            let expected = oracle.results(backend.backend)
            func agrees() -> Bool { oracle.results(backend.backend).allSatisfy { sameBits($1, expected[$0]!) } }
            let child = inChild(seconds: 60) {
              guard agrees() else { return 1 }
              return inChild(seconds: 30) { agrees() ? 0 : 1 } == .status(0) ? 0 : 2
            }
            #expect(
              child == .status(0) || child == .none,
              "\(backend), \(TestBackend.kernels), hidden \(hidden), batch \(batch)")
            #expect(agrees(), "the parent, \(backend)")
          }
        }
      }
    }
  }

  /// The calls that use threads outside layers: a model's products and an optimiser's update.
  @Test func aChildProcessTrainsAModel() async {
    await #expect(processExitsWith: .success) {
      let backend = TestBackend.make("swift", threads: 2).backend
      let layer = Linear(400, 400)
      func step() -> Bool {
        let optimiser = Optimiser(layer, SGD(learningRate: 0.01), backend: backend)
        let tape = Tape(.training, seed: 1, backend: backend)
        let loss = layer(tape.constant(Tensor(zeros: [64, 400]))).sum()
        loss.backward()
        optimiser.step()
        return loss.value.elements[0].isFinite
      }
      _ = step()
      let child = inChild(seconds: 60) { step() ? 0 : 1 }
      #expect(child == .status(0) || child == .none)
    }
  }
}
