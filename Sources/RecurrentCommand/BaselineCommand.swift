// `recurrent baseline`: what counting terms reaches, without their order.

import ArgumentParser
import Foundation
import Recurrent

struct BaselineCommand: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Classifies by counts of terms alone, to show what order buys: names or sentiment.",
    discussion: """
      Nearest neighbours in a term-document matrix by cosine and by Jaccard similarity, multinomial naive Bayes, and a multi-layer \
      perceptron on counts (of up to 2000 classes). Terms are the characters of names, and the words of remarks.
      """)

  enum Task: String, CaseIterable, ExpressibleByArgument { case names, sentiment }
  enum Terms: String, CaseIterable, ExpressibleByArgument { case characters, words }

  @Argument(help: "The task.") var task: Task
  @Option(
    help: "The data, as `recurrent train` takes it; without it, the small set that comes with this program.",
    completion: .file()) var data: String?
  @Option(help: "Data to judge by; without it, a share of the data.", completion: .file()) var test: String?
  @Option(help: "The share of the data to judge by, when there is no --test.") var heldOut = 0.1
  @Option(help: "Terms: characters or words.") var terms: Terms?
  @Option(help: "With characters: runs of up to so many are terms too.") var upTo = 1
  @Option(help: "How often a term must occur.") var minimumCount = 2
  @Option(help: "Seed of the share to judge by, and of the perceptron, 0 or above.") var seed: UInt64 = 1
  @Option(help: "Output: table or json.") var format = Evaluate.Format.table
  @OptionGroup(title: "Engine") var engine: EngineOptions

  private static let mostPerceptronClasses = 2000

  var caller: String {
    "baseline \(task.rawValue) with terms of \(kindOfTerms.rawValue)" + (test == nil ? "" : " and --test")
  }
  var options: [String] {
    ["data", "test"] + (test == nil ? ["held-out"] : []) + ["terms"] + (kindOfTerms == .characters ? ["up-to"] : [])
      + ["minimum-count", "seed", "format"] + CommandOptions.engine
  }

  private var kindOfTerms: Terms { terms ?? (task == .names ? .characters : .words) }

  func run() throws {
    guard heldOut > 0, heldOut <= 0.9 else {
      throw ValidationError("--held-out: \(heldOut) is not valid; expected above 0, up to 0.9.")
    }
    guard 1...8 ~= upTo else { throw ValidationError("--up-to: \(upTo) is not valid; expected 1 to 8.") }
    guard minimumCount >= 1 else {
      throw ValidationError("--minimum-count: \(minimumCount) is not valid; expected 1 or more.")
    }
    let backend = try engine.makeBackend()
    let (training, test) = try task == .names ? samples(NameClassifier.self) : samples(SentimentClassifier.self)
    let classes = Set((training + test).map(\.label)).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    guard !training.isEmpty, !test.isEmpty else {
      throw RecurrentError.invalidFile(
        path: data ?? "data", reason: "has too few texts to learn from some and to judge by others")
    }
    func documents(_ samples: [LabelledText]) -> [(terms: [String], label: Int)] {
      samples.map { (termsOf($0.text), numbers[$0.label]!) }
    }
    let (learnt, judged) = (documents(training), documents(test))
    var results: [BaselineResult] = []
    for baseline in Baseline.allCases {
      if baseline == .perceptron, classes.count > BaselineCommand.mostPerceptronClasses {
        complain(
          "The perceptron is left out: its time grows with texts times classes, of which there are \(classes.count), more than \(BaselineCommand.mostPerceptronClasses)."
        )
        continue
      }
      if baseline == .perceptron, format != .json { complain("Training the perceptron") }
      results.append(
        try baseline.evaluate(
          learnt, test: judged, classes: classes, minimum: minimumCount, seed: seed,
          progress: format == .json ? .none : .standardError, backend: backend))
    }
    try show(results, training: training.count, test: test.count)
  }

  private func samples<System: TextClassifier>(_: System.Type) throws -> (
    training: [LabelledText], test: [LabelledText]
  ) {
    let all = try System.samples(in: data.map { .path($0) } ?? .builtIn(isTest: false))
    if let test { return (all, try System.samples(in: .path(test))) }
    if data == nil { return (all, try System.samples(in: .builtIn(isTest: true))) }
    let (training, test) = System.split(all, heldOut: heldOut, seed: seed)
    return (training, test)
  }

  private func termsOf(_ text: String) -> [String] {
    kindOfTerms == .words ? wordTerms(text) : characterTerms(text.lowercased(), upTo: upTo)
  }

  private func show(_ results: [BaselineResult], training: Int, test: Int) throws {
    if format == .json {
      let findings = Findings(
        task: task.rawValue, training: training, test: test, baselines: results.map(Findings.Figures.init))
      return try StandardOutput.writeLine(JSON.encode(findings, pretty: true, keys: .convertToSnakeCase))
    }
    try StandardOutput.writeLine("\(counted(training, "text")) to learn from, \(test) to judge by\n")
    var table = TextTable([
      .text("baseline"), .number("accuracy"), .number("macro F1"), .number("training"), .number("prediction"),
    ])
    for result in results {
      let shares = [result.confusion.accuracy, result.confusion.macroF1].map { String(format: "%.4f", $0) }
      table.add(
        [result.baseline.rawValue] + shares
          + [result.trainingSeconds, result.predictionSeconds].map { String(format: "%.2f s", $0) })
    }
    try StandardOutput.writeLine(table.text(width: StandardOutput.columns))
  }

  /// As JSON has them.
  private struct Findings: Encodable {
    let task: String
    let training, test: Int
    let baselines: [Figures]

    struct Figures: Encodable {
      let baseline: String
      let accuracy, macroF1, trainingSeconds, predictionSeconds: Double

      init(_ result: BaselineResult) {
        baseline = result.baseline.rawValue
        (accuracy, macroF1) = (result.confusion.accuracy, result.confusion.macroF1)
        (trainingSeconds, predictionSeconds) = (result.trainingSeconds, result.predictionSeconds)
      }
    }
  }
}
