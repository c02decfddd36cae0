// Settings options: the settings of `recurrent train`.

import ArgumentParser
import Foundation
import Recurrent

/// The settings of a model and of its training. The task's defaults apply to options that are not
/// given.
struct SettingsOptions: ParsableArguments {
  @Option(help: "Cell: elman, lstm or gru.") var cell: SystemSettings.CellKind?
  @Option(help: "Embedding size (charlm: 0 for one-hot vectors).") var embedding: Int?
  @Option(help: "Hidden units.") var hidden: Int?
  @Option(help: "Recurrent layers.") var layers: Int?
  @Option(help: "Dropout probability.") var dropout: Float?
  @Option(help: .ofSetting(.tokenDropout, "probability with which an input token becomes unknown in training."))
  var tokenDropout: Float?
  @Option(help: .ofSetting(.attention, "attention score: general, dot, additive, or none.")) var attention: String?
  @Option(help: .ofSetting(.minimumCount, "minimum number of occurrences of a character or word in the vocabulary."))
  var minimumCount: Int?
  @Option(
    help: "Maximum length of a text (\(SettingsOptions.greatestLengths)).")
  var maxLength: Int?
  @Option(
    help: """
      Precision of the matrix products in training: float32 or bfloat16. The model is saved in float32 in both. (For \
      int8, train in float32, then `recurrent convert`.)
      """)
  var precision: Precision?
  @Option(help: "Epochs.") var epochs: Int?
  @Option(
    help: "Consecutive epochs without improvement after which training stops (default: none); see also --held-out."
  )
  var patience: Int?
  @Option(help: "Samples per batch; charlm: parallel streams.") var batch: Int?
  @Option(help: .ofSetting(.steps, "time steps of truncated backpropagation through time.")) var steps: Int?
  @Option(help: "Learning rate of AdamW.") var learningRate: Float?
  @Option(help: "Learning rate schedule: constant, or cooldown (to zero in the last third).") var schedule:
    SystemSettings.RateSchedule?
  @Option(help: "Label smoothing: probability that the loss spreads over all classes.") var labelSmoothing: Float?
  @Option(help: "Weight decay of AdamW.") var weightDecay: Float?
  @Option(help: "Maximum gradient norm.") var clip: Float?
  @Option(
    help:
      "Fraction of the data that is held out to select the best epoch: 0 to 0.9 (default: 0; without --data 0.1).")
  var heldOut: Double?
  @Option(help: "Seed of initial parameters, sample order and dropout, 0 or above.") var seed: UInt64?

  static func names(for task: TextTask) -> [String] {
    SystemSettings.Option.allCases.filter(task.system.settingsTaken.contains).map(\.rawValue)
  }

  /// The default maximum lengths by task.
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
    precision.map { settings.trainingPrecision = $0 }
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
