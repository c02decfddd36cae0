// `recurrent convert`: models of every task in every precision, and what it refuses.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct ConvertTests {
  /// Writes an untrained model of a task to "m.safetensors" in a folder.
  private static func save<System: TextSystem>(_: System.Type, in folder: String) throws {
    var settings = System.defaults(for: .builtIn(isTest: false))
    settings.hiddenSize = 16
    let model = System(settings, try System.vocabularies(of: System.samples(in: .builtIn(isTest: false)), settings))
    model.initialise(seed: 1)
    try model.save(to: folder + "/m.safetensors")
  }

  private static func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  private static func convert(_ model: String, _ precision: String, _ more: String..., in folder: String) throws
    -> ProgramResult
  {
    try runProduct(
      "recurrent", ["convert", "--precision", precision, model + ".safetensors", "--output"] + more, folder: folder)
  }

  /// Each task: the line that is printed, and the commands that read the file.
  @Test(arguments: TextTask.allCases) func everyTaskIsConverted(_ task: TextTask) throws {
    try SystemCommandTests.withFolder { folder in
      try ConvertTests.save(task.system, in: folder)
      let before = try ConvertTests.contents(folder + "/m.safetensors")
      let int8 = try ConvertTests.convert("m", "int8", "i.safetensors", in: folder)
      let file = try ConvertTests.contents(folder + "/i.safetensors")
      #expect(int8.status == 0 && int8.errors.isEmpty, "\(int8)")
      let figures = "i.safetensors: int8, \(file.count) bytes, 0."
      #expect(
        int8.output.hasPrefix(figures) && int8.output.contains(" of the \(before.count) of m.safetensors; "),
        "\(int8.output)")
      #expect(int8.output.contains("; greatest relative rounding error 0.00") && file.count < before.count)
      #expect(try loadSystem(contentsOf: folder + "/i.safetensors").precision == .int8)
      // To float32 and back, with the same numbers; to bfloat16 from each.
      let float32 = try ConvertTests.convert("i", "float32", "f.safetensors", in: folder)
      #expect(float32.status == 0 && float32.output.hasSuffix("; all numbers are the same\n"), "\(float32)")
      #expect(try ConvertTests.contents(folder + "/f.safetensors").count == before.count)
      let again = try ConvertTests.convert("f", "int8", "i2.safetensors", in: folder)
      #expect(again.output.hasSuffix("; all numbers are the same\n"), "\(again)")
      #expect(try ConvertTests.contents(folder + "/i2.safetensors") == file)
      let half = try ConvertTests.convert("m", "bfloat16", "b.safetensors", in: folder)
      #expect(half.status == 0 && half.output.contains("b.safetensors: bfloat16, "), "\(half)")
      for model in ["i.safetensors", "b.safetensors"] {
        let judged = try runProduct(
          "recurrent", ["evaluate", task.rawValue, "--model", model, "--format", "json"], folder: folder)
        #expect(judged.status == 0 && judged.output.contains("\"task\" : \"\(task.rawValue)\""), "\(judged)")
      }
    }
  }

  /// `inspect` and `predict` read a converted model; a run is not resumed from it.
  @Test func commandsReadConvertedModels() throws {
    try SystemCommandTests.withFolder { folder in
      try ConvertTests.save(NameClassifier.self, in: folder)
      #expect(try ConvertTests.convert("m", "int8", "i.safetensors", in: folder).status == 0)
      let asked = try runProduct("recurrent", ["predict", "names", "--model", "i.safetensors", "Ada"], folder: folder)
      #expect(asked.status == 0 && asked.output.hasPrefix("Ada\t"), "\(asked)")
      let page = try runProduct(
        "recurrent", ["inspect", "--model", "i.safetensors", "--output", "i.html", "--characters", "50"], folder: folder
      )
      #expect(page.status == 0 && page.output.contains("Written to i.html"), "\(page)")
      let resumed = try runProduct("recurrent", ["train", "names", "--resume", "i.safetensors"], folder: folder)
      #expect(
        resumed.status == 1
          && resumed.errors.contains("i.last.safetensors: no such file; a run is resumed from its last checkpoint"),
        "\(resumed)")
    }
  }

  /// The last checkpoint of a run is converted as a model, without the run.
  @Test func aCheckpointIsConvertedToAModel() throws {
    try SystemCommandTests.withFolder { folder in
      let train = ["train", "names", "--epochs", "1", "--hidden", "4", "--quiet"]
      #expect(try runProduct("recurrent", train, folder: folder).status == 0)
      let result = try ConvertTests.convert("names.last", "int8", "i.safetensors", in: folder)
      #expect(result.status == 0 && result.output.contains("of names.last.safetensors; "), "\(result)")
      let file = try Safetensors(contentsOf: folder + "/i.safetensors")
      #expect(Set(file.metadata.keys) == ["recurrent.precision", "recurrent.system"])
      #expect(!file.names.contains { $0.hasPrefix("optimiser.") })
    }
  }

  @Test func whatCannotBeConvertedIsRefused() throws {
    try SystemCommandTests.withFolder { folder in
      try ConvertTests.save(NameClassifier.self, in: folder)
      let model = try ConvertTests.contents(folder + "/m.safetensors")
      func refused(_ status: Int32, _ reason: String, _ precision: String, _ output: String..., model: String = "m")
        throws
      {
        let before = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let result = try runProduct(
          "recurrent", ["convert", "--precision", precision, model + ".safetensors", "--output"] + output,
          folder: folder)
        #expect(result.status == status && result.output.isEmpty && result.errors.contains(reason), "\(result)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == before)
      }
      try refused(64, "expected float32, bfloat16, int8", "int4", "o.safetensors")
      try refused(64, "--output: ./m.safetensors is an input file", "int8", "./m.safetensors", "--overwrite")
      try refused(64, "'o.last.safetensors' is the name of a checkpoint", "int8", "o.last.safetensors")
      try refused(64, "Unknown option '--backend'", "int8", "o.safetensors", "--backend", "swift")
      try refused(1, "none/o: cannot be written", "int8", "none/o")
      try refused(1, "/dev/null: is not a regular file", "int8", "/dev/null")
      try refused(1, "x.safetensors: no such file", "int8", "o.safetensors", model: "x")
      try Data("kept".utf8).write(to: URL(fileURLWithPath: folder + "/o.safetensors"))
      try refused(
        1, "o.safetensors: is there already; --overwrite replaces it, another name keeps it", "int8", "o.safetensors")
      #expect(try ConvertTests.contents(folder + "/o.safetensors") == Data("kept".utf8))
      #expect(try ConvertTests.convert("m", "int8", "o.safetensors", "--overwrite", in: folder).status == 0)
      #expect(try ConvertTests.contents(folder + "/m.safetensors") == model)

      // Weights that are not finite, or too great for the precision, in a float32 file.
      for (value, reason) in [
        (Float.nan, "n.safetensors: tensor 'hidden.weight' holds NaN or infinity"),
        (-.infinity, "n.safetensors: tensor 'hidden.weight' holds NaN or infinity"),
        (.greatestFiniteMagnitude, "parameter 'hidden.weight', which overflow in this one"),
      ] {
        var file = try Safetensors(contentsOf: folder + "/m.safetensors")
        var weight = try file.tensor("hidden.weight")
        weight[3, 2] = value
        file.set("hidden.weight", weight)
        try file.write(to: folder + "/n.safetensors")
        try refused(value.isFinite ? 64 : 1, reason, "bfloat16", "new.safetensors", model: "n")
      }
      var file = try Safetensors(contentsOf: folder + "/o.safetensors")
      file.set("output.weight_scale", Tensor(zeros: Shape(file.dimensions("output.weight_scale")!)))
      try file.write(to: folder + "/n.safetensors")
      try refused(
        1, "n.safetensors: tensor 'output.weight_scale' holds 0.0 for row 0", "float32", "new.safetensors", model: "n")
    }
  }
}
