// Reports of training: a run, and each of its epochs.

/// How a training run ended.
public struct TrainingReport: Sendable, Equatable {
  public let epochs: [EpochReport]
  /// The parameter updates so far.
  public let steps: Int
  /// The number of the best epoch, from 0; nil when none had a figure to compare, or none was
  /// better than an earlier fit whose file was there.
  public let bestEpoch: Int?
  public let stoppedEarly: Bool
  /// Whether Ctrl-C ended it.
  public let wasInterrupted: Bool
}

/// An epoch's figures, "loss" among them.
public struct EpochReport: Sendable, Equatable, Codable {
  /// From 0.
  public let epoch: Int
  public let training: [String: Double]
  public let validation: [String: Double]?
  /// What the learning rate was multiplied by in the last step.
  public let rateFactor: Float

  func line(of epochs: Int) -> String {
    func list(_ figures: [String: Double]) -> String {
      figures.sorted { ($0.key != "loss" ? 1 : 0, $0.key) < ($1.key != "loss" ? 1 : 0, $1.key) }
        .map { "\($0.key) \(ProgressDisplay.number($0.value))" }.joined(separator: ", ")
    }
    return "Epoch \(epoch + 1)/\(epochs): \(list(training))" + (validation.map { "; validation \(list($0))" } ?? "")
  }
}
