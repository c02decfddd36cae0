// `recurrent baseline`: trains and evaluates bag-of-terms classifiers.

import ArgumentParser
import Foundation
import Recurrent

struct BaselineCommand: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Evaluates baselines without word order on names or sentiment.",
    discussion: """
      Baselines: nearest neighbours in a term-document matrix, by cosine and by Jaccard similarity; multinomial naive \
      Bayes; a multi-layer perceptron on term counts (up to \(mostPerceptronClasses) classes). Terms are the \
      characters of names, and the words of remarks.
      """)

  enum Task: String, CaseIterable, ExpressibleByArgument { case names, sentiment }
  enum Terms: String, CaseIterable, ExpressibleByArgument { case characters, words }

  @Argument(help: "The task.") var task: Task
  @Option(
    help: "The data, in the formats of `recurrent train`; without it, the built-in data.",
    completion: .file()) var data: String?
  @Option(help: "The test data; without it, a fraction of --data, or the built-in test data.", completion: .file())
  var test: String?
  @Option(help: "The fraction of --data to test on, without --test.") var heldOut = 0.1
  @Option(help: "Terms: characters or words.") var terms: Terms?
  @Option(help: "With characters: the maximum length of n-grams.") var upTo = 1
  @Option(help: "Minimum number of occurrences of a term.") var minimumCount = 2
  @Option(help: "Seed of the test split and of the perceptron, 0 or above.") var seed: UInt64 = 1
  @Option(help: "Output: table or json.") var format = Evaluate.Format.table
  @OptionGroup(title: "Engine") var engine: EngineOptions

  private static let mostPerceptronClasses = 2000

  var caller: String {
    "baseline \(task.rawValue) with terms of \(kindOfTerms.rawValue)"
      + (test != nil ? " and --test" : data == nil ? " and the built-in data" : "")
  }
  var options: [String] {
    ["data", "test"] + (test == nil && data != nil ? ["held-out"] : []) + ["terms"]
      + (kindOfTerms == .characters ? ["up-to"] : [])
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
        path: data ?? "data", reason: "has too few texts for training and test samples")
    }
    func documents(_ samples: [LabelledText]) -> [(terms: [String], label: Int)] {
      samples.map { (termsOf($0.text), numbers[$0.label]!) }
    }
    let (trainingDocuments, testDocuments) = (documents(training), documents(test))
    var results: [BaselineResult] = []
    for baseline in Baseline.allCases {
      if baseline == .perceptron, classes.count > BaselineCommand.mostPerceptronClasses {
        complain(
          """
          The perceptron is skipped: its time grows with texts times classes, and \
          \(classes.count) classes are more than \(BaselineCommand.mostPerceptronClasses).
          """
        )
        continue
      }
      if baseline == .perceptron, format != .json { complain("Training the perceptron") }
      results.append(
        try baseline.evaluate(
          trainingDocuments, test: testDocuments, classes: classes, minimum: minimumCount, seed: seed,
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
    try StandardOutput.writeLine("\(counted(training, "training text")), \(counted(test, "test text"))\n")
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

  /// The results as JSON.
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
