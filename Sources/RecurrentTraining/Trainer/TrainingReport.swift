// Reports of a training run and of its epochs.

/// The result of a training run.
public struct TrainingReport: Sendable, Equatable {
  /// The reports of all epochs, those before a resumption included.
  public let epochs: [EpochReport]
  /// The number of parameter updates.
  public let steps: Int
  /// The number of the best epoch, from 0; nil if no epoch had the monitored metric, or none was
  /// better than an earlier fit whose file was at `checkpoint`.
  public let bestEpoch: Int?
  /// Whether early stopping ended the run.
  public let stoppedEarly: Bool
  /// Whether Ctrl-C or SIGTERM ended the run.
  public let wasInterrupted: Bool
}

/// The metrics of an epoch, "loss" among them.
public struct EpochReport: Sendable, Equatable, Codable {
  /// The number of the epoch, from 0.
  public let epoch: Int
  /// The metrics on the training batches, by name.
  public let training: [String: Double]
  /// The metrics on the validation batches, by name; nil without validation.
  public let validation: [String: Double]?
  /// The factor of the learning rate in the epoch's last step.
  public let rateFactor: Float

  /// A line of text for the progress display.
  func line(of epochs: Int) -> String {
    func list(_ figures: [String: Double]) -> String {
      figures.sorted { ($0.key != "loss" ? 1 : 0, $0.key) < ($1.key != "loss" ? 1 : 0, $1.key) }
        .map { "\($0.key) \(ProgressDisplay.number($0.value))" }.joined(separator: ", ")
    }
    return "Epoch \(epoch + 1)/\(epochs): \(list(training))" + (validation.map { "; validation \(list($0))" } ?? "")
  }
}
