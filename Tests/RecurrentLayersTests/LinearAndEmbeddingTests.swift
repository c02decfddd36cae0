// Tests of Linear and Embedding: PyTorch's results, prepared weights, padding, frozen tables.

import Recurrent
import Testing
import _TestSupport

@Suite struct LinearAndEmbeddingTests {
  /// 2e-6 for sums of at most 17 products.
  @Test(arguments: TestBackend.all) func answersArePyTorchs(_ backend: TestBackend) throws {
    let fixture = try TrainingFixture("layers")
    #expect(fixture.cases == ["linear", "embedding"])
    func compare(_ name: String, _ layer: some Module, input: Parameter? = nil, _ run: (Tape) -> Variable) throws {
      try layer.setParameters { try fixture.tensor("\(name).\($0)") }
      let y = run(Tape(backend: backend.backend))
      #expect(deviation(y.value, try fixture.tensor("\(name).output")) < 2e-6)
      y.backward(try fixture.tensor("\(name).upstream"))
      for named in layer.parameters + (input.map { [NamedParameter("input", $0)] } ?? []) {
        let error = deviation(
          try #require(named.parameter.gradient), try fixture.tensor("\(name).gradient.\(named.name)"))
        #expect(error < 2e-6, "\(name): gradient of \(named.name) is off by \(error)")
      }
    }
    let (linear, x) = (Linear(6, 17), Parameter(try fixture.tensor("linear.input")))
    #expect(linear.parameters.map(\.name) == ["weight", "bias"])
    try compare("linear", linear, input: x) { linear($0.variable(x)) }
    let embedding = Embedding(count: 7, size: 4, paddingIndex: 2)
    try compare("embedding", embedding) { embedding(try! fixture.indices("embedding.input"), $0) }
    let gradient = try #require(embedding.weight.gradient)
    #expect((0..<4).allSatisfy { gradient[2, $0] == 0 && gradient[6, $0] != 0 })
  }

  /// Evaluation packs the weights once, and again after every change.
  @Test(arguments: [(1, 1), (6, 17), (40, 100)], [1, 3, 64]) func preparedWeightsFollowTheParameter(
    _ sizes: (Int, Int), _ rows: Int
  ) throws {
    var random = RandomStream(seed: 1)
    let x = Tensor(uniform: -1...1, shape: [rows, sizes.0], using: &random)
    let layer = Linear(sizes.0, sizes.1)
    layer.initialise(seed: 2)
    for backend in TestBackend.all {
      func run(_ mode: Tape.Mode) -> Variable { layer(Tape(mode, backend: backend.backend).constant(x)) }
      func agree() -> Bool { deviation(run(.evaluation).value, run(.training).value) < 1e-6 }
      let before = run(.evaluation).value
      #expect(agree(), "\(backend)")
      run(.training).sum().backward()
      let optimiser = Optimiser(layer, SGD(learningRate: 0.5), backend: backend.backend)
      optimiser.step()
      optimiser.zeroGradients()
      #expect(run(.evaluation).value != before && agree(), "\(backend), after a step")
      layer.weight.value = Tensor(repeating: 0.25, shape: layer.weight.shape)
      #expect(agree(), "\(backend), after a new value")
      layer.initialise(seed: 3)
      #expect(agree(), "\(backend), after a new beginning")
    }
  }

  @Test(arguments: TestBackend.all) func batchesMayBeEmpty(_ backend: TestBackend) {
    let layer = Linear(3, 2)
    for shape in [[0, 3], [4, 0, 3], [0, 2, 3]] as [Shape] {
      #expect(layer(Tape(.evaluation, backend: backend.backend).constant(Tensor(zeros: shape))).shape.count == 0)
      layer(Tape(backend: backend.backend).constant(Tensor(zeros: shape))).sum().backward()
      #expect(layer.weight.gradient == Tensor(zeros: [2, 3]) && layer.bias?.gradient == Tensor(zeros: [2]))
    }
    let embedding = Embedding(count: 3, size: 2)
    let y = embedding(Indices([], shape: [0, 4]), Tape(backend: backend.backend))
    #expect(y.shape == [0, 4, 2])
    y.sum().backward()
    #expect(embedding.weight.gradient == Tensor(zeros: [3, 2]))
  }

  @Test func aFrozenTableGetsNoGradientAndStays() {
    let backend = TestBackend.all[0].backend
    let table = Tensor([1, 2, 3, 4], shape: [2, 2])
    let frozen = Embedding(pretrained: table)
    let tuned = Embedding(pretrained: table, frozen: false, paddingIndex: 0)
    for embedding in [frozen, tuned] {
      embedding(Indices([0, 1, 1]), Tape(backend: backend)).sum().backward()
      Optimiser(embedding, SGD(learningRate: 1), backend: backend).step()
    }
    #expect(frozen.weight.gradient == nil && frozen.weight.value == table)
    #expect(
      tuned.weight.gradient == Tensor([0, 0, 2, 2], shape: [2, 2])
        && tuned.weight.value == Tensor([1, 2, 1, 2], shape: [2, 2]))
    tuned.setFrozen(true)
    #expect(tuned.weight.gradient == nil)
  }

  @Test func thePaddingRowBeginsAsZeros() {
    let embedding = Embedding(count: 5, size: 3, paddingIndex: 4)
    for seed in 0..<2 as Range<UInt64> {
      embedding.initialise(seed: seed)
      let table = embedding.weight.value.elements
      #expect(table[12...].allSatisfy { $0 == 0 } && table[..<12].allSatisfy { $0 != 0 })
    }
  }
}
