// Tests of dropout: share, scale, locked masks, and reproducibility by step.

import Recurrent
import Testing
import _TestSupport

@Suite struct DropoutTests {
  static func ones(_ shape: Shape) -> Parameter { Parameter(Tensor(repeating: 1, shape: shape)) }

  /// Kept elements are scaled exactly; as many are dropped as the probability says, within five
  /// standard deviations; the gradient passes where the value did.
  @Test(arguments: [Float(0.1), 0.3, 0.5, 0.9], [false, true]) func dropsAsOftenAsItSays(_ p: Float, _ locked: Bool)
    throws
  {
    // Locked, only the last two dimensions are drawn.
    let (x, drawn) =
      locked ? (DropoutTests.ones([2, 250, 200]), 50_000) : (DropoutTests.ones([100, 10, 100]), 100_000)
    for backend in TestBackend.all {
      x.zeroGradient()
      let y = Dropout(p, locked: locked)(Tape(seed: 3, backend: backend.backend).variable(x))
      let kept = 1 / (1 - p)
      #expect(y.value.elements.allSatisfy { $0 == 0 || $0 == kept })
      let dropped = Double(y.value.elements.prefix(drawn).filter { $0 == 0 }.count) / Double(drawn)
      #expect(
        abs(dropped - Double(p)) < 5 * (Double(p * (1 - p)) / Double(drawn)).squareRoot(), "\(backend): \(dropped)")
      let value = y.value
      y.sum().backward()
      #expect(try #require(x.gradient) == value)
    }
  }

  /// The same elements are dropped at every step of a sequence; rows differ.
  @Test(arguments: TestBackend.all) func lockedDropoutIsTheSameAtEveryStep(_ backend: TestBackend) {
    let y = Dropout(0.5, locked: true)(Tape(backend: backend.backend).variable(DropoutTests.ones([4, 3, 50]))).value
      .elements
    for t in 1..<4 { #expect(Array(y[..<150]) == Array(y[t * 150..<(t + 1) * 150])) }
    #expect(y[0..<50] != y[50..<100])
  }

  /// A batch [B, F] is not a sequence: elements are dropped in each row independently.
  @Test func lockedDropoutOfOneStepIsNotLockedOverRows() {
    let y = Dropout(0.5, locked: true)(Tape(backend: TestBackend.all[0].backend).variable(DropoutTests.ones([2, 100])))
      .value.elements
    #expect(Array(y[..<100]) != Array(y[100...]))
  }

  /// The mask depends only on the seed, the step and the order of calls in it: not on backend,
  /// threads, or earlier draws.
  @Test func drawsDependOnSeedStepAndPlace() {
    func draw(_ backend: TestBackend, seed: UInt64, step: Int, place: Int) -> Tensor {
      let tape = Tape(seed: seed, backend: backend.backend)
      tape.begin(step: 9)
      _ = Dropout(0.5)(tape.variable(DropoutTests.ones([7])))
      tape.begin(step: step)
      var result = Tensor([])
      for _ in 0...place { result = Dropout(0.5)(tape.variable(DropoutTests.ones([20_000]))).value }
      return result
    }
    let reference = draw(TestBackend.all[0], seed: 1, step: 2, place: 1)
    for backend in TestBackend.all {
      #expect(sameBits(draw(backend, seed: 1, step: 2, place: 1), reference), "\(backend)")
    }
    for (seed, step, place) in [(2, 2, 1), (1, 3, 1), (1, 2, 0)] as [(UInt64, Int, Int)] {
      #expect(draw(TestBackend.all[0], seed: seed, step: step, place: place) != reference)
    }
  }

  @Test func evaluationAndProbabilityZeroDoNothing() {
    let backend = TestBackend.all[0].backend
    let x = DropoutTests.ones([100])
    #expect(Dropout(0.9)(Tape(.evaluation, backend: backend).variable(x)).value == x.value)
    #expect(Dropout(0)(Tape(backend: backend).variable(x)).value == x.value)
  }
}
