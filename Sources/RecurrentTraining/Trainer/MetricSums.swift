// Weighted sums of an epoch's metrics.

import RecurrentCore

/// Weighted sums of an epoch's figures.
struct MetricSums: Codable, Equatable {
  private var sums: [String: Double] = [:]
  /// In Double, which no file can make overflow.
  private var weight = 0.0

  mutating func add(_ loss: Float, _ result: StepResult) {
    weight += Double(result.weight)
    for (name, value) in result.metrics { sums[name, default: 0] += Double(value) * Double(result.weight) }
    sums["loss", default: 0] += Double(loss) * Double(result.weight)
  }

  var isEmpty: Bool { self == MetricSums() }

  var names: Set<String> { Set(sums.keys) }

  /// Whether they can be the sums of something: metrics may be infinite or no numbers, a loss may
  /// not.
  var isSound: Bool { weight >= 0 && weight.isFinite && sums["loss"]?.isFinite != false }

  /// Empty when nothing was added.
  var means: [String: Double] { sums.mapValues { weight == 0 ? 0 : $0 / weight } }
}
