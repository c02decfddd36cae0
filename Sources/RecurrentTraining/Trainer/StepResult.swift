// The result of a training step: loss, metrics and weight.

import RecurrentCore
import RecurrentLayers

/// The loss and other figures of a batch; what a trainer minimises and shows.
public struct StepResult {
  /// A single number.
  public let loss: Variable
  /// Means over the batch, by name.
  public let metrics: [String: Float]
  /// What the batch counts in the epoch's means: its samples, or its tokens.
  public let weight: Int

  /// Stops on a metric named "loss", which the loss is, and on a weight below zero.
  public init(loss: Variable, metrics: [String: Float] = [:], weight: Int = 1) {
    require(metrics["loss"] == nil, "StepResult: a metric cannot be named 'loss', which is the loss's name")
    require(weight >= 0, "StepResult: weight \(weight) must be zero or more")
    (self.loss, self.metrics, self.weight) = (loss, metrics, weight)
  }
}
