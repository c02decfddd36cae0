// `recurrent evaluate`: evaluates a model on test data.

import ArgumentParser
import Foundation
import Recurrent

struct Evaluate: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    abstract: "Evaluates a trained model on test data.",
    discussion: """
      Metrics by task:
        names, sentiment, tagger: accuracy, macro_f1
        charlm: nats_per_char, bits_per_char, perplexity
        translate: bleu (corpus BLEU-4, 0 to 100, of words separated by spaces), perplexity
        caption: exact_match

      Without --data, the model is evaluated on the built-in test data of the task. With --precision int8, it is \
      evaluated as `recurrent convert --precision int8` would store it.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case table, json }

  @Argument(help: "The task.") var task: TextTask
  @OptionGroup var model: ModelOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var answers: AnswerOptions
  @Option(help: "Output: table or json.") var format = Format.table
  @OptionGroup(title: "Engine") var engine: EngineOptions

  var caller: String { "evaluate \(task.rawValue)" }
  var options: [String] {
    ModelOptions.names + DataOptions.names(for: task)
      + AnswerOptions.names(for: task, among: DecodingOptions.Option.evaluation) + ["format"] + CommandOptions.engine
  }

  func run() throws {
    try answers.check()
    let source = try data.source(for: task, isTest: true)
    let backend = try engine.makeBackend()
    try evaluate(model.load(for: task), source, backend)
  }

  private func evaluate<System: TextSystem>(_ system: System, _ source: DataSource, _ backend: any Backend) throws {
    let samples = try System.samples(in: source)
    system.notes(onTest: samples).forEach { complain("Warning: " + $0) }
    if system.precision != .float32 {
      complain("\(task.rawValue): in \(computation(in: system.precision, backend))")
    }
    let clock = ContinuousClock()
    let start = clock.now
    let evaluation = try system.evaluate(samples, answers.options, backend: backend)
    let seconds = (clock.now - start) / .seconds(1)
    switch format {
    case .json:
      try StandardOutput.writeLine(
        JSON.encode(
          Findings(
            task: task, precision: system.precision, backend: backend.name, evaluation: evaluation, seconds: seconds),
          pretty: true))
    case .table:
      if !evaluation.details.isEmpty { try StandardOutput.writeLine(evaluation.details + "\n") }
      try StandardOutput.writeLine(
        "\(counted(evaluation.count, String(evaluation.unit.dropLast()))) in \(String(format: "%.1f", seconds)) s")
      let width = evaluation.figures.map(\.name.count).max() ?? 0
      for (name, value) in evaluation.figures {
        try StandardOutput.writeLine(
          name.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + number(value, "%.4f"))
      }
    }
  }

  /// The result as JSON: metrics by name, the task, the precision, the backend, the number of
  /// evaluated units, the seconds.
  private struct Findings: Encodable {
    let task: TextTask
    let precision: Precision
    let backend: String
    let evaluation: Evaluation
    let seconds: Double

    struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Name.self)
      for (name, value) in evaluation.figures { try container.encode(value, forKey: Name(stringValue: name)) }
      try container.encode(task, forKey: Name(stringValue: "task"))
      try container.encode(precision, forKey: Name(stringValue: "precision"))
      try container.encode(backend, forKey: Name(stringValue: "backend"))
      try container.encode(evaluation.count, forKey: Name(stringValue: evaluation.unit))
      try container.encode(seconds, forKey: Name(stringValue: "seconds"))
    }
  }
}
