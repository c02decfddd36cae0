// Systems in bfloat16 and int8: their files, sizes and answers.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct PrecisionSystemTests {
  /// An untrained model of a task, large enough that its matrices decide its size.
  static func model<System: TextSystem>(_: System.Type) throws -> System {
    var settings = System.defaults(for: .builtIn(isTest: false))
    settings.hiddenSize = 128
    let model = System(settings, try System.vocabularies(of: System.samples(in: .builtIn(isTest: false)), settings))
    model.initialise(seed: 1)
    return model
  }

  private static let questions: [TextTask: String] = [
    .names: "Nakamura", .charlm: "the ", .sentiment: "good at first", .tagger: "the dog runs", .translate: "ein hund .",
    .caption: (0..<64).map { String($0 % 17) }.joined(separator: ","),
  ]

  private static func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "recurrent-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  /// Saved, loaded, resident and answering in each precision: the names of the tensors, their bytes,
  /// and the answers of the rounded numbers.
  @Test(arguments: TextTask.allCases) func everySystemIsStoredInEveryPrecision(_ task: TextTask) throws {
    func check<System: TextSystem>(_: System.Type, _ folder: String) throws {
      let model = try PrecisionSystemTests.model(System.self)
      let path = folder + "/m.safetensors"
      func bytes() throws -> Int { try Data(contentsOf: URL(fileURLWithPath: path)).count }
      func resident(_ model: some TextSystem) -> Int {
        model.parameters.reduce(0) { $0 + $1.parameter.stored.bytes }
      }
      try model.save(to: path)
      let (size, memory) = (try bytes(), resident(model))
      let names = model.parameters.map(\.name)
      #expect(memory == 4 * model.parameterCount)
      for (precision, limit) in [(Precision.bfloat16, 0.52), (.int8, 0.30)] {
        let rounded = try PrecisionSystemTests.model(System.self)
        try rounded.store(as: precision)
        try rounded.save(to: path)
        let loaded = try #require(try loadSystem(contentsOf: path) as? System)
        #expect(loaded.precision == precision && loaded.vocabularies == model.vocabularies)
        let stored = try bytes()
        #expect(Double(stored) <= limit * Double(size), "\(task) \(precision): \(stored) of \(size)")
        #expect(
          Double(resident(loaded)) <= limit * Double(memory), "\(task) \(precision): \(resident(loaded)) of \(memory)")
        #expect(loaded.parameters.map(\.name) == names)
        #expect(
          zip(loaded.parameters, rounded.parameters).allSatisfy { sameBits($0.parameter.value, $1.parameter.value) })
        // Evaluation converts nothing for good.
        let question = PrecisionSystemTests.questions[task]!
        var options = DecodingOptions()
        options.length = 20
        func answer(_ model: System) throws -> String {
          var text = ""
          let answer = try model.answer(question, options, backend: SystemTests.backend) { text += $0 }
          return text + answer.lines(number: 1).joined()
        }
        #expect(try !answer(loaded).isEmpty && resident(loaded) == resident(rounded))
        // To float32 and back: the same file.
        let file = try Data(contentsOf: URL(fileURLWithPath: path))
        try loaded.store(as: .float32)
        try loaded.save(to: path)
        #expect(try bytes() == size)
        let back = try System(contentsOf: path)
        try back.store(as: precision)
        try back.save(to: path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == file)
      }
    }
    try PrecisionSystemTests.withFolder { try check(task.system, $0) }
  }

  /// A model file whose precision or scales are wrong: the tensor is named.
  @Test func invalidFilesOfSystemsAreRefused() throws {
    try PrecisionSystemTests.withFolder { folder in
      let model = try PrecisionSystemTests.model(NameClassifier.self)
      try model.store(as: .int8)
      let path = folder + "/m.safetensors"
      func refusal(_ change: (inout Safetensors) -> Void) throws -> String {
        try model.save(to: path)
        var file = try Safetensors(contentsOf: path)
        change(&file)
        try file.write(to: path)
        do throws(RecurrentError) { _ = try loadSystem(contentsOf: path) } catch { return error.description }
        return ""
      }
      let name = "hidden.weight"
      #expect(try refusal { _ in } == "")
      for (reason, change) in [
        ("'\(name)_scale' holds 0.0 for row 127", { $0.set(name + "_scale", ones(128, last: 0)) }),
        ("'\(name)_scale' holds nan for row 127", { $0.set(name + "_scale", ones(128, last: .nan)) }),
        ("'\(name)_scale' holds -1.0 for row 127", { $0.set(name + "_scale", ones(128, last: -1)) }),
        ("'\(name)_scale' has dtype F32 and shape [127]", { $0.set(name + "_scale", ones(127, last: 1)) }),
        ("'\(name)_scale' has dtype I64", { $0.set(name + "_scale", [Int](repeating: 1, count: 128)) }),
        ("records the unknown precision 'int4'", { $0.metadata["recurrent.precision"] = "int4" }),
        ("records the precision float32", { $0.metadata["recurrent.precision"] = "float32" }),
      ] as [(String, (inout Safetensors) -> Void)] {
        let found = try refusal(change)
        #expect(found.hasPrefix("\(path): ") && found.contains(reason), "\(reason): \(found)")
      }
      // Without its scales, which have another name.
      try model.save(to: path)
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      bytes.replaceSubrange(try #require(bytes.range(of: Data("\(name)_scale".utf8))), with: Data("\(name)_other".utf8))
      try bytes.write(to: URL(fileURLWithPath: path))
      #expect { try NameClassifier(contentsOf: path) } throws: {
        "\($0)" == "\(path): tensor '\(name)' has dtype I8, but there is no '\(name)_scale' with the scales of its rows"
      }
    }
  }
}

private func ones(_ count: Int, last: Float) -> Tensor {
  Tensor([Float](repeating: 1, count: count - 1) + [last])
}
