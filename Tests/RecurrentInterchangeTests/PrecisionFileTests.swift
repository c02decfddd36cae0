// Tests of files with matrices in bfloat16 and int8: their bits, and invalid ones.

import Foundation
import RecurrentCore
import RecurrentInterchange
import RecurrentLayers
import RecurrentSwiftBackend
import Testing

@Suite struct PrecisionFileTests {
  /// Two matrices, a vector and a number.
  final class Model: Module {
    let first = Parameter(.normal(1), shape: [3, 5])
    let second = Parameter(.normal(0.1), shape: [2, 3, 4])
    let bias = Parameter(.normal(1), shape: [5])
    let number = Parameter(.normal(1), shape: [])
  }

  static func model(_ precision: Precision = .float32, seed: UInt64 = 1) throws -> Model {
    let model = Model()
    model.initialise(seed: seed)
    try model.store(as: precision)
    return model
  }

  static func file(_ precision: Precision) throws -> Safetensors {
    var file = Safetensors()
    file.set(try model(precision), prefix: "m.")
    return try Safetensors(file.encoded(), path: "memory")
  }

  static func bits(_ tensor: Tensor) -> [UInt32] { tensor.elements.map(\.bitPattern) }

  @Test(arguments: Precision.allCases) func modelsGoAroundToTheBit(_ precision: Precision) throws {
    let (model, file) = (try PrecisionFileTests.model(precision), try PrecisionFileTests.file(precision))
    let loaded = try PrecisionFileTests.model(seed: 2)
    try loaded.load(from: file, prefix: "m.")
    #expect(loaded.precision == precision)
    for (one, other) in zip(loaded.parameters, model.parameters) {
      let (a, b) = (one.parameter.stored, other.parameter.stored)
      #expect(a.precision == b.precision && a.shape == b.shape && a.bytes == b.bytes)
      #expect(a.bfloat16 == b.bfloat16 && a.int8?.integers == b.int8?.integers && a.int8?.scales == b.int8?.scales)
      #expect(PrecisionFileTests.bits(a.tensor) == PrecisionFileTests.bits(b.tensor))
      // As floats, for those who want them.
      let name = "m." + one.name
      #expect(PrecisionFileTests.bits(try file.tensor(name)) == PrecisionFileTests.bits(a.tensor))
      #expect(try file.tensor(name, shape: a.shape).shape == a.shape)
    }
    var again = Safetensors()
    again.set(loaded, prefix: "m.")
    #expect(again.encoded() == file.encoded())
    #expect(file.metadata == (precision == .float32 ? [:] : ["recurrent.precision": precision.rawValue]))
  }

  /// A stack is stored in its precision, and read by a stack and by a module.
  @Test(arguments: Precision.allCases) func stacksGoAroundToTheBit(_ precision: Precision) throws {
    let configuration = RecurrentStack.Configuration(
      cell: .lstm, inputSize: 5, hiddenSize: 7, layers: 2, bidirectional: true)
    let stack = RecurrentStack(configuration, backend: SwiftBackend(pool: ThreadPool(threads: 1)), precision: precision)
    var file = Safetensors()
    file.set(stack, prefix: "rnn.")
    file = try Safetensors(file.encoded(), path: "memory")
    #expect(try file.stored("rnn.weight_ih_l0").precision == precision)
    let restored = RecurrentStack(
      configuration, parameters: try file.parameters(configuration, prefix: "rnn."), backend: stack.backend,
      precision: precision)
    let module = RNN(.lstm, inputSize: 5, hiddenSize: 7, layers: 2, bidirectional: true)
    try module.load(from: file, prefix: "rnn.")
    #expect(module.precision == precision)
    for other in [restored, module.stack(backend: stack.backend, precision: precision)] {
      for (one, two) in zip(stack.namedParameters, other.namedParameters) {
        #expect(
          one.name == two.name && PrecisionFileTests.bits(one.tensor) == PrecisionFileTests.bits(two.tensor),
          "\(precision) \(one.name)")
      }
    }
  }

  /// What other programs read: names and shapes of the parameters, and scales of the leading
  /// dimensions beside them.
  @Test func theLayoutIsTheDocumentedOne() throws {
    let file = try PrecisionFileTests.file(.int8)
    #expect(file.names == ["m.bias", "m.first", "m.first_scale", "m.number", "m.second", "m.second_scale"])
    #expect(file.dimensions("m.first") == [3, 5] && file.dimensions("m.first_scale") == [3])
    #expect(file.dimensions("m.second") == [2, 3, 4] && file.dimensions("m.second_scale") == [2, 3])
    let half = try PrecisionFileTests.file(.bfloat16)
    #expect(half.names == ["m.bias", "m.first", "m.number", "m.second"])
    let header = String(decoding: file.encoded().prefix(900), as: UTF8.self)
    #expect(header.contains(#""m.first":{"dtype":"I8","shape":[3,5]"#))
    #expect(header.contains(#""m.first_scale":{"dtype":"F32","shape":[3]"#))
    #expect(
      String(decoding: half.encoded().prefix(900), as: UTF8.self).contains(#""m.first":{"dtype":"BF16","shape":[3,5]"#))
    // An integer times the scale of its row.
    let (integers, scales) = try #require(try file.stored("m.first").int8)
    let floats = try file.tensor("m.first").elements
    #expect(floats.indices.allSatisfy { floats[$0] == Float(integers[$0]) * scales[$0 / 5] })
    #expect(integers.contains(127) || integers.contains(-127))
  }

  /// The bits of a bfloat16 file are those of the upper halves, written by hand.
  @Test func bytesOfOtherProgramsAreRead() throws {
    let header =
      #"{"w":{"dtype":"BF16","shape":[2,1],"data_offsets":[0,4]},"#
      + #""v":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]},"#
      + #""h":{"dtype":"F16","shape":[1,1],"data_offsets":[6,8]},"#
      + #""q":{"dtype":"I8","shape":[2,2],"data_offsets":[8,12]},"#
      + #""q_scale":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}"#
    let file = try Safetensors(
      SafetensorsTests.file(
        header,
        [0x49, 0x40, 0x80, 0xbf, 0x00, 0x3f, 0x00, 0x3c] + [0x7f, 0x81, 0, 0xff] + [0, 0, 0, 0x3f, 0, 0, 0x80, 0x40]),
      path: "memory")
    let w = try file.stored("w")
    #expect(
      w.precision == .bfloat16 && w.bfloat16 == [0x4049, 0xbf80] && w.tensor == Tensor([3.140625, -1], shape: [2, 1]))
    #expect(try file.stored("v").precision == .float32 && file.stored("v").tensor == Tensor([0.5]))
    #expect(try file.stored("h").precision == .float32 && file.stored("h").tensor == Tensor([1], shape: [1, 1]))
    #expect(try file.stored("q").int8?.integers == [127, -127, 0, -1])
    #expect(try file.tensor("q") == Tensor([63.5, -63.5, 0, -4], shape: [2, 2]))
  }

  /// A file of float32 parameters is what it was before there were precisions.
  @Test func float32FilesAreUnchanged() throws {
    let model = try PrecisionFileTests.model()
    var (file, plain) = (Safetensors(), Safetensors())
    file.set(model)
    for named in model.parameters { plain.set(named.name, named.parameter.value) }
    #expect(file.encoded() == plain.encoded() && file.metadata.isEmpty)
  }

  @Test func setReplacesScalesToo() throws {
    var file = try PrecisionFileTests.file(.int8)
    file.set("m.first", Tensor(zeros: [3, 5]))
    #expect(!file.contains("m.first_scale") && file.contains("m.second_scale"))
    file.set(try PrecisionFileTests.model(), prefix: "m.")
    #expect(!file.contains("m.second_scale") && file.metadata.isEmpty)
  }

  /// Tensors that are added to a model's file, or replaced, leave a file that loads.
  @Test func theRecordFollowsOtherTensors() throws {
    let (model, matrix) = (try PrecisionFileTests.model(.bfloat16), Tensor([1, 2, 3, 4], shape: [2, 2]))
    var file = Safetensors()
    file.set(model)
    for (precision, record) in [(Precision.int8, "int8"), (.float32, "bfloat16"), (.bfloat16, "bfloat16")] {
      file.set("more", StoredTensor(matrix, precision: precision))
      #expect(file.metadata["recurrent.precision"] == record)
      try PrecisionFileTests.model().load(from: Safetensors(file.encoded(), path: "memory"), strict: false)
    }
    // A file without a record gets none.
    var plain = Safetensors()
    plain.set("more", StoredTensor(matrix, precision: .int8))
    #expect(plain.metadata.isEmpty)
  }

  /// One tensor, found by two names.
  @Test func tiedMatricesAreStoredOnce() throws {
    var file = Safetensors()
    let weight = StoredTensor(TiedWeightsTests.weight, precision: .int8)
    file.set("embedding", weight)
    file.metadata = ["output": "embedding", "recurrent.precision": "int8"]
    file = try Safetensors(file.encoded(), path: "memory")
    for model in [TiedWeightsTests.Tied(), TiedWeightsTests.Untied(), TiedWeightsTests.Removed()] as [any Module] {
      try model.load(from: file)
      #expect(model.precision == .int8)
      for named in model.parameters { #expect(named.parameter.stored.int8?.integers == weight.int8?.integers) }
    }
    #expect(try file.tensor("output") == weight.tensor)
  }

  /// A parameter may have the name that scales would have; its matrix stays float32 in the file.
  final class Taken: Module {
    let gain = Parameter(Tensor([1, 2, 3, 4], shape: [2, 2]))
    let gain_scale = Parameter(Tensor([5, 6]))
    let other = Parameter(Tensor([1, 2], shape: [1, 2]))
  }

  @Test func aParameterKeepsItsNameBesideAMatrix() throws {
    let (model, loaded) = (Taken(), Taken())
    try model.store(as: .int8)
    var file = Safetensors()
    file.set(model)
    #expect(file.names == ["gain", "gain_scale", "other", "other_scale"])
    try loaded.load(from: Safetensors(file.encoded(), path: "memory"))
    #expect(loaded.gain_scale.value == Tensor([5, 6]) && loaded.gain.value == model.gain.value)
    #expect(loaded.gain.precision == .float32 && loaded.other.precision == .int8)
  }

  /// A model with matrices of several precisions has the lowest one.
  @Test func precisionsMayDiffer() throws {
    let (model, loaded) = (try PrecisionFileTests.model(), try PrecisionFileTests.model(seed: 2))
    model.first.stored = StoredTensor(model.first.value, precision: .bfloat16)
    model.second.stored = StoredTensor(model.second.value, precision: .int8)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "recurrent-\(UInt32.random(in: 0 ... .max))")
    defer { try? FileManager.default.removeItem(at: path) }
    try model.save(to: path.path, metadata: ["key": "value"])
    try loaded.load(from: path.path)
    #expect(loaded.first.precision == .bfloat16 && loaded.second.precision == .int8 && loaded.precision == .int8)
    #expect(try Safetensors(contentsOf: path.path).metadata == ["key": "value", "recurrent.precision": "int8"])
  }

  // MARK: Invalid files

  /// A part of a tensor file that is changed by hand.
  struct Part {
    var name, type, shape: String
    var bytes: [UInt8]
  }

  static func floats(_ values: [Float]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
  }

  /// A model of two int8 matrices and a vector as a file, changed.
  static func changed(_ metadata: String? = "int8", _ change: (inout [Part]) -> Void) throws -> Safetensors {
    var parts = [
      Part(name: "a", type: "I8", shape: "[2,3]", bytes: [1, 2, 3, 4, 5, 0x81]),
      Part(name: "a_scale", type: "F32", shape: "[2]", bytes: floats([0.5, 2])),
      Part(name: "b", type: "I8", shape: "[1,2]", bytes: [127, 0]),
      Part(name: "b_scale", type: "F32", shape: "[1]", bytes: floats([1])),
      Part(name: "bias", type: "F32", shape: "[2]", bytes: floats([1, 2])),
    ]
    change(&parts)
    var (members, end) = (metadata.map { [#""__metadata__":{"recurrent.precision":"\#($0)"}"#] } ?? [], 0)
    for part in parts {
      members.append(
        #""\#(part.name)":{"dtype":"\#(part.type)","shape":\#(part.shape),"#
          + #""data_offsets":[\#(end),\#(end + part.bytes.count)]}"#
      )
      end += part.bytes.count
    }
    return try Safetensors(
      SafetensorsTests.file("{\(members.joined(separator: ","))}", parts.flatMap(\.bytes)), path: "model.safetensors")
  }

  final class Two: Module {
    let a = Parameter(Tensor(zeros: [2, 3]))
    let b = Parameter(Tensor(zeros: [1, 2]))
    let bias = Parameter(Tensor(zeros: [2]))
  }

  static let invalid: [(metadata: String?, reason: String, change: @Sendable (inout [Part]) -> Void)] = [
    ("int8", "there is no 'a_scale' with the scales of its rows", { $0.remove(at: 1) }),
    (nil, "there is no 'b_scale' with the scales of its rows", { $0.remove(at: 3) }),
    ("int8", "'a_scale' holds 0.0 for row 1", { $0[1].bytes = floats([0.5, 0]) }),
    ("int8", "'a_scale' holds -0.0 for row 0", { $0[1].bytes = floats([-0.0, 1]) }),
    ("int8", "'a_scale' holds -0.5 for row 0", { $0[1].bytes = floats([-0.5, 1]) }),
    ("int8", "'a_scale' holds nan for row 1", { $0[1].bytes = floats([0.5, .nan]) }),
    ("int8", "'a_scale' holds inf for row 1", { $0[1].bytes = floats([0.5, .infinity]) }),
    ("int8", "'b_scale' holds 1e-45 for row 0", { $0[3].bytes = floats([.leastNonzeroMagnitude]) }),
    ("int8", "'b_scale' holds 1.1754942e-38", { $0[3].bytes = floats([Float.leastNormalMagnitude.nextDown]) }),
    ("int8", "tensor 'b' holds NaN or infinity", { $0[3].bytes = floats([.greatestFiniteMagnitude]) }),
    (
      "int8", "'a_scale' has dtype F32 and shape [1], expected F32 and [2], a scale for each row of 'a'",
      { ($0[1].shape, $0[1].bytes) = ("[1]", floats([1])) }
    ),
    ("int8", "'a_scale' has dtype F32 and shape [2, 1]", { $0[1].shape = "[2,1]" }),
    ("int8", "'b_scale' has dtype F32 and shape []", { $0[3].shape = "[]" }),
    ("int8", "'a_scale' has dtype F16 and shape [2]", { ($0[1].type, $0[1].bytes) = ("F16", [0, 0x3c, 0, 0x3c]) }),
    ("int8", "'a_scale' has dtype I32 and shape [2]", { $0[1].type = "I32" }),
    ("int8", "'a' holds -128 in row 1; expected integers of -127 to 127", { $0[0].bytes[4] = 0x80 }),
    ("int8", "'bias' has dtype I8 and shape [2]", { ($0[4].type, $0[4].bytes) = ("I8", [1, 2]) }),
    ("int8", "missing: a", { $0.remove(at: 0) }),
    (
      "int8", "unexpected: b_scale",
      {
        ($0[2].type, $0[2].bytes) = ("F32", floats([1, 2]))
      }
    ),
    (
      "int8", "unexpected: c_scale", { $0.append(Part(name: "c_scale", type: "F32", shape: "[1]", bytes: floats([1]))) }
    ),
    ("int4", "records the unknown precision 'int4'; expected one of float32, bfloat16, int8", { _ in }),
    ("", "records the unknown precision ''", { _ in }),
    ("INT8", "records the unknown precision 'INT8'", { _ in }),
    ("float32", "precision float32, but the lowest one of its matrices is int8: tensor 'a' has dtype I8", { _ in }),
    ("bfloat16", "precision bfloat16, but the lowest one of its matrices is int8: tensor 'a' has dtype I8", { _ in }),
    (
      "int8", "precision int8, but the lowest one of its matrices is float32: tensor 'a' has dtype F32",
      {
        ($0[0].type, $0[0].bytes) = ("F32", floats([1, 2, 3, 4, 5, 6]))
        ($0[2].type, $0[2].bytes) = ("F32", floats([1, 2]))
        $0.removeAll { $0.name.hasSuffix("_scale") }
      }
    ),
    (
      "int8", "precision int8, but the lowest one of its matrices is bfloat16: tensor 'b' has dtype BF16",
      {
        ($0[0].type, $0[0].bytes) = ("F32", floats([1, 2, 3, 4, 5, 6]))
        ($0[2].type, $0[2].bytes) = ("BF16", [0, 0x3f, 0, 0x3f])
        $0.removeAll { $0.name.hasSuffix("_scale") }
      }
    ),
    (
      nil, "'a' has dtype U8, expected floats",
      {
        $0[0].type = "U8"
        $0.remove(at: 1)
      }
    ),
    (
      nil, "tensor 'b' holds NaN or infinity",
      {
        ($0[2].type, $0[2].bytes) = ("BF16", [0xc0, 0x7f, 0, 0x3f])
        $0.remove(at: 3)
      }
    ),
  ]

  @Test(arguments: invalid.indices) func invalidFilesAreRefusedAndNothingIsChanged(_ index: Int) throws {
    let (metadata, reason, change) = PrecisionFileTests.invalid[index]
    let (file, model) = (try PrecisionFileTests.changed(metadata, change), Two())
    #expect("\(reason)") { try model.load(from: file) } throws: {
      "\($0)".hasPrefix("model.safetensors: ") && "\($0)".contains(reason)
    }
    #expect(
      model.precision == .float32 && model.parameters.allSatisfy { !$0.parameter.value.elements.contains { $0 != 0 } })
  }

  /// Scales whose matrix is missing are an error even where missing tensors are not.
  @Test func scalesAloneAreRefusedIfNotStrict() throws {
    let file = try PrecisionFileTests.changed { $0.remove(at: 0) }
    #expect { try Two().load(from: file, strict: false) } throws: {
      "\($0)" == "model.safetensors: tensor 'a_scale' holds scales, but there is no tensor 'a' of dtype I8"
    }
    // In a file of another program, and under a name that is no parameter's, they may mean anything.
    let model = Two()
    try model.load(from: PrecisionFileTests.changed(nil) { $0.remove(at: 0) }, strict: false)
    #expect(model.b.precision == .int8)
    let more = Part(name: "input_scale", type: "F32", shape: "[1]", bytes: PrecisionFileTests.floats([1]))
    try model.load(from: PrecisionFileTests.changed { $0.append(more) }, strict: false)
    #expect(model.a.value == Tensor([0.5, 1, 1.5, 8, 10, -254], shape: [2, 3]))
  }

  /// Valid as it stands, with and without its record.
  @Test func theUnchangedFileIsRead() throws {
    for metadata in ["int8", nil] {
      let model = Two()
      try model.load(from: PrecisionFileTests.changed(metadata) { _ in })
      #expect(model.a.precision == .int8 && model.b.value == Tensor([127, 0], shape: [1, 2]))
    }
    // NaN of bfloat16 is loaded for inspection; scales of NaN are not.
    let model = Two()
    let half = try PrecisionFileTests.changed(nil) {
      ($0[2].type, $0[2].bytes) = ("BF16", [0xc0, 0x7f, 0, 0x3f])
      $0.remove(at: 3)
    }
    try model.load(from: half, allowsNonFinite: true)
    #expect(model.b.value[0, 0].isNaN && model.b.value[0, 1] == 0.5 && model.firstNonFiniteParameter == "b")
    #expect(throws: RecurrentError.self) {
      try model.load(
        from: PrecisionFileTests.changed { $0[1].bytes = PrecisionFileTests.floats([.nan, 1]) }, allowsNonFinite: true)
    }
  }

  /// Empty matrices have scales without integers, or neither.
  @Test func emptyMatricesGoAround() throws {
    for shape in [[3, 0], [0, 3], [0, 0]] as [Shape] {
      for precision in Precision.allCases {
        var file = Safetensors()
        file.set("x", StoredTensor(Tensor(zeros: shape), precision: precision))
        let read = try Safetensors(file.encoded(), path: "memory").stored("x")
        #expect(read.shape == shape && read.precision == precision && read.tensor.count == 0)
      }
    }
  }

  /// The whole range of bfloat16, and of int8 with the least and a great scale.
  @Test func everyNumberKeepsItsBits() throws {
    let bits = (0...UInt16.max).map { $0 }
    let integers = (-127...127).map { Int8($0) }
    var file = Safetensors()
    file.set("half", StoredTensor(bfloat16: bits, shape: [256, 256]))
    let scales = [Float.leastNormalMagnitude, 2.5e36]
    file.set("quarter", StoredTensor(int8: integers + integers, scales: scales, shape: [2, 255]))
    let read = try Safetensors(file.encoded(), path: "memory")
    #expect(try read.stored("half").bfloat16 == bits)
    let quarter = try read.stored("quarter").int8
    #expect(quarter?.integers == integers + integers && quarter?.scales == scales)
  }
}
