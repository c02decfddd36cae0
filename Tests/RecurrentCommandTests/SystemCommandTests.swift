// Commands of the systems: train, evaluate, predict, baseline and inspect.

import Foundation
import Testing
import _TestSupport

@Suite struct SystemCommandTests {
  static func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "recurrent-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  static func json(_ result: ProgramResult) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any],
      "\(result.output)\(result.errors)")
  }

  /// Every task on the built-in data: train, evaluate, predict.
  @Test(arguments: [
    ("names", ["accuracy", "macro_f1", "texts"], "Kowalski", "Kowalski\t"),
    ("charlm", ["nats_per_char", "bits_per_char"], "the ", "the "),
    ("sentiment", ["accuracy", "macro_f1"], "good", "positive"),
    ("tagger", ["accuracy", "macro_f1", "words"], "the dog", "the/"),
    ("translate", ["bleu", "perplexity", "sentences"], "ja .", "\n"),
    ("caption", ["exact_match", "pictures"], pixels, "\n"),
  ]) func everyTaskRunsOnAFreshMachine(_ task: String, _ figures: [String], _ question: String, _ answer: String) throws
  {
    try SystemCommandTests.withFolder { folder in
      let trained = try runProduct("recurrent", ["train", task, "--epochs", "1", "--hidden", "16"], folder: folder)
      #expect(trained.status == 0, "\(trained.errors)")
      #expect(trained.errors.contains("No --data given") && trained.output.contains("\(task).safetensors: "))
      let model = ["--model", task + ".safetensors"]
      let judged = try SystemCommandTests.json(
        runProduct("recurrent", ["evaluate", task, "--format", "json"] + model, folder: folder))
      for figure in figures { #expect(judged[figure] is Double || judged[figure] is Int, "\(figure)") }
      #expect(judged["task"] as? String == task)
      let table = try runProduct("recurrent", ["evaluate", task] + model, folder: folder)
      #expect(table.status == 0 && table.output.contains(figures[0] + " "))
      let asked = try runProduct(
        "recurrent", ["predict", task, question] + model + (task == "charlm" ? ["--length", "20"] : []), folder: folder)
      #expect(asked.status == 0 && asked.output.contains(answer), "\(asked.output)\(asked.errors)")
    }
  }
  static let pixels = (0..<64).map { String($0 % 17) }.joined(separator: ",")

  /// Stopped early, and resumed with more patience: the history has a row for each epoch.
  @Test func aRunStopsEarlyAndKeepsItsHistory() throws {
    try SystemCommandTests.withFolder { folder in
      func train(_ options: String...) throws -> ProgramResult {
        // With such a learning rate, no epoch is better than an early one.
        let settings = ["--hidden", "8", "--held-out", "0.2", "--learning-rate", "0.5", "--epochs", "40"]
        return try runProduct(
          "recurrent", ["train", "names"] + (options.contains("--resume") ? [] : settings) + options, folder: folder)
      }
      func epochs() throws -> [Int] {
        let lines = try String(contentsOfFile: folder + "/h.csv", encoding: .utf8).split(separator: "\n")
        #expect(lines[0] == "epoch,rate_factor,training_loss,training_accuracy,validation_loss,validation_accuracy")
        return lines.dropFirst().compactMap { Int($0.prefix { $0 != "," }) }
      }
      let first = try train("--patience", "2", "--history", "h.csv")
      #expect(
        first.status == 0 && first.errors.contains("Stopped early: no improvement for 2 epochs"), "\(first.errors)")
      let rows = try epochs()
      #expect(rows == Array(1...max(1, rows.count)) && 3..<40 ~= rows.count)
      let more = try train("--resume", "names.safetensors", "--patience", "3", "--history", "h.csv")
      #expect(more.status == 0, "\(more.errors)")
      #expect(try epochs() == Array(1...rows.count + 1))

      #expect(
        try train("--history", "h.csv", "--output", "other.safetensors").errors.contains(
          "h.csv: already exists; --overwrite replaces it"))
      #expect(
        try train("--history", "h.txt", "--output", "other.safetensors").errors.contains("ends in .csv or .jsonl"))
      #expect(try train("--patience", "0", "--output", "other.safetensors").status == 64)
    }
  }

  /// After Ctrl-C, `train` prints the command that resumes the run, and that command completes it.
  @Test func anInterruptedRunGoesOn() throws {
    try SystemCommandTests.withFolder { folder in
      let arguments = ["train", "charlm", "--hidden", "64", "--epochs", "400", "--output", "a.safetensors"]
      let first = try runProduct("recurrent", arguments, folder: folder) { process in
        while !FileManager.default.fileExists(atPath: folder + "/a.last.safetensors"), process.isRunning {
          usleep(10_000)
        }
        kill(process.processIdentifier, SIGINT)
      }
      #expect(first.status == 130)
      #expect(
        first.errors.contains(
          "To resume, run with the same data and options: recurrent train charlm --resume a.last.safetensors"))
      let other = try runProduct(
        "recurrent", ["train", "charlm", "--resume", "a.safetensors", "--hidden", "32"], folder: folder)
      #expect(
        other.status == 64
          && other.errors.contains("--resume: the resumed run has --"))
      // Under another name, and with an end.
      let epochs = first.errors.split(separator: "\n").count { $0.hasPrefix("Epoch ") }
      let second = try runProduct(
        "recurrent",
        [
          "train", "charlm", "--resume", "a.last.safetensors", "--epochs", "\(epochs + 1)", "--output", "b.safetensors",
        ], folder: folder)
      #expect(
        second.status == 0 && second.errors.contains("Resumed from a.last.safetensors at epoch \(epochs + 1)"),
        "\(second.errors)")
      #expect(
        try runProduct("recurrent", ["evaluate", "charlm", "--model", "b.safetensors"], folder: folder).status == 0)
    }
  }

  /// A model and its checkpoint are not replaced without --overwrite or --resume.
  @Test func aModelThatIsThereIsKept() throws {
    try SystemCommandTests.withFolder { folder in
      func train(_ more: String...) throws -> ProgramResult {
        try runProduct("recurrent", ["train", "names", "--hidden", "8", "--epochs", "1"] + more, folder: folder)
      }
      func contents() throws -> [Data] {
        try ["names", "names.last"].map { try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0).safetensors")) }
      }
      #expect(try train().status == 0)
      let first = try contents()
      let refused = try train()
      #expect(
        refused.status == 1
          && refused.errors.contains(
            "names.safetensors: already exists, as does its checkpoint names.last.safetensors; "
              + "--resume names.safetensors resumes that run, --overwrite replaces it"),
        "\(refused.errors)")
      #expect(try !refused.errors.contains("samples") && contents() == first)
      let resumed = try runProduct("recurrent", ["train", "names", "--resume", "names.safetensors"], folder: folder)
      #expect(
        resumed.status == 0 && resumed.errors.contains("Resumed from names.last.safetensors after its last epoch, 1"),
        "\(resumed.errors)")
      #expect(try contents() == first)
      let pointless = try runProduct(
        "recurrent", ["train", "names", "--resume", "names.safetensors", "--overwrite"], folder: folder)
      #expect(pointless.status == 64 && pointless.errors.contains("--overwrite"))
      let checkpoint = try train("--output", "a.last.safetensors")
      #expect(checkpoint.status == 64 && checkpoint.errors.contains("'a.last.safetensors' is the name of a checkpoint"))

      // To another output, which is kept as well.
      #expect(try train("--output", "b").status == 0)
      let other = try Data(contentsOf: URL(fileURLWithPath: folder + "/b"))
      let onto = ["train", "names", "--resume", "names.safetensors", "--output", "b", "--epochs", "2"]
      let kept = try runProduct("recurrent", onto, folder: folder)
      #expect(
        kept.status == 1 && kept.errors.contains("b: already exists, as does its checkpoint b.last"),
        "\(kept.errors)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/b")) == other)
      #expect(try runProduct("recurrent", onto + ["--overwrite"], folder: folder).status == 0)
      #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/b")) != other && contents() == first)

      // Its files gone, one after the other.
      try FileManager.default.removeItem(atPath: folder + "/names.last.safetensors")
      let alone = try runProduct("recurrent", ["train", "names", "--resume", "names.safetensors"], folder: folder)
      #expect(
        alone.status == 1
          && alone.errors.contains("names.last.safetensors: no such file; a run is resumed from its last checkpoint"))
      #expect(try train("--overwrite").status == 0 && contents() != first)
    }
  }

  /// A model with NaN parameters is refused, with the name of the tensor.
  @Test func modelsThatAreNotFiniteAreRefused() throws {
    try SystemCommandTests.withFolder { folder in
      #expect(
        try runProduct("recurrent", ["train", "names", "--hidden", "8", "--epochs", "1"], folder: folder).status == 0)
      for name in ["names", "names.last"] {
        // The last tensor's last number: a bias or a weight; in a checkpoint the parameters come
        // last.
        let file = URL(fileURLWithPath: "\(folder)/\(name).safetensors")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count - 1] = 0x7f
        bytes[bytes.count - 2] = 0xc0
        try bytes.write(to: file)
      }
      for command in [
        ["evaluate", "names", "--model", "names.safetensors"],
        ["predict", "names", "--model", "names.safetensors", "Nagy"],
        ["inspect", "--model", "names.safetensors", "--output", "cells.html"],
        ["train", "names", "--resume", "names.safetensors", "--epochs", "2"],
      ] {
        let result = try runProduct("recurrent", command, folder: folder)
        #expect(result.status == 1 && result.output.isEmpty, "\(command)")
        #expect(
          result.errors.contains(
            /names(\.last)?\.safetensors: tensor 'recurrent\.weight_ih_l0(_reverse)?' holds NaN or infinity/),
          "\(result.errors)")
      }
    }
  }

  @Test func whatIsWrongIsSaid() throws {
    func complaint(_ arguments: String..., folder: String? = nil) throws -> (Int32, String) {
      let result = try runProduct("recurrent", arguments, folder: folder)
      return (result.status, result.errors)
    }
    func expect(_ found: (Int32, String), _ status: Int32, _ text: String) {
      #expect(found.0 == status && found.1.contains(text), "\(found)")
    }
    try expect(complaint("train", "chess"), 64, "'chess' is invalid for '<task>'")
    try expect(complaint("train", "names", "--data", "/nowhere"), 1, "/nowhere: no such file")
    try expect(complaint("train", "names", "--hidden", "0"), 64, "--hidden: '0' is not valid; expected 1 to 8192")
    try expect(complaint("train", "names", "--source", "a"), 64, "--source: train names does not take this option")
    try expect(complaint("train", "translate", "--source", "a"), 64, "--source and --target must be given together")
    try expect(
      complaint("train", "translate", "--data", "a"), 64,
      "--data: train translate does not take this option; it takes --source, --target")
    try expect(complaint("train", "translate", "--attention", "much"), 64, "expected general, dot, additive or none")
    try expect(complaint("train", "names", "--output", "/nowhere/a.safetensors"), 1, "/nowhere/a.safetensors: ")
    try expect(complaint("train", "names", "--resume", "/nowhere/a.safetensors"), 1, "no such file")
    try expect(complaint("evaluate", "names", "--model", "/nowhere"), 1, "/nowhere: no such file")
    try expect(
      complaint("evaluate", "names", "--model", CommandTests.fixture), 1,
      "is not a model of `recurrent train`")
    try expect(complaint("predict", "charlm", "--model", "a", "--temperature", "-1"), 64, "--temperature")
    try expect(
      complaint("predict", "translate", "--model", "a", "--beam", "0"), 64, "--beam: 0 is not valid; expected 1 to 64")
    try expect(complaint("baseline", "tagger"), 64, "'tagger' is invalid")
    try expect(complaint("inspect", "--model", "a", "--output", "b", "--characters", "0"), 64, "expected 1 to 100000")
  }

  @Test func baselinesAreCompared() throws {
    for task in ["names", "sentiment"] {
      let found = try SystemCommandTests.json(runProduct("recurrent", ["baseline", task, "--format", "json"]))
      let baselines = try #require(found["baselines"] as? [[String: Any]])
      #expect(baselines.map { $0["baseline"] as? String } == ["cosine", "jaccard", "naive-bayes", "perceptron"])
      #expect(baselines.allSatisfy { ($0["accuracy"] as? Double).map { 0...1 ~= $0 } == true })
    }
    let table = try runProduct("recurrent", ["baseline", "names"])
    #expect(table.status == 0 && table.output.contains("360 training texts, 90 test texts"))
  }

  @Test func unitsAreShown() throws {
    try SystemCommandTests.withFolder { folder in
      try Data("\"Who is </script> there?\"\nNobody.\n".utf8).write(to: URL(fileURLWithPath: folder + "/a.txt"))
      for task in ["charlm", "names", "sentiment"] {
        #expect(
          try runProduct("recurrent", ["train", task, "--epochs", "1", "--hidden", "8"], folder: folder).status == 0)
        let shown = try runProduct(
          "recurrent", ["inspect", "--model", task + ".safetensors", "--text", "a.txt", "--output", "cells.html"],
          folder: folder)
        #expect(shown.status == 0 && shown.output.contains("34 characters"), "\(shown.output)\(shown.errors)")
        let page = try String(contentsOfFile: folder + "/cells.html", encoding: .utf8)
        #expect(
          page.contains("<script")
            && page.components(separatedBy: "</script>").count == page.components(separatedBy: "<script").count)
      }
      #expect(
        try runProduct("recurrent", ["train", "tagger", "--epochs", "1", "--hidden", "8"], folder: folder).status == 0)
      let refused = try runProduct(
        "recurrent", ["inspect", "--model", "tagger.safetensors", "--output", "cells.html"], folder: folder)
      #expect(refused.status == 1 && refused.errors.contains("expected a model for charlm, names or sentiment"))
    }
  }
}
