// Tests of parameters that are stored in bfloat16 or int8.

import CRecurrentAllocationCounter
import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct StoredParameterTests {
  struct Model: Module, Sendable {
    let embedding = Embedding(count: 9, size: 5)
    let recurrent = RNN(.lstm, inputSize: 5, hiddenSize: 6)
    let output = Linear(6, 9)

    func callAsFunction(_ tokens: Indices, _ tape: Tape) -> Variable {
      output(recurrent(embedding(tokens, tape)).output)
    }
  }

  static func model(_ precision: Precision) throws -> Model {
    let model = Model()
    model.initialise(seed: 3)
    try model.store(as: precision)
    return model
  }

  static let tokens = Indices([0, 8, 3, 3, 1, 7], shape: [3, 2])

  @Test(arguments: Precision.allCases) func matricesAreRoundedInPlaceAndVectorsAreNot(_ precision: Precision) throws {
    let (before, model) = (Model(), Model())
    for model in [before, model] { model.initialise(seed: 3) }
    #expect(model.precision == .float32)
    let rounding = try model.store(as: precision)
    #expect(model.precision == precision)
    for (named, original) in zip(model.parameters, before.parameters.map(\.parameter.value)) {
      let parameter = named.parameter
      let isMatrix = parameter.shape.rank == 2
      #expect(parameter.stored.precision == (isMatrix ? precision : .float32) && parameter.shape == original.shape)
      #expect(sameBits(parameter.value, StoredTensor(original, precision: precision).tensor), "\(named.name)")
      // Half a step of 1/127 and of 2⁻⁸, and what the scale is rounded up.
      let greatest = original.elements.map(abs).max()!
      let bound = greatest * (precision == .float32 ? 0 : precision == .int8 ? 0.0040 : 0.00391)
      let isNear = zip(parameter.value.elements, original.elements).allSatisfy { abs($0 - $1) <= bound }
      #expect(isNear, "\(named.name)")
    }
    switch precision {
    case .float32: #expect(rounding == nil)
    case .bfloat16: #expect(0.0005..<0.0025 ~= rounding?.error ?? 0)
    case .int8: #expect(0.001..<0.01 ~= rounding?.error ?? 0)
    }
    // Again, and to float32: the same numbers.
    let rounded = model.parameters.map(\.parameter.value)
    for again in [precision, .float32, precision] {
      #expect(try model.store(as: again) == nil && model.precision == again)
      #expect(zip(model.parameters, rounded).allSatisfy { sameBits($0.parameter.value, $1) })
    }
  }

  /// Evaluation with stored parameters gives what the rounded numbers give, also where only rows of
  /// the table are converted.
  @Test(arguments: [Precision.bfloat16, .int8]) func evaluationUsesTheRoundedNumbers(_ precision: Precision) throws {
    let (stored, plain) = (try StoredParameterTests.model(precision), try StoredParameterTests.model(precision))
    try plain.store(as: .float32)
    for backend in TestBackend.all {
      func vectors(_ model: Model, _ mode: Tape.Mode) -> Tensor {
        model.embedding(StoredParameterTests.tokens, Tape(mode, backend: backend.backend)).value
      }
      #expect(sameBits(vectors(stored, .evaluation), vectors(plain, .evaluation)))
      #expect(sameBits(vectors(stored, .training), vectors(plain, .training)))
      stored.embedding.weight.isFrozen = true
      #expect(sameBits(vectors(stored, .training), vectors(plain, .training)))
      stored.embedding.weight.isFrozen = false
    }
    #expect(stored.precision == precision && stored.embedding.weight.stored.precision == precision)
    let empty = Tape(.evaluation, backend: TestBackend.all[0].backend)
    #expect(stored.embedding(Indices([], shape: [0, 2]), empty).shape == [0, 2, 5])
  }

  /// Converting the table would be one allocation more for each call.
  @Test func lookingUpRowsDoesNotConvertTheTable() async {
    await #expect(processExitsWith: .success) {
      if allocation_count() < 0 { return }
      let tape = Tape(.evaluation, backend: TestBackend.make("swift", threads: 1).backend)
      let embedding = Embedding(count: 1000, size: 16)
      func allocations() -> Int {
        func call() {
          tape.begin(step: 0)
          _ = embedding(StoredParameterTests.tokens, tape)
        }
        for _ in 0..<3 { call() }
        let before = allocation_count()
        for _ in 0..<10 { call() }
        return allocation_count() - before
      }
      let plain = allocations()
      for precision in [Precision.int8, .bfloat16] {
        try embedding.store(as: precision)
        let count = allocations()
        #expect(count <= plain, "\(precision): \(count) allocations, \(plain) in float32")
      }
    }
  }

  @Test func settingAndUpdatingMakeAParameterFloat32() throws {
    var random = RandomStream(seed: 1)
    let value = Tensor(normal: 1, shape: [3, 4], using: &random)
    func parameter() -> Parameter {
      let parameter = Parameter(value)
      parameter.stored = StoredTensor(value, precision: .int8)
      return parameter
    }
    let (set, updated, drawn) = (parameter(), parameter(), parameter())
    let rounded = set.value
    #expect(set.precision == .int8 && !sameBits(rounded, value) && set.stored.precision == .int8)
    set.value = value
    #expect(set.precision == .float32 && sameBits(set.value, value))
    updated.update { tensor, _ in
      #expect(sameBits(tensor, rounded))
      tensor[0, 0] = 7
    }
    #expect(updated.precision == .float32 && updated.value[0, 0] == 7 && updated.value[2, 3] == rounded[2, 3])
    drawn.initialise(using: &random)
    #expect(drawn.precision == .float32 && sameBits(drawn.value, value))
  }

  /// A parameter that is stored before it is read is not drawn.
  @Test func askingForThePrecisionDrawsNothing() {
    let parameter = Parameter(.normal(1), shape: [1 << 30, 1 << 10])
    #expect(parameter.precision == .float32)
  }

  @Test func numbersThatAreNotFiniteAreNotRounded() throws {
    for (value, precision, reason) in [
      (Float.nan, Precision.int8, "the parameter 'output.weight' holds NaN or infinity"),
      (-.infinity, .bfloat16, "the parameter 'output.weight' holds NaN or infinity"),
      (.greatestFiniteMagnitude, .bfloat16, "the parameter 'output.weight', which overflow"),
    ] {
      let model = try StoredParameterTests.model(.float32)
      model.output.weight.update { tensor, _ in tensor[2, 1] = value }
      #expect { try model.store(as: precision) } throws: { "\($0)".contains(reason) }
      #expect(model.precision == .float32 && model.firstNonFiniteParameter == (value.isFinite ? nil : "output.weight"))
    }
    // A bias too, though it is not rounded.
    let model = try StoredParameterTests.model(.float32)
    model.output.bias!.update { tensor, _ in tensor[0] = .nan }
    #expect(throws: RecurrentError.notFinite(parameter: "output.bias")) { try model.store(as: .int8) }
  }

  /// A run with a frozen int8 table, stopped after an epoch and resumed, ends with the bits of one
  /// that was not. Its files keep the table's integers.
  @Test func checkpointsKeepFrozenParametersAsTheyAre() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "recurrent-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func train(_ name: String, epochs: Int, resumes: Bool) throws -> Model {
      let model = resumes ? Model() : try StoredParameterTests.model(.int8)
      model.embedding.setFrozen(true)
      var options = TrainingOptions()
      (options.epochs, options.resumes, options.progress, options.handlesInterruption) = (epochs, resumes, .none, false)
      options.checkpoint = folder.path + "/\(name).safetensors"
      options.monitor = .lowest("loss")
      let trainer = Trainer(
        model, Adam(learningRate: 0.01), options, backend: TestBackend.make("swift", threads: 1).backend)
      try trainer.fit(.bucketed([[1, 2, 3], [4, 5], [8, 7, 6]], size: 2, shuffled: false) { $0.count }) { batch, tape in
        let tokens = Indices(sequences: batch)
        return StepResult(loss: crossEntropy(model(tokens, tape), tokens), weight: batch.count)
      }
      return model
    }
    let whole = try train("a", epochs: 2, resumes: false)
    _ = try train("b", epochs: 1, resumes: false)
    let resumed = try train("b", epochs: 2, resumes: true)
    for (one, other) in zip(whole.parameters, resumed.parameters) {
      #expect(sameBits(one.parameter.value, other.parameter.value), "\(one.name)")
      #expect(one.parameter.precision == (one.name == "embedding.weight" ? .int8 : .float32), "\(one.name)")
      #expect(other.parameter.precision == one.parameter.precision, "\(one.name)")
    }
    let file = try Safetensors(contentsOf: folder.path + "/b.last.safetensors")
    let table = try file.stored("embedding.weight").int8?.integers
    #expect(table == resumed.embedding.weight.stored.int8?.integers && table != nil)
  }

  @Test func aModelIsSavedInAQuarterOfTheBytes() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let (path, smaller) = (
      "\(folder)/recurrent-\(UInt32.random(in: 0 ... .max))", "\(folder)/recurrent-\(UInt32.random(in: 0 ... .max))"
    )
    defer { for path in [path, smaller] { try? FileManager.default.removeItem(atPath: path) } }
    func bytes(_ path: String) throws -> Int { try Data(contentsOf: URL(fileURLWithPath: path)).count }
    let model = Linear(300, 200)
    try model.save(to: path)
    try model.load(from: path)
    try model.store(as: .int8)
    try model.save(to: smaller)
    #expect(try Double(bytes(smaller)) < 0.28 * Double(bytes(path)))
    let loaded = Linear(300, 200)
    try loaded.load(from: smaller)
    #expect(loaded.precision == .int8 && sameBits(loaded.weight.value, model.weight.value))
    // The integers, their scales and the biases.
    #expect(loaded.weight.stored.bytes == 60_000 + 800 && loaded.bias?.stored.bytes == 800)
  }

  /// What weights are prepared from changes with the precision.
  @Test(arguments: TestBackend.all) func preparedWeightsFollowThePrecision(_ backend: TestBackend) throws {
    let (model, rounded) = (try StoredParameterTests.model(.float32), try StoredParameterTests.model(.int8))
    try rounded.store(as: .float32)
    func run(_ model: Model) -> Tensor {
      model(StoredParameterTests.tokens, Tape(.evaluation, backend: backend.backend)).value
    }
    let before = run(model)
    try model.store(as: .int8)
    try model.store(as: .float32)
    #expect(sameBits(run(model), run(rounded)) && !sameBits(run(model), before))
  }

  /// Training goes on from the rounded numbers, in float32, with the bits of a model that had them.
  /// Frozen parameters stay as they are.
  @Test(arguments: [Precision.bfloat16, .int8]) func trainingGoesOnInFloat32(_ precision: Precision) throws {
    let backend = TestBackend.make("swift", threads: 1).backend
    func trained(_ model: Model) -> Model {
      model.embedding.setFrozen(true)
      let optimiser = Optimiser(model, Adam(learningRate: 0.01), backend: backend)
      for step in 0..<3 {
        let tape = Tape(seed: 1, backend: backend)
        tape.begin(step: step)
        crossEntropy(model(StoredParameterTests.tokens, tape), StoredParameterTests.tokens).backward()
        optimiser.step()
        optimiser.zeroGradients()
      }
      return model
    }
    let plain = try StoredParameterTests.model(precision)
    try plain.store(as: .float32)
    let (a, b) = (trained(try StoredParameterTests.model(precision)), trained(plain))
    for (one, other) in zip(a.parameters, b.parameters) {
      #expect(sameBits(one.parameter.value, other.parameter.value), "\(one.name)")
      #expect(one.parameter.precision == (one.name == "embedding.weight" ? precision : .float32), "\(one.name)")
    }
  }
}
