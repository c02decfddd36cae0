// Weighted sums of an epoch's loss and metrics.

import RecurrentCore

/// Weighted sums of loss and metrics, by name.
struct MetricSums: Codable, Equatable {
  private var sums: [String: Double] = [:]
  /// In Double, so that no file can make it overflow.
  private var weight = 0.0

  /// Adds the result of a batch.
  mutating func add(_ loss: Float, _ result: StepResult) {
    weight += Double(result.weight)
    for (name, value) in result.metrics { sums[name, default: 0] += Double(value) * Double(result.weight) }
    sums["loss", default: 0] += Double(loss) * Double(result.weight)
  }

  var isEmpty: Bool { self == MetricSums() }

  /// The names of the sums.
  var names: Set<String> { Set(sums.keys) }

  /// Whether the sums are possible: metrics may be infinite or NaN, the loss may not.
  var isSound: Bool { weight >= 0 && weight.isFinite && sums["loss"]?.isFinite != false }

  /// The weighted means; empty if nothing was added.
  var means: [String: Double] { sums.mapValues { weight == 0 ? 0 : $0 / weight } }
}
