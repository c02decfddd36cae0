// The result of a training step: loss, metrics and weight.

import RecurrentCore
import RecurrentLayers

/// The loss and metrics of a batch, which a trainer minimises and reports.
public struct StepResult {
  /// The loss: a single number.
  public let loss: Variable
  /// The mean of each metric over the batch, by name.
  public let metrics: [String: Float]
  /// The weight of the batch in the epoch's means: its number of samples or tokens.
  public let weight: Int

  /// Creates a result. Preconditions: no metric is named "loss"; the weight is not negative.
  public init(loss: Variable, metrics: [String: Float] = [:], weight: Int = 1) {
    require(metrics["loss"] == nil, "StepResult: a metric cannot be named 'loss', which is the loss's name")
    require(weight >= 0, "StepResult: weight \(weight) must be zero or more")
    (self.loss, self.metrics, self.weight) = (loss, metrics, weight)
  }
}
