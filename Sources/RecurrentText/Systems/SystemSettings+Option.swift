// Setting names: the options of `recurrent train`, and the check that a task uses each one given.

import RecurrentCore

extension SystemSettings {
  /// A setting. The raw value is the name of the option of `recurrent train`.
  public enum Option: String, Sendable, CaseIterable {
    /// `cell`
    case cell
    /// `embeddingSize`
    case embedding
    /// `hiddenSize`
    case hidden
    /// `layers`
    case layers
    /// `dropout`
    case dropout
    /// `tokenDropout`
    case tokenDropout = "token-dropout"
    /// `attention`
    case attention
    /// `minimumCount`
    case minimumCount = "minimum-count"
    /// `maxLength`
    case maxLength = "max-length"
    /// `trainingPrecision`
    case precision
    /// `epochs`
    case epochs
    /// `patience`
    case patience
    /// `batchSize`
    case batch
    /// `steps`
    case steps
    /// `learningRate`
    case learningRate = "learning-rate"
    /// `schedule`
    case schedule
    /// `labelSmoothing`
    case labelSmoothing = "label-smoothing"
    /// `weightDecay`
    case weightDecay = "weight-decay"
    /// `clipNorm`
    case clip
    /// `heldOut`
    case heldOut = "held-out"
    /// `seed`
    case seed

    /// The settings that all systems use.
    public static let common: Set<Option> = [
      .cell, .embedding, .hidden, .layers, .dropout, .precision, .epochs, .patience, .batch, .learningRate, .schedule,
      .labelSmoothing, .weightDecay, .clip, .heldOut, .seed,
    ]
  }

  /// The value of a setting as text; nil for none.
  public subscript(option: Option) -> String? {
    switch option {
    case .cell: cell.rawValue
    case .embedding: "\(embeddingSize)"
    case .hidden: "\(hiddenSize)"
    case .layers: "\(layers)"
    case .dropout: "\(dropout)"
    case .tokenDropout: "\(tokenDropout)"
    case .attention: attention?.rawValue
    case .minimumCount: "\(minimumCount)"
    case .maxLength: maxLength.map { "\($0)" }
    case .precision: trainingPrecision.rawValue
    case .epochs: "\(epochs)"
    case .patience: patience.map { "\($0)" }
    case .batch: "\(batchSize)"
    case .steps: "\(steps)"
    case .learningRate: "\(learningRate)"
    case .schedule: schedule.rawValue
    case .labelSmoothing: "\(labelSmoothing)"
    case .weightDecay: "\(weightDecay)"
    case .clip: "\(clipNorm)"
    case .heldOut: "\(heldOut)"
    case .seed: "\(seed)"
    }
  }

  /// Throws `invalidOption` if a setting that the task does not use differs from its default.
  func checkTaken(by task: TextTask) throws(RecurrentError) {
    for option in Option.allCases where !task.system.settingsTaken.contains(option) {
      let (value, expected) = (self[option] ?? "none", task.system.defaults[option] ?? "none")
      if value != expected {
        throw .invalidOption(
          name: option.rawValue, value: value, expected: "\(expected); \(task.rawValue) does not use this setting")
      }
    }
  }
}
