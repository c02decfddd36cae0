// Output of `predict`: lines of columns, and JSON.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct PredictOutputTests {
  /// A folder with a tiny model of a task, "m".
  private static func withModel<System: TextSystem>(
    _: System.Type, _ body: (_ folder: String, _ model: System) throws -> Void
  ) throws {
    try SystemCommandTests.withFolder { folder in
      var settings = System.defaults(for: .builtIn(isTest: false))
      (settings.epochs, settings.hiddenSize, settings.embeddingSize) = (1, 8, 8)
      let samples = try System.samples(in: .builtIn(isTest: false))
      let (model, _) = try System.train(
        on: Array(samples.prefix(64)), settings: settings, progress: .none,
        backend: try Backends.make("swift", threads: 1))
      try model.save(to: folder + "/m")
      try body(folder, model)
    }
  }

  /// `predict` on lines of a file.
  private static func ask(_ task: String, _ lines: [String], _ options: [String] = [], folder: String) throws -> (
    lines: [String], errors: String
  ) {
    try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: folder + "/questions"))
    let result = try runProduct(
      "recurrent", ["predict", task, "--model", "m", "--threads", "1"] + options, folder: folder,
      redirection: "<questions")
    #expect(result.status == 0, "\(result.errors)")
    return (
      result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init), result.errors
    )
  }

  private static func objects(_ lines: [String]) throws -> [[String: Any]] {
    try lines.map { try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)") }
  }

  /// The best alone, so that the lines of a file and those of its translation are pairs.
  @Test func eachSentenceHasOneLine() throws {
    try PredictOutputTests.withModel(Translator.self) { folder, model in
      let questions = ["ja .", "", "nein , danke .", "unbekanntes wort"]
      let (lines, errors) = try PredictOutputTests.ask("translate", questions, folder: folder)
      let backend = try Backends.make("swift", threads: 1)
      #expect(lines.count == 4 && errors.isEmpty && lines.allSatisfy { !$0.contains("\t") })
      #expect(try lines == questions.map { try model.translate($0, backend: backend).first?.text ?? "" })

      // The best of a beam, with the sentence's number: as many as it has found.
      let several = try PredictOutputTests.ask(
        "translate", questions, ["--n-best", "3", "--beam", "4"], folder: folder
      ).lines.map { $0.components(separatedBy: "\t") }
      var options = DecodingOptions()
      options.beams = 4
      var expected: [[String]] = []
      for (number, question) in questions.enumerated() {
        for found in try model.translate(question, options, backend: backend).prefix(3) {
          expected.append(["\(number + 1)", String(format: "%.4f", log(found.probability)), found.text])
        }
      }
      #expect(
        several.map(\.count) == expected.map { _ in 3 }
          && several.map { [$0[0], $0[2]] } == expected.map { [$0[0], $0[2]] })
      #expect(zip(several, expected).allSatisfy { abs(Double($0[1])! - Double($1[1])!) < 2e-3 }, "\(several)")

      let found = try PredictOutputTests.objects(
        PredictOutputTests.ask("translate", questions, ["--format", "json"], folder: folder).lines)
      #expect(found.map { $0["number"] as? Int } == [1, 2, 3, 4] && found.map { $0["input"] as? String } == questions)
      #expect(found.map { ($0["hypotheses"] as? [[String: Any]])?.count } == [1, 1, 1, 1])
      #expect(found.map { ($0["hypotheses"] as? [[String: Any]])?[0]["text"] as? String } == lines)
      let two = try PredictOutputTests.objects(
        PredictOutputTests.ask("translate", ["ja ."], ["--format", "json", "--n-best", "2"], folder: folder).lines)
      let hypotheses = try #require(two[0]["hypotheses"] as? [[String: Any]])
      #expect(
        1...2 ~= hypotheses.count && hypotheses.allSatisfy { ($0["log_probability"] as? Double).map { $0 < 0 } == true }
      )
    }
  }

  /// The text goes to standard output, its probability to standard error.
  @Test func aTextIsPrintedAlone() throws {
    try PredictOutputTests.withModel(CharacterModel.self) { folder, _ in
      let command = ["predict", "charlm", "--model", "m", "--length", "30", "--threads", "1"]
      let result = try runProduct("recurrent", command + ["the "], folder: folder)
      #expect(
        result.status == 0 && result.output.hasPrefix("the ") && result.output.unicodeScalars.count == 35
          && result.output.hasSuffix("\n"))
      #expect(
        result.errors.wholeMatch(of: /probability 0\.\d{3} per character \(\d\.\d{3} nats\)\n/) != nil,
        "\(result.errors)")
      let json = try runProduct("recurrent", command + ["the ", "a", "--format", "json"], folder: folder)
      let found = try PredictOutputTests.objects(json.output.split(separator: "\n").map(String.init))
      #expect(found.map { $0["input"] as? String } == ["the ", "a"] && json.errors.isEmpty)
      #expect("the " + (found[0]["continuation"] as? String ?? "") + "\n" == result.output)
      #expect((found[0]["mean_log_probability"] as? Double).map { $0 < 0 } == true)
      let nothing = try runProduct(
        "recurrent", ["predict", "charlm", "--model", "m", "--length", "0", "the"], folder: folder)
      #expect(nothing.output == "the\n" && nothing.errors.isEmpty)
    }
  }

  /// Columns are parted by tabs, whatever is in a text or a class's name.
  @Test func classesStandInColumns() throws {
    try OutputTests.withModel(classes: ["New\tYork", "Rhode Island"]) { folder in
      let result = try runProduct("recurrent", ["predict", "names", "--model", "m", "a\tb\nc", ""], folder: folder)
      let lines = result.output.split(separator: "\n").map { $0.components(separatedBy: "\t") }
      #expect(
        lines.count == 2 && lines.allSatisfy { $0.count == 5 && Set([$0[1], $0[3]]) == ["New York", "Rhode Island"] },
        "\(result)")
      #expect(lines.map { $0[0] } == ["a b c", ""] && lines.allSatisfy { Double($0[2])! >= Double($0[4])! })
      let json = try runProduct(
        "recurrent", ["predict", "names", "--model", "m", "a\tb\nc", "--top", "1", "--format", "json"], folder: folder)
      let found = try PredictOutputTests.objects(json.output.split(separator: "\n").map(String.init))
      let classes = try #require(found[0]["classes"] as? [[String: Any]])
      #expect(found.count == 1 && found[0]["input"] as? String == "a\tb\nc" && classes.count == 1)
      #expect(
        ["New\tYork", "Rhode Island"].contains(classes[0]["name"] as? String) && classes[0]["probability"] is Double)
    }
  }

  @Test func everyWordHasItsTag() throws {
    try PredictOutputTests.withModel(Tagger.self) { folder, _ in
      let (lines, _) = try PredictOutputTests.ask("tagger", ["the dog", "", "and/or 1/2"], folder: folder)
      #expect(
        lines.count == 3 && lines[1] == "" && lines[0].wholeMatch(of: /the\/[A-Z]+\tdog\/[A-Z]+/) != nil, "\(lines)")
      let found = try PredictOutputTests.objects(
        PredictOutputTests.ask("tagger", ["the dog", ""], ["--format", "json"], folder: folder).lines)
      let words = try #require(found[0]["words"] as? [[String: Any]])
      #expect(
        words.map { $0["word"] as? String } == ["the", "dog"]
          && words.allSatisfy { $0["tag"] is String && $0["probability"] is Double })
      #expect((found[1]["words"] as? [Any])?.isEmpty == true)
    }
  }

  @Test func aPictureHasOneLine() throws {
    try PredictOutputTests.withModel(CaptionWriter.self) { folder, _ in
      let (lines, _) = try PredictOutputTests.ask(
        "caption", [SystemCommandTests.pixels, SystemCommandTests.pixels], folder: folder)
      #expect(lines.count == 2 && lines[0] == lines[1] && !lines[0].contains("\t"))
      let several = try PredictOutputTests.ask(
        "caption", [SystemCommandTests.pixels], ["--n-best", "2"], folder: folder
      ).lines
      #expect(
        several.allSatisfy { $0.wholeMatch(of: /1\t-?\d+\.\d{4}\t.*/) != nil } && several[0].hasSuffix("\t" + lines[0]),
        "\(several)")
    }
  }

  @Test func wrongNumbersOfAnswersAreRefused() throws {
    for (task, options, text) in [
      ("translate", ["--n-best", "6"], "--n-best: 6 is not valid; expected 1 to 5"),
      ("caption", ["--n-best", "0"], "--n-best: 0 is not valid; expected 1 to 5"),
      ("names", ["--n-best", "2"], "--n-best: "), ("charlm", ["--n-best", "2"], "--n-best: "),
      ("names", ["--format", "csv"], "csv"),
    ] {
      let result = try runProduct("recurrent", ["predict", task, "--model", "missing"] + options + ["a"])
      #expect(result.status == 64 && result.errors.contains(text) && result.output.isEmpty, "\(result.errors)")
    }
  }

  /// As for other figures.
  @Test func probabilitiesThatAreNotFiniteAreValidJSON() throws {
    let answer = ContinuationAnswer(continuation: "a\"\u{1}", meanLogProbability: -.infinity)
    #expect(
      try JSON.encode(answer, keys: .convertToSnakeCase)
        == #"{"continuation":"a\"\u0001","mean_log_probability":"-inf"}"#)
  }
}
