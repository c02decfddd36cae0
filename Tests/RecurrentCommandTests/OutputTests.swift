// Output of the commands: what they write, and what happens if it cannot be written.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct OutputTests {
  /// Commands with a model of names, "m", in their folder, whose classes are written as given.
  static func withModel(classes: [String] = ["one", "other"], _ body: (String) throws -> Void) throws {
    try SystemCommandTests.withFolder { folder in
      var settings = NameClassifier.defaults
      (settings.epochs, settings.hiddenSize, settings.embeddingSize) = (1, 4, 4)
      let samples = classes.flatMap { label in ["aa", "ab", "ba"].map { LabelledText($0, label: label) } }
      let (model, _) = try NameClassifier.train(
        on: samples, settings: settings, progress: .none, backend: try Backends.make("swift", threads: 1))
      try model.save(to: folder + "/m")
      try body(folder)
    }
  }

  static let commands = [
    ["--help"], ["train", "--help"], ["predict", "names", "--model", "m", "ab"], ["evaluate", "names", "--model", "m"],
    ["evaluate", "names", "--model", "m", "--format", "json"], ["doctor"], ["doctor", "--format", "json"],
    ["verify", CommandTests.fixture],
    ["baseline", "names", "--format", "json"], ["gradient-flow", "--output", "f.svg", "--hidden", "4", "--steps", "3"],
    ["inspect", "--model", "m", "--output", "i.html"],
    ["train", "names", "--quiet", "--epochs", "1", "--hidden", "4", "--output", "new"],
  ]

  static let failure = "Error: standard output: cannot be written"

  @Test func outputThatCannotBeWrittenIsAnError() throws {
    try OutputTests.withModel { folder in
      for (number, command) in OutputTests.commands.enumerated() {
        let full = try runProduct("recurrent", command, folder: folder, redirection: Redirection.fullOutput)
        #expect(
          full.status == 1 && full.errors.hasSuffix("\(OutputTests.failure): No space left on device\n"),
          "\(command): \(full)")
        if number.isMultiple(of: 3) {
          let closed = try runProduct("recurrent", command, folder: folder, redirection: Redirection.closedOutput)
          #expect(
            closed.status == 1 && closed.errors.hasSuffix("\(OutputTests.failure): Bad file descriptor\n"),
            "\(command): \(closed)")
        }
      }
    }
  }

  /// With the status of SIGPIPE.
  @Test func aReaderThatHasGoneEndsACommandQuietly() throws {
    try OutputTests.withModel { folder in
      for command in OutputTests.commands where command.first != "train" && command.first != "baseline" {
        let result = try runProduct("recurrent", command, folder: folder, redirection: Redirection.abandoned(1))
        // But for what there is to say about the data.
        let errors = result.errors.split(separator: "\n").filter { !$0.hasPrefix("Warning: ") }
        #expect(result.status == SIGPIPE && errors.isEmpty, "\(command): \(result)")
      }
    }
  }

  /// A disk that is full, no standard error, a reader that has gone away: the same parameters as
  /// without. What has no standard error must not write its progress to the file that it opens
  /// next.
  @Test func progressThatCannotBeWrittenEndsNothing() throws {
    try SystemCommandTests.withFolder { folder in
      func train(_ name: String, _ redirection: String?) throws -> [Tensor] {
        let options = [
          "train", "names", "--epochs", "2", "--hidden", "4", "--seed", "1", "--threads", "1", "--output", name,
        ]
        let result = try runProduct("recurrent", options, folder: folder, redirection: redirection)
        #expect(
          result.status == 0 && result.output.hasPrefix("\(name): "), "\(String(describing: redirection)): \(result)")
        return try NameClassifier(contentsOf: folder + "/" + name).parameters.map(\.parameter.value)
      }
      let expected = try train("aa", nil)
      for (name, redirection) in [
        ("bb", Redirection.fullErrors), ("cc", Redirection.closedErrors), ("dd", Redirection.abandoned(2)),
      ] {
        #expect(try train(name, redirection) == expected, "\(redirection)")
      }
      #expect(try train("ee", "<&- 2>&-") == expected)
    }
  }

  /// Where it has no words for a number.
  @Test func figuresThatAreNotFiniteAreValidJSON() throws {
    try SystemCommandTests.withFolder { folder in
      var settings = CharacterModel.defaults
      (settings.epochs, settings.hiddenSize, settings.batchSize) = (1, 4, 2)
      let backend = try Backends.make("swift", threads: 1)
      let (model, _) = try CharacterModel.train(
        on: ["abcd\nabcd\nab\n"], settings: settings, progress: .none, backend: backend)
      for named in model.parameters {
        let value = named.parameter.value
        named.parameter.value = Tensor(value.elements.map { $0 * 1e6 }, shape: value.shape)
      }
      try model.save(to: folder + "/m")
      try Data("cabdacdb\n\ndcba\n".utf8).write(to: URL(fileURLWithPath: folder + "/a.txt"))
      let options = ["evaluate", "charlm", "--model", "m", "--data", "a.txt", "--format"]
      let judged = try SystemCommandTests.json(runProduct("recurrent", options + ["json"], folder: folder))
      #expect(judged["perplexity"] as? String == "inf" && (judged["nats_per_char"] as? Double ?? 0) > 710, "\(judged)")
      #expect(judged["task"] as? String == "charlm" && judged["characters"] is Int && judged["seconds"] is Double)
      #expect(try runProduct("recurrent", options + ["table"], folder: folder).output.contains("perplexity     inf"))
    }
  }

  /// Before anything that takes time, here before the model is looked for.
  @Test func filesToWriteAreCheckedFirst() throws {
    try OutputTests.withModel { folder in
      for path in [folder, folder + "/", ".", folder + "/none/a.html", "none/a.html"] {
        let inspected = try runProduct(
          "recurrent", ["inspect", "--model", "missing", "--output", path], folder: folder)
        #expect(inspected.status == 1 && inspected.errors.contains("Error: \(path): "), "\(inspected)")
        let plotted = try runProduct(
          "recurrent", ["gradient-flow", "--output", path, "--hidden", "4", "--steps", "3"], folder: folder)
        #expect(
          plotted.status == 1 && plotted.errors.contains("Error: \(path): ") && plotted.output.isEmpty, "\(plotted)")
      }
      // Input files are not overwritten.
      let before = try Data(contentsOf: URL(fileURLWithPath: folder + "/m"))
      let same = try runProduct("recurrent", ["inspect", "--model", "m", "--output", folder + "/./m"], folder: folder)
      #expect(same.status == 64 && same.errors.contains("is an input file"), "\(same)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/m")) == before)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["m"])
    }
  }

  @Test func dataIsNotWrittenOver() throws {
    try SystemCommandTests.withFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/n", withIntermediateDirectories: false)
      let data = Data("ab\tx\nba\ty\n".utf8)
      for name in ["t.tsv", "t.last.tsv", "n/u.tsv", "d.last"] {
        try data.write(to: URL(fileURLWithPath: folder + "/" + name))
      }
      for (given, output) in [("t.tsv", "t.tsv"), ("t.tsv", "./t.tsv"), ("n", "n/u.tsv"), ("d.last", "d")] {
        let result = try runProduct(
          "recurrent",
          ["train", "names", "--data", given, "--output", output, "--overwrite", "--epochs", "1", "--quiet"],
          folder: folder)
        #expect(
          result.status == 64 && result.errors.contains("is an input file"), "\(given) \(output): \(result)")
      }
      for name in ["t.tsv", "n/u.tsv", "d.last"] {
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)) == data)
      }
    }
  }

  @Test func tooManyArgumentsAreRefused() throws {
    let result = try runProduct("recurrent", ["predict", "names", "--model", "m"] + (0..<10_000).map(String.init))
    #expect(
      result.status == 64 && result.errors.contains("10000 at most; `recurrent predict` reads lines of standard input"),
      "\(result.errors)")
  }

  /// Of data, in messages and on terminals; pipes and files get every character.
  @Test func controlCharactersDoNotReachATerminal() throws {
    let label = "x\u{1B}]0;title\u{7}\u{202E}"
    try OutputTests.withModel(classes: [label, "other"]) { folder in
      let command = ["predict", "names", "--model", "m", "ab"]
      let piped = try runProduct("recurrent", command, folder: folder)
      #expect(piped.status == 0 && piped.output.contains(label))
      let shown = try runOnTerminal("recurrent", command, columns: 80, folder: folder)
      #expect(
        shown.status == 0 && shown.text.contains("x\\u{1B}]0;title\\u{7}\\u{202E}\t") && !shown.text.contains("\u{1B}"),
        "\(shown)")
      let judged = try runOnTerminal(
        "recurrent", ["evaluate", "names", "--model", "m", "--data", "d.tsv"], columns: 80, folder: folder)
      #expect(judged.status == 1 && !judged.text.contains("\u{1B}"))

      try Data("ab\t\(label)\n".utf8).write(to: URL(fileURLWithPath: folder + "/d.tsv"))
      let refused = try runProduct(
        "recurrent", ["train", "names", "--data", "d.tsv", "--output", "new"], folder: folder)
      #expect(
        refused.status == 1 && refused.errors.contains("x\\u{1B}]0;title\\u{7}\\u{202E}")
          && !refused.errors.contains("\u{1B}"), "\(refused)")
    }
  }

  @Test func statusesAreAsDocumented() throws {
    #expect(try runProduct("recurrent", ["--help"]).output.contains("Exit status: 0 on success"))
    for command in [["doctor"], ["verify", CommandTests.fixture], ["baseline", "names"]] {
      let wrong = try runProduct("recurrent", command, environment: ["RECURRENT_THREADS": "0"])
      #expect(wrong.status == 64 && wrong.errors.contains("RECURRENT_THREADS: '0' is not valid"), "\(wrong)")
    }
    #expect(try runProduct("recurrent", ["verify"]).status == 64)
  }
}
