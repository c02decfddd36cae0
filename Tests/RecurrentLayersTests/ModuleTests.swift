// Tests of modules: finding, naming and initialising parameters.

import Recurrent
import Testing
import _TestSupport

@Suite struct ModuleTests {
  struct Scale: Module {
    var factor = Parameter(.constant(2), shape: [3])
  }

  class Base: Module {
    let first = Parameter(.constant(1), shape: [1])
  }

  final class Derived: Base {
    let second = Parameter(.constant(1), shape: [2])
  }

  struct Model: Module {
    var name = "model"
    var embedding = Embedding(count: 5, size: 2, paddingIndex: 0)
    var layers = [Linear(2, 3), Linear(3, 2, bias: false)]
    var alternatives: [any Module] = [Dropout(0.1), Scale()]
    var lstm = RNN(.lstm, inputSize: 2, hiddenSize: 3, projectionSize: 2, bidirectional: true, dropout: 0.5)
    var absent: Linear?
    var present: Linear? = Linear(1, 1, bias: false)
    var pair = (Scale(), Parameter(.normal(1), shape: [4]))
    var bias: Parameter? = Parameter(.uniform(1), shape: [1])
    var derived = Derived()
    let dropout = Dropout(0.5)
  }

  @Test func parametersAreFoundInOrderAndNamedAsPyTorchNamesThem() {
    let cell = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_hr_l0"]
    let expected =
      ["embedding.weight", "layers.0.weight", "layers.0.bias", "layers.1.weight", "alternatives.1.factor"]
      + (cell + cell.map { $0 + "_reverse" }).map { "lstm." + $0 }
      + ["present.weight", "pair.0.factor", "pair.1", "bias", "derived.first", "derived.second"]
    let model = Model()
    #expect(model.parameters.map(\.name) == expected)
    #expect(model.parameterCount == model.parameters.reduce(0) { $0 + $1.parameter.shape.count })
  }

  @Test func freezingAPartFreezesAllOfItAndNothingElse() {
    let model = Model()
    model.lstm.setFrozen(true)
    for named in model.parameters {
      #expect(named.parameter.isFrozen == named.name.hasPrefix("lstm."), "\(named.name)")
    }
  }

  /// Independent of the parameters that the process has created before.
  @Test func oneSeedMakesModelsEqual() {
    let models = (0..<3).map { _ in Model() }
    for (model, seed) in zip(models, [7, 7, 8] as [UInt64]) { model.initialise(seed: seed) }
    for (a, b) in zip(models[0].parameters, models[1].parameters) {
      #expect(sameBits(a.parameter.value, b.parameter.value), "\(a.name)")
    }
    let (drawn, other) = (models[0].parameters, models[2].parameters)
    // Constants are constants for any seed.
    let differing = zip(drawn, other).filter { $0.parameter.value != $1.parameter.value }.map(\.0.name)
    #expect(differing == drawn.map(\.name).filter { !$0.contains("factor") && !$0.contains("derived") })
    // Every parameter has a stream of its own: weights of one shape differ.
    #expect(models[0].lstm.parameter("weight_ih_l0").value != models[0].lstm.parameter("weight_ih_l0_reverse").value)
  }

  /// Mean and variance of 60 000 draws: within five standard deviations of what each initialiser
  /// promises, and uniform ones within bounds.
  @Test func initialisersHaveTheirMeanAndVariance() {
    let shape: Shape = [200, 300]  // fan-in 300, fan-out 200
    let cases: [(String, Initialiser, variance: Double, isUniform: Bool)] = [
      ("uniform", .uniform(0.5), 0.25 / 3, true), ("normal", .normal(0.5), 0.25, false),
      ("xavierUniform", .xavierUniform(gain: 2), 4 * 2 / 500, true),
      ("xavierNormal", .xavierNormal(gain: 2), 4 * 2 / 500, false),
      ("heUniform", .heUniform, 2.0 / 300, true), ("heNormal", .heNormal, 2.0 / 300, false),
    ]
    for (name, initialiser, variance, isUniform) in cases {
      var random = RandomStream(seed: 5)
      let x = initialiser(shape, &random).elements.map(Double.init)
      let n = Double(x.count)
      let mean = x.reduce(0, +) / n
      let found = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
      #expect(abs(mean) < 5 * (variance / n).squareRoot(), "\(name): mean \(mean)")
      // The variance of x² is 4/5 of the squared variance for uniform numbers, twice it for normal
      // ones.
      #expect(
        abs(found - variance) < 5 * variance * ((isUniform ? 0.8 : 2) / n).squareRoot(),
        "\(name): variance \(found), expected \(variance)")
      let bound = (3 * variance).squareRoot()
      #expect(x.allSatisfy { abs($0) <= bound * 1.000001 } == isUniform, "\(name)")
    }
  }

  @Test func theIdentityIsThereForEveryBlock() {
    var random = RandomStream(seed: 0)
    #expect(
      Initialiser.identity(gain: 0.5)([4, 2], &random) == Tensor([0.5, 0, 0, 0.5, 0.5, 0, 0, 0.5], shape: [4, 2]))
    #expect(Initialiser.constant(3)([2], &random) == Tensor([3, 3]))
  }

  /// A given value is restored; a drawn one can be drawn by another initialiser.
  @Test func aGivenValueIsNotDrawn() {
    let given = Parameter(Tensor([1, 2]))
    var random = RandomStream(seed: 3)
    given.initialise(using: &random)
    #expect(given.value == Tensor([1, 2]))
    given.initialise(.constant(5), using: &random)
    #expect(given.value == Tensor([5, 5]))
  }

  // MARK: Overlooked parameters

  struct LazyHead: Module {
    lazy var head = Linear(2, 3)
    lazy var cache: [Float] = []
  }

  /// Found under its own name once it is initialised; before that, it is an error, since it would
  /// stay untrained.
  @Test func aLazyPropertyIsFoundUnderItsNameOrRefused() async {
    var model = LazyHead()
    _ = model.head
    #expect(model.parameters.map(\.name) == ["head.weight", "head.bias"])
    _ = model.cache
    #expect(model.parameters.count == 2)
    let refusal = ParameterSearch.refusal(of: LazyHead()) ?? "none"
    #expect(refusal.contains("the lazy property 'head' of LazyHead has not been initialised yet"))
    await #expect(processExitsWith: .failure) { _ = LazyHead().parameters }
  }

  @propertyWrapper struct Kept<Value> {
    var wrappedValue: Value
  }

  @propertyWrapper struct Hidden<Value> {
    private let stored: [Int: Value]
    var wrappedValue: Value { stored[0]! }
    init(wrappedValue: Value) { stored = [0: wrappedValue] }
  }

  struct Plain {
    var inner = Linear(1, 1)
  }

  final class Holder {
    let inner: Linear?
    init(_ inner: Linear) { self.inner = inner }
  }

  enum Choice {
    case linear(Linear)
    case none
  }

  struct Of<Value>: Module {
    var part: Value
  }

  struct Wrapping: Module {
    @Kept var part = Linear(1, 1)
  }

  struct Hiding: Module {
    @Hidden var part = Linear(1, 1)
  }

  @Test func whatIsInNoModuleIsRefused() {
    #expect(Wrapping().parameters.map(\.name) == ["part.weight", "part.bias"])
    func expectRefusal(_ module: some Module, _ message: String) {
      let refusal = ParameterSearch.refusal(of: module) ?? "none"
      #expect(
        refusal.contains("\(message), holds parameters (2) that would be neither trained nor saved"), "\(refusal)")
    }
    expectRefusal(
      Of(part: ["a": Linear(1, 1)]), "'part' of Of<Dictionary<String, Linear>>, of type Dictionary<String, Linear>")
    expectRefusal(Of(part: Plain()), "'part' of Of<Plain>, of type Plain")
    expectRefusal(Of(part: Holder(Linear(1, 1))), "'part' of Of<Holder>, of type Holder")
    expectRefusal(Of(part: Choice.linear(Linear(1, 1))), "'part' of Of<Choice>, of type Choice")
    expectRefusal(Of(part: [1: [Optional(Plain())]]), "of type Dictionary<Int, Array<Optional<Plain>>>")
    expectRefusal(Of(part: [Plain()]), "'part.0' of Of<Array<Plain>>, of type Plain")
    expectRefusal(Of(part: Result<Linear, Never>.success(Linear(1, 1))), "of type Result<Linear, Never>")
    expectRefusal(Hiding(), "'part' of Hiding, of type Hidden<Linear>")
    expectRefusal(Of<Any>(part: Plain()), "'part' of Of<Any>, of type Plain")
  }

  final class Node: Module {
    let weight = Parameter(.constant(1), shape: [1])
    var child: Node?
    weak var parent: Node?
  }

  struct Shared: Module {
    let linear: Linear
    let again: [String: Linear]
    let holder: Holder
    init() {
      linear = Linear(1, 1)
      (again, holder) = (["x": linear], Holder(linear))
    }
  }

  /// No errors for parameters that are found elsewhere, and for types without parameters.
  @Test func whatLosesNothingIsNotRefused() {
    #expect(Shared().parameters.map(\.name) == ["linear.weight", "linear.bias"])
    #expect(Of(part: Choice.none).parameters.isEmpty && Of<Linear?>(part: nil).parameters.isEmpty)
    #expect(Of(part: ["a": [1, 2]]).parameters.isEmpty && Of(part: { 1 }).parameters.isEmpty)
    let node = Node()
    node.child = Node()
    node.child!.parent = node
    #expect(node.parameters.map(\.name) == ["weight", "child.weight"])
  }

  struct Token {
    var text: String
    var places: [Int?]
  }

  /// Arrays of a million strings or structs are not searched: the test would take more than a
  /// minute if they were.
  @Test(.timeLimit(.minutes(1))) func largeArraysAreNotLookedThrough() {
    let model = Of(
      part: (
        [String](repeating: "a", count: 1_000_000), [Token](repeating: Token(text: "b", places: [1]), count: 1_000_000)
      ))
    for _ in 0..<200 { #expect(model.parameters.isEmpty) }
  }

  @Test func theFirstParameterThatIsNotFiniteIsNamed() {
    let model = Model()
    #expect(model.firstNonFiniteParameter == nil)
    for (place, value) in [(0, Float.nan), (17, .infinity), (20, -.infinity), (31, .nan)] {
      let part = Of(part: [
        Parameter(Tensor(zeros: [32])), Parameter(Tensor(repeating: .greatestFiniteMagnitude, shape: [33])),
      ])
      #expect(part.firstNonFiniteParameter == nil)
      part.part[1].update { tensor, _ in tensor[place] = value }
      #expect(part.firstNonFiniteParameter == "part.1", "\(place)")
      part.part[0].update { tensor, _ in tensor[place] = value }
      #expect(part.firstNonFiniteParameter == "part.0", "\(place)")
    }
  }
}
