// Tests of update rules and gradient clipping against PyTorch's, and of the optimiser's saved
// state.

import Recurrent
import Testing
import _TestSupport

@Suite struct OptimiserTests {
  struct Pair: Module {
    var a: Parameter
    var b: Parameter

    init(_ a: Tensor, _ b: Tensor) { (self.a, self.b) = (Parameter(a), Parameter(b)) }
  }

  /// By the names of the fixture's cases, where their options are.
  static let rules: [String: any UpdateRule] = [
    "sgd": SGD(learningRate: 0.1),
    "sgd-momentum": SGD(learningRate: 0.1, momentum: 0.9),
    "sgd-nesterov-decay": SGD(learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01),
    "rmsprop": RMSProp(learningRate: 0.01),
    "rmsprop-centred-momentum-decay": RMSProp(
      learningRate: 0.01, alpha: 0.95, epsilon: 1e-6, weightDecay: 0.01, momentum: 0.8, centred: true),
    "adagrad": Adagrad(learningRate: 0.1, rateDecay: 0.05, initialSum: 0.5),
    "adam": Adam(learningRate: 0.01),
    "adam-decay": Adam(learningRate: 0.01, beta1: 0.8, beta2: 0.99, weightDecay: 0.1),
    "adamw": AdamW(learningRate: 0.01, weightDecay: 0.1),
    "groups": Adam(learningRate: 0.005),
  ]

  /// Gives a parameter a gradient, as a backward pass does.
  static func give(_ gradient: Tensor, to parameter: Parameter, _ backend: any Backend) {
    Tape(backend: backend).variable(parameter).backward(gradient)
  }

  /// Row `index` of the first dimension.
  static func row(_ index: Int, of tensor: Tensor) -> Tensor {
    let shape = Shape(Array(tensor.shape.dimensions.dropFirst()))
    return Tensor(Array(tensor.elements[index * shape.count..<(index + 1) * shape.count]), shape: shape)
  }

  /// 3e-6, of parameters of size 1 to 4: each of 50 updates rounds its sum once, to half of 2.4e-7
  /// at the most, and there is what the moments lose.
  @Test(arguments: TestBackend.all) func rulesFollowPyTorch(_ backend: TestBackend) throws {
    let fixture = try TrainingFixture("optimisers")
    #expect(fixture.cases == Set(OptimiserTests.rules.keys).union(["start", "gradients"]))
    let (forA, forB) = (try fixture.tensor("gradients.a"), try fixture.tensor("gradients.b"))
    let shown = try fixture.list("shown", of: Int.self)
    for (name, rule) in OptimiserTests.rules {
      let model = Pair(try fixture.tensor("start.a"), try fixture.tensor("start.b"))
      let (a, b) = (model.parameters[0], model.parameters[1])
      var groups = [Optimiser.Group([a, b], rule)]
      if name == "groups" { groups = [.init([a], Adam(learningRate: 0.02)), .init([b], rule)] }
      let optimiser = Optimiser(groups, backend: backend.backend)
      let (expectedA, expectedB) = (try fixture.tensor(name + ".a"), try fixture.tensor(name + ".b"))
      var compared = 0
      for step in 1...forA.shape[0] {
        OptimiserTests.give(OptimiserTests.row(step - 1, of: forA), to: model.a, backend.backend)
        OptimiserTests.give(OptimiserTests.row(step - 1, of: forB), to: model.b, backend.backend)
        optimiser.step()
        optimiser.zeroGradients()
        guard let place = shown.firstIndex(of: step) else { continue }
        compared += 1
        let errors = [
          deviation(model.a.value, OptimiserTests.row(place, of: expectedA)),
          deviation(model.b.value, OptimiserTests.row(place, of: expectedB)),
        ]
        #expect(errors.max()! < 3e-6 && !errors[1].isNaN, "\(name), \(backend), step \(step): off by \(errors)")
      }
      #expect(compared == 4)
    }
  }

  /// 1e-6: a norm summed in Double, a division and a product.
  @Test(arguments: TestBackend.all) func clippingFollowsPyTorch(_ backend: TestBackend) throws {
    let fixture = try TrainingFixture("clipping")
    let before = (try fixture.tensor("before.a"), try fixture.tensor("before.b"))
    func clipped(_ name: String, _ clip: (Optimiser) -> Float?) throws {
      let model = Pair(before.0, before.1)
      OptimiserTests.give(before.0, to: model.a, backend.backend)
      OptimiserTests.give(before.1, to: model.b, backend.backend)
      let norm = clip(Optimiser(model, SGD(), backend: backend.backend))
      if let norm { #expect(deviation(Tensor([norm], shape: []), try fixture.tensor(name + ".norm")) < 1e-6) }
      #expect(deviation(try #require(model.a.gradient), try fixture.tensor(name + ".a")) < 1e-6, "\(name)")
      #expect(deviation(try #require(model.b.gradient), try fixture.tensor(name + ".b")) < 1e-6, "\(name)")
    }
    try clipped("norm-above") { $0.clipGradients(toNorm: 1.5) }
    try clipped("norm-below") { $0.clipGradients(toNorm: 1000) }
    try clipped("value") {
      $0.clipGradients(toValue: 0.5)
      return nil
    }
  }

  /// Clipping must not hide a non-finite gradient.
  @Test func gradientsThatAreNotFiniteAreToldAndLeftAlone() {
    let backend = TestBackend.all[0].backend
    for bad in [Float.nan, .infinity] {
      let model = Pair(Tensor([1, 2]), Tensor([3]))
      OptimiserTests.give(Tensor([1, bad]), to: model.a, backend)
      #expect(!Optimiser(model, SGD(), backend: backend).clipGradients(toNorm: 1).isFinite)
      #expect(model.a.gradient?[0] == 1)
    }
  }

  @Test func theNormHasTheSameBitsForAnyNumberOfThreads() {
    var random = RandomStream(seed: 3)
    let model = Pair(Tensor(zeros: [301, 1000]), Tensor(zeros: [17]))
    let gradients = (
      Tensor(normal: 1, shape: model.a.shape, using: &random), Tensor(normal: 1, shape: model.b.shape, using: &random)
    )
    let exact = (gradients.0.elements + gradients.1.elements).reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    let norms = [1, 2, 3].map { threads -> Float in
      let backend = TestBackend.make("swift", threads: threads).backend
      for named in model.parameters { named.parameter.zeroGradient() }
      OptimiserTests.give(gradients.0, to: model.a, backend)
      OptimiserTests.give(gradients.1, to: model.b, backend)
      return Optimiser(model, SGD(), backend: backend).gradientNorm()
    }
    #expect(Set(norms.map(\.bitPattern)).count == 1)
    #expect(abs(Double(norms[0]) - exact) < 1e-7 * exact)
  }

  /// Five steps, saved, loaded by another optimiser, five more: as ten steps.
  @Test(arguments: rules.keys.sorted()) func savedMomentsContinueWithTheSameBits(_ name: String) throws {
    let rule = OptimiserTests.rules[name]!
    let backend = TestBackend.make("swift", threads: 2).backend
    let fixture = try TrainingFixture("optimisers")
    let (forA, forB) = (try fixture.tensor("gradients.a"), try fixture.tensor("gradients.b"))
    let models = try (0..<2).map { _ in Pair(try fixture.tensor("start.a"), try fixture.tensor("start.b")) }
    func run(_ model: Pair, _ optimiser: Optimiser, _ steps: Range<Int>) {
      for step in steps {
        OptimiserTests.give(OptimiserTests.row(step, of: forA), to: model.a, backend)
        // The second parameter has taken part in fewer steps.
        if step % 2 == 0 { OptimiserTests.give(OptimiserTests.row(step, of: forB), to: model.b, backend) }
        optimiser.step()
        optimiser.zeroGradients()
      }
    }
    run(models[0], Optimiser(models[0], rule, backend: backend), 0..<10)
    let first = Optimiser(models[1], rule, backend: backend)
    run(models[1], first, 0..<5)
    var file = Safetensors()
    first.save(to: &file)
    let second = Optimiser(models[1], rule, backend: backend)
    try second.load(from: Safetensors(file.encoded(), path: "state"))
    run(models[1], second, 5..<10)
    #expect(sameBits(models[0].a.value, models[1].a.value) && sameBits(models[0].b.value, models[1].b.value))

    if !rule.moments.isEmpty {
      // Without the saved moments the result differs; moments of another shape are refused.
      let forgetful = Pair(models[1].a.value, models[1].b.value)
      run(forgetful, Optimiser(forgetful, rule, backend: backend), 5..<10)
      run(models[1], second, 5..<10)
      #expect(!sameBits(forgetful.a.value, models[1].a.value))
      let other = Pair(Tensor(zeros: [4, 3]), Tensor(zeros: [5]))
      #expect(throws: RecurrentError.self) { try Optimiser(other, rule, backend: backend).load(from: file) }
    }
  }

  /// One parameter in two places, for example an embedding that is also the output weight.
  @Test(arguments: TestBackend.all) func aSharedParameterGetsBothGradientsAndOneUpdate(_ backend: TestBackend) throws {
    struct Tied: Module {
      let embedding = Embedding(count: 4, size: 3)
      let output: Parameter
      init() { output = embedding.weight }
    }
    let model = Tied()
    let table = Tensor((0..<12).map { Float($0) / 8 }, shape: [4, 3])
    model.embedding.weight.value = table
    #expect(model.parameters.map(\.name) == ["embedding.weight", "output"] && model.parameterCount == 12)
    let tokens = Indices([1, 3])
    func gradient(_ use: (Tape) -> Variable) throws -> Tensor {
      use(Tape(backend: backend.backend)).sum().backward()
      defer { model.output.zeroGradient() }
      return try #require(model.output.gradient)
    }
    let x = Tensor([1, 2, -1, 0.5, 1, 3], shape: [2, 3])
    let asTable = try gradient { model.embedding(tokens, $0) * $0.constant(x) }
    let asWeights = try gradient { matmul($0.constant(x), $0.variable(model.output), transposingRight: true) }
    let optimiser = Optimiser(model, SGD(learningRate: 0.5), backend: backend.backend)
    let tape = Tape(backend: backend.backend)
    let both =
      (model.embedding(tokens, tape) * tape.constant(x)).sum()
      + matmul(tape.constant(x), tape.variable(model.output), transposingRight: true).sum()
    both.backward()
    let sum = Tensor(zip(asTable.elements, asWeights.elements).map { $0 + $1 }, shape: [4, 3])
    #expect(model.output.gradient == sum)
    optimiser.step()
    #expect(
      model.embedding.weight.value == Tensor(zip(table.elements, sum.elements).map { $0 - 0.5 * $1 }, shape: [4, 3]))
  }

  /// Files may hold anything.
  @Test func impossibleNumbersOfStepsAreRefused() throws {
    let backend = TestBackend.all[0].backend
    let model = Pair(Tensor([1, 2]), Tensor([3]))
    let optimiser = Optimiser(model, SGD(), backend: backend)
    for steps in [[], [-1], [Int.max]] {
      var file = Safetensors()
      file.set("optimiser.a.step", steps)
      #expect("\(steps)") { try optimiser.load(from: file) } throws: {
        "\($0)".contains("'optimiser.a.step' holds no number of steps")
      }
    }
  }

  @Test func groupsMayNotShareParameters() async {
    await #expect(processExitsWith: .failure) {
      let shared = Parameter(Tensor([1]))
      _ = Optimiser(
        [.init([NamedParameter("a", shared)], SGD()), .init([NamedParameter("b", shared)], SGD())],
        backend: TestBackend.all[0].backend)
    }
    await #expect(processExitsWith: .failure) {
      let two = (0..<2).map { NamedParameter("a", Parameter(Tensor([Float($0)]))) }
      _ = Optimiser([.init(two, SGD())], backend: TestBackend.all[0].backend)
    }
  }

  @Test func whatHasNoGradientStays() {
    let backend = TestBackend.all[0].backend
    let model = Pair(Tensor([1, 2]), Tensor([3]))
    model.b.isFrozen = true
    let optimiser = Optimiser(model, AdamW(learningRate: 0.1, weightDecay: 0.5), backend: backend)
    let tape = Tape(backend: backend)
    (tape.variable(model.a).sum() * tape.variable(model.b)).sum().backward()
    optimiser.step()
    #expect(model.a.value != Tensor([1, 2]) && model.b.value == Tensor([3]))
    optimiser.zeroGradients()
    let after = model.a.value
    optimiser.step()
    #expect(model.a.value == after)
  }

  /// A schedule's factor acts on every group.
  @Test func theRateFactorScalesEveryGroup() {
    let backend = TestBackend.all[0].backend
    let model = Pair(Tensor([1]), Tensor([1]))
    let optimiser = Optimiser(
      [.init([model.parameters[0]], SGD(learningRate: 0.5)), .init([model.parameters[1]], SGD(learningRate: 0.25))],
      backend: backend)
    optimiser.rateFactor = 0.5
    for parameter in [model.a, model.b] { OptimiserTests.give(Tensor([1]), to: parameter, backend) }
    optimiser.step()
    #expect(model.a.value == Tensor([0.75]) && model.b.value == Tensor([0.875]))
  }

  /// s - m² of constant gradients is zero, or negative by rounding; the steps remain finite.
  @Test func centredRMSPropStaysFiniteWithConstantGradients() {
    let backend = TestBackend.all[0].backend
    for momentum in [0, 0.9] as [Float] {
      let model = Pair(Tensor((0..<97).map { Float($0 + 1) * 0.037 }), Tensor(zeros: [1]))
      let gradient = Tensor((0..<97).map { Float($0 + 1) * 0.0123 })
      let optimiser = Optimiser(
        model, RMSProp(learningRate: 1e-4, alpha: 0.9, momentum: momentum, centred: true), backend: backend)
      for step in 0..<2000 {
        OptimiserTests.give(gradient, to: model.a, backend)
        optimiser.step()
        optimiser.zeroGradients()
        if let name = model.firstNonFiniteParameter {
          Issue.record("\(name) is not finite after step \(step)")
          break
        }
      }
    }
  }
}
