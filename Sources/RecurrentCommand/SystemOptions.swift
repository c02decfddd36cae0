// The options of `train`, `evaluate` and `predict`, and how they become settings.

import ArgumentParser
import Foundation
import Recurrent

extension TextTask: ExpressibleByArgument {}
extension SystemSettings.CellKind: ExpressibleByArgument {}
extension SystemSettings.RateSchedule: ExpressibleByArgument {}

extension ArgumentHelp {
  /// Of a setting that some tasks take, by whose names it begins.
  static func ofSetting(_ option: SystemSettings.Option, _ text: String) -> ArgumentHelp {
    ArgumentHelp("\(tasks { $0.settingsTaken.contains(option) }): \(text)")
  }

  /// Of what some tasks make their answers by.
  static func ofAnswers(_ option: DecodingOptions.Option, _ text: String) -> ArgumentHelp {
    ArgumentHelp("\(tasks { $0.decodingTaken.contains(option) }): \(text)")
  }

  private static func tasks(_ take: (any TextSystem.Type) -> Bool) -> String {
    TextTask.allCases.filter { take($0.system) }.map(\.rawValue).joined(separator: ", ")
  }
}

/// What data is.
struct DataOptions: ParsableArguments {
  @Option(
    help: """
      The data: names: a folder with a .txt file for each class, or a .tsv file (text, class); charlm: a .txt file; sentiment: a .tsv \
      file (id, document, label); tagger: a .conllu file; caption: a .csv file (64 pixels, digit). A folder stands for all its files of \
      that kind. Without it, the small data set that comes with this program.
      """, completion: .file())
  var data: String?

  @Option(
    help: "translate: the file of sentences to translate, one a line, words separated by spaces.", completion: .file())
  var source: String?

  @Option(help: "translate: the file of their translations.", completion: .file())
  var target: String?

  static func names(for task: TextTask) -> [String] { task == .translate ? ["source", "target"] : ["data"] }

  /// The files that are read, and whatever is in a folder.
  var files: [String] {
    [data, source, target].compactMap { $0 }.flatMap { path in
      [path] + ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).map { path + "/" + $0 }
    }
  }

  /// Throws for one of two that go together.
  func source(for task: TextTask, isTest: Bool) throws -> DataSource {
    switch (source, target) {
    case (let source?, let target?): return .pair(source: source, target: target)
    case (nil, nil): return data.map { .path($0) } ?? .builtIn(isTest: isTest)
    default: throw ValidationError("--source and --target go together: two files with a sentence on each line.")
    }
  }
}

/// What a model is made of, and how it is trained: what is not given, the task's defaults say.
struct SettingsOptions: ParsableArguments {
  @Option(help: "Cell: elman, lstm or gru.") var cell: SystemSettings.CellKind?
  @Option(help: "Numbers of an embedding (charlm: 0 for one-hot vectors).") var embedding: Int?
  @Option(help: "Hidden units.") var hidden: Int?
  @Option(help: "Recurrent layers.") var layers: Int?
  @Option(help: "Probability of dropout.") var dropout: Float?
  @Option(help: .ofSetting(.tokenDropout, "probability with which a word or character is unknown in training."))
  var tokenDropout: Float?
  @Option(help: .ofSetting(.attention, "general, dot, additive, or none.")) var attention: String?
  @Option(help: .ofSetting(.minimumCount, "how often a character or word must occur to be in the vocabulary."))
  var minimumCount: Int?
  @Option(
    help: "Characters or words that are read of a text (\(SettingsOptions.greatestLengths)).")
  var maxLength: Int?
  @Option(help: "Epochs.") var epochs: Int?
  @Option(
    help:
      "Epochs in a row without a better one after which training stops (default: none); --held-out gives data to compare them by."
  )
  var patience: Int?
  @Option(help: "Samples in a batch; charlm: streams side by side.") var batch: Int?
  @Option(help: .ofSetting(.steps, "steps of truncated backpropagation through time.")) var steps: Int?
  @Option(help: "Learning rate of AdamW.") var learningRate: Float?
  @Option(help: "Learning rate's course: constant, or cooldown (to zero in the last third).") var schedule:
    SystemSettings.RateSchedule?
  @Option(help: "Share of the right answer that the loss spreads over all answers.") var labelSmoothing: Float?
  @Option(help: "Weight decay of AdamW.") var weightDecay: Float?
  @Option(help: "Norm to which gradients are clipped.") var clip: Float?
  @Option(
    help:
      "Share of the data that is not trained on, but finds the best epoch: 0 to 0.9 (default: 0; without --data 0.1).")
  var heldOut: Double?
  @Option(help: "Seed of initial values, order and dropout, 0 or above.") var seed: UInt64?

  static func names(for task: TextTask) -> [String] {
    SystemSettings.Option.allCases.filter(task.system.settingsTaken.contains).map(\.rawValue)
  }

  /// By task.
  private static var greatestLengths: String {
    TextTask.allCases.compactMap { task in
      guard let limit = task.system.lengthLimit, let length = task.system.defaults.maxLength else { return nil }
      return "\(task.rawValue): \(length) \(limit.unit.rawValue)s"
    }.joined(separator: ", ")
  }

  func settings(_ defaults: SystemSettings, for task: TextTask) throws -> SystemSettings {
    var settings = defaults
    cell.map { settings.cell = $0 }
    embedding.map { settings.embeddingSize = $0 }
    hidden.map { settings.hiddenSize = $0 }
    layers.map { settings.layers = $0 }
    dropout.map { settings.dropout = $0 }
    tokenDropout.map { settings.tokenDropout = $0 }
    minimumCount.map { settings.minimumCount = $0 }
    maxLength.map { settings.maxLength = $0 }
    epochs.map { settings.epochs = $0 }
    patience.map { settings.patience = $0 }
    batch.map { settings.batchSize = $0 }
    steps.map { settings.steps = $0 }
    learningRate.map { settings.learningRate = $0 }
    schedule.map { settings.schedule = $0 }
    labelSmoothing.map { settings.labelSmoothing = $0 }
    weightDecay.map { settings.weightDecay = $0 }
    clip.map { settings.clipNorm = $0 }
    heldOut.map { settings.heldOut = $0 }
    seed.map { settings.seed = $0 }
    if let attention {
      settings.attention = Attention.Score(rawValue: attention)
      if settings.attention == nil, attention != "none" {
        throw ValidationError("--attention: '\(attention)' is not valid; expected general, dot, additive or none.")
      }
    }
    do throws(RecurrentError) { try settings.check(for: task) } catch {
      throw ValidationError("--" + error.description)
    }
    return settings
  }
}

/// How answers are made.
struct AnswerOptions: ParsableArguments {
  @Option(help: .ofAnswers(.beam, "hypotheses followed at once; 1 is greedy search.")) var beam = 5
  @Option(help: .ofAnswers(.lengthPenalty, "how far long hypotheses are favoured, 0 for not at all."))
  var lengthPenalty: Float = 1

  static func names(
    for task: TextTask, among options: Set<DecodingOptions.Option> = Set(DecodingOptions.Option.allCases)
  ) -> [String] {
    DecodingOptions.Option.allCases.filter(options.intersection(task.system.decodingTaken).contains).map(\.rawValue)
  }

  func check() throws {
    guard 1...64 ~= beam else { throw ValidationError("--beam: \(beam) is not valid; expected 1 to 64.") }
    guard 0...10 ~= lengthPenalty else {
      throw ValidationError("--length-penalty: \(lengthPenalty) is not valid; expected 0 to 10.")
    }
  }

  var options: DecodingOptions {
    var options = DecodingOptions()
    (options.beams, options.lengthPenalty) = (beam, lengthPenalty)
    return options
  }
}

/// A model's file, read as one for a task.
func loadModel(_ path: String, for task: TextTask) throws -> any TextSystem {
  func load<System: TextSystem>(_: System.Type) throws -> any TextSystem { try System(contentsOf: path) }
  return try load(task.system)
}
