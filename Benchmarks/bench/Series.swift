// Series: the times of the rounds of a measurement, and their statistics.

import Foundation

/// A quantity measured in rounds: seconds per run, or a rate of the machine. A round has one or
/// more turns.
struct Series: Codable {
  /// The mean of the turns of each round.
  private(set) var rounds: [Double] = []
  /// The minimum of all turns; infinite without turns.
  private(set) var least = Double.infinity

  /// Adds a round.
  mutating func add(_ turns: [Double]) {
    rounds.append(turns.reduce(0, +) / Double(turns.count))
    least = min(least, turns.min()!)
  }

  /// The rounds of this series, then those of another.
  func joined(_ other: Series) -> Series {
    var series = self
    series.rounds += other.rounds
    series.least = min(least, other.least)
    return series
  }

  /// Encodes values with four digits, which is finer than the noise.
  func encode(to encoder: any Encoder) throws {
    func rounded(_ value: Double) -> Double { Double(String(format: "%.3e", value))! }
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(rounds.map(rounded), forKey: .rounds)
    try container.encode(rounded(least), forKey: .least)
  }
}

/// The rounds of a problem, in which the contestants took turns.
struct Rounds: Codable {
  /// Seconds per run by contestant; empty for a peer that does not support the problem.
  var seconds: [Series]
  /// The roofline during the rounds, in operations and bytes per second.
  var peak = Series()
  var bandwidth = Series()
  /// Of a gate's turns: the total seconds, and the seconds that threads were runnable while other
  /// programs had the processor.
  var timed = 0.0
  var waited = 0.0

  /// Whether all series, which may come from another process, are valid and have equally many
  /// rounds.
  var areComplete: Bool {
    let all = seconds + [peak, bandwidth]
    return timed > 0 && (0...timed * 1000).contains(waited) && !peak.rounds.isEmpty
      && all.allSatisfy {
        $0.rounds.count == peak.rounds.count && ($0.rounds + [$0.least]).allSatisfy((1e-9...1e18).contains)
      }
  }
}

/// The turns of one contestant in a round.
struct Sample {
  /// The seconds per run of each turn.
  var turns: [Double]
  /// As in `Rounds`; only for gates.
  var waited = 0.0
}

/// The statistics of the rounds of one contestant, in seconds.
struct Timing {
  let median, min, p90: Double
  let rounds: Int

  /// nil for fewer than three rounds.
  init?(_ series: Series) {
    guard series.rounds.count >= 3 else { return nil }
    let sorted = series.rounds.sorted()
    (median, min) = (sorted.median, series.least)
    p90 = sorted[Swift.min(sorted.count - 1, sorted.count * 9 / 10)]
    rounds = sorted.count
  }
}

extension [Double] {
  /// The median. Precondition: one or more values.
  var median: Double {
    let sorted = sorted()
    return count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2
  }
}
