// Which settings and options a system has a use for: each system declares them, and any other is
// refused.

import RecurrentCore

extension SystemSettings {
  /// A setting. The raw value is its name: that of the option of `recurrent train`, and that in
  /// errors.
  public enum Option: String, Sendable, CaseIterable {
    case cell, embedding, hidden, layers, dropout
    case tokenDropout = "token-dropout"
    case attention
    case minimumCount = "minimum-count"
    case maxLength = "max-length"
    case epochs, patience, batch, steps
    case learningRate = "learning-rate"
    case schedule
    case labelSmoothing = "label-smoothing"
    case weightDecay = "weight-decay"
    case clip
    case heldOut = "held-out"
    case seed

    /// Those of every system.
    public static let common: Set<Option> = [
      .cell, .embedding, .hidden, .layers, .dropout, .epochs, .patience, .batch, .learningRate, .schedule,
      .labelSmoothing, .weightDecay, .clip, .heldOut, .seed,
    ]
  }

  /// A setting's value, as people write it; nil for none.
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

  /// Throws for a setting that a task does not take, unless it is what the task's defaults have.
  func checkTaken(by task: TextTask) throws(RecurrentError) {
    for option in Option.allCases where !task.system.settingsTaken.contains(option) {
      let (value, usual) = (self[option] ?? "none", task.system.defaults[option] ?? "none")
      if value != usual {
        throw .invalidOption(
          name: option.rawValue, value: value, expected: "\(usual): \(task.rawValue) has no use for another")
      }
    }
  }
}

extension DecodingOptions {
  /// What answers are made by. The raw value is its name: that of the option of `recurrent
  /// predict`, and that in errors.
  public enum Option: String, Sendable, CaseIterable {
    case top, beam
    case lengthPenalty = "length-penalty"
    case length, temperature
    case topK = "top-k"
    case topP = "top-p"
    case seed
    case nBest = "n-best"

    /// Those that an evaluation goes by too.
    public static let judged: Set<Option> = [.beam, .lengthPenalty]
  }
}
