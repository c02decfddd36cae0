// Trials: one measurement of a case before and now, and its slowdown.

import Foundation
import Recurrent

/// The rounds of a case as costs: seconds, or seconds times a rate of the machine, or seconds over
/// those of another backend.
struct Cost {
  let rounds: [Double]
  /// The fastest turn, for costs in seconds, since noise only makes turns longer. For relative
  /// costs, the first decile of the rounds, since the noise of the rate can make a round look
  /// short; it is three to four times as stable as the minimum.
  let least: Double

  init(seconds: Series) { (rounds, least) = (seconds.rounds, seconds.least) }

  init(seconds: Series, byRates rates: Series) {
    rounds = zip(seconds.rounds, rates.rounds).map { $0 * $1 }
    least = rounds.firstDecile
  }

  init(seconds: Series, byThoseOf other: Series) {
    rounds = zip(seconds.rounds, other.rounds).map { $0 / $1 }
    least = rounds.firstDecile
  }
}

extension [Double] {
  /// The first decile. Precondition: one or more values.
  fileprivate var firstDecile: Double { sorted()[(count - 1) / 10] }
}

/// One measurement of a case before and now.
struct Trial {
  let backend: String
  /// The costs by the case's own rate.
  let before, now: Cost
  /// The costs by other rates: a change of the machine may affect only one rate.
  let witnesses: [(before: Cost, now: Cost)]
  /// The fraction of the time that other programs had the processor.
  let waited: Double
  /// The values for the report.
  let figures: Figures

  struct Figures: Codable {
    enum Unit: String, Codable {
      case peak = "fraction of peak"
      case bandwidth = "fraction of bandwidth"
      case seconds
      /// The time as a multiple of another backend's.
      case ratio = "times the other backend"
    }
    let before, now: Double
    let unit: Unit
  }

  /// The relative slowdown of the median round, of the fastest round, and of the median by the most
  /// favourable witness; and the probability of such ranks by chance.
  struct Slowdown: Codable {
    let median, least: Double
    let witness: Double?
    let probability: Double

    /// The significance level of the rank test.
    static let level = 0.001

    /// Whether the slowdown exceeds a tolerance by all measures.
    ///
    /// - Noise that slows some rounds does not slow the fastest one.
    /// - Noise that is always present is in the median before and now.
    /// - What slows the whole machine, or its memory, slows a witness.
    ///
    /// The larger of the median (by the most favourable rate) and the fastest must exceed the
    /// tolerance; the other one, half of it.
    func exceeds(_ tolerance: Double) -> Bool {
      let median = min(median, witness ?? median)
      return max(median, least) >= tolerance && min(median, least) >= tolerance / 2 && probability < Slowdown.level
    }
  }

  /// Whether a slowdown is more than the time that other programs had the processor can explain.
  /// Short waits, up to `Gate.mostWaiting`, are ignored.
  func proves(_ slowdown: Slowdown, _ tolerance: Double) -> Bool {
    func left(_ slowdown: Double) -> Double { (1 + slowdown) * (1 - waited) - 1 }
    return waited <= Gate.mostWaiting
      || max(left(slowdown.median), left(slowdown.least)) >= tolerance
        && min(left(slowdown.median), left(slowdown.least)) >= tolerance / 2
  }

  /// The slowdown from before to now.
  var slowdown: Slowdown { Trial.slowdown(before, now, witnesses) }
  /// The slowdown from now to before.
  var speedup: Slowdown { Trial.slowdown(now, before, witnesses.map { ($0.now, $0.before) }) }

  private static func slowdown(_ before: Cost, _ now: Cost, _ witnesses: [(before: Cost, now: Cost)]) -> Slowdown {
    func median(_ before: Cost, _ now: Cost) -> Double { now.rounds.median / before.rounds.median - 1 }
    return Slowdown(
      median: median(before, now), least: now.least / before.least - 1, witness: witnesses.map(median).min(),
      probability: RankTest.probability(that: now.rounds, isNoLargerThan: before.rounds))
  }
}
