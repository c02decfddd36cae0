// `recurrent evaluate`: how well a model does on data.

import ArgumentParser
import Foundation
import Recurrent

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judges a trained system on data that it has not seen.",
    discussion: """
      Figures: names, sentiment, tagger: accuracy, macro_f1. charlm: nats_per_char, bits_per_char, perplexity. translate: bleu (corpus \
      BLEU-4, 0 to 100, of words separated by spaces), perplexity. caption: exact_match.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument { case table, json }

  @Argument(help: "The task.") var task: TextTask
  @Option(help: "The model's file.", completion: .file(extensions: ["safetensors"])) var model: String
  @OptionGroup var data: DataOptions
  @OptionGroup var answers: AnswerOptions
  @Option(help: "Output: table or json.") var format = Format.table
  @OptionGroup(title: "Engine") var engine: EngineOptions

  func run() throws {
    try answers.check()
    let source = try data.source(for: task, isTest: true)
    let backend = try engine.makeBackend()
    try evaluate(loadModel(model, for: task), source, backend)
  }

  private func evaluate<System: TextSystem>(_ system: System, _ source: DataSource, _ backend: any Backend) throws {
    let samples = try System.samples(in: source)
    System.notes(on: samples, system.settings, isTraining: false).forEach { complain("Warning: " + $0) }
    let clock = ContinuousClock()
    let start = clock.now
    let evaluation = try system.evaluate(samples, answers.options, backend: backend)
    let seconds = (clock.now - start) / .seconds(1)
    switch format {
    case .json:
      var values: [String: Any] = Dictionary(uniqueKeysWithValues: evaluation.figures.map { ($0.name, $0.value) })
      values["task"] = task.rawValue
      values[evaluation.unit] = evaluation.count
      values["seconds"] = seconds
      let json = try JSONSerialization.data(withJSONObject: values, options: [.sortedKeys, .prettyPrinted])
      print(String(decoding: json, as: UTF8.self))
    case .table:
      if !evaluation.details.isEmpty { print(evaluation.details + "\n") }
      print("\(evaluation.count) \(evaluation.unit) in \(String(format: "%.1f", seconds)) s")
      let width = evaluation.figures.map(\.name.count).max() ?? 0
      for (name, value) in evaluation.figures {
        print(name.padding(toLength: width, withPad: " ", startingAt: 0) + String(format: "  %.4f", value))
      }
    }
  }
}
