// Whether something has become slower: what has to agree before a case fails, and how often it is
// measured before it does.

import Foundation
import Recurrent

/// The rounds of a case as what they cost: seconds, or what the machine, or another backend, could
/// have done in their time.
struct Cost {
  let rounds: [Double]
  /// The fastest: of turns by the clock, which noise can only make longer. By a yardstick, whose
  /// own noise may make a round look short, what a tenth of the rounds stay below: three to four
  /// times as steady as extremes.
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
  /// What a tenth of them, at least one, do not exceed.
  fileprivate var firstDecile: Double { sorted()[(count - 1) / 10] }
}

/// One case before and now.
struct Trial {
  let backend: String
  /// By the yardstick that the case is held to.
  let before, now: Cost
  /// By others, in pairs: what has changed around the program may have changed one of them alone.
  let witnesses: [(before: Cost, now: Cost)]
  /// The part of the time that others had the processor.
  let waited: Double
  /// For people.
  let figures: Figures

  struct Figures: Codable {
    enum Unit: String, Codable {
      case peak = "fraction of peak"
      case bandwidth = "fraction of bandwidth"
      case seconds
      /// A multiple of another backend's time.
      case ratio = "times the other backend"
    }
    let before, now: Double
    let unit: Unit
  }

  /// How much longer it takes now, as fractions: by the median round, by the fastest, and by the
  /// median of the witness that says so least; and how probable such ranks are by chance.
  struct Slowdown: Codable {
    let median, least: Double
    let witness: Double?
    let probability: Double

    /// The rank test's level.
    static let level = 0.001

    /// Noise that slows some rounds leaves the fastest alone; noise that is always there is in the
    /// median before and now; and what slows the whole machine, or its memory, slows a witness. So
    /// a program has become slower only when all agree. One of median, by whichever yardstick says
    /// the least, and fastest has to say so in full; the other has noise of its own, and need say
    /// half of it.
    func exceeds(_ tolerance: Double) -> Bool {
      let median = min(median, witness ?? median)
      return max(median, least) >= tolerance && min(median, least) >= tolerance / 2 && probability < Slowdown.level
    }
  }

  /// Whether the case is slower by more than others' having the processor could explain, which is
  /// not asked where they hardly had it.
  func proves(_ slowdown: Slowdown, _ tolerance: Double) -> Bool {
    func left(_ slowdown: Double) -> Double { (1 + slowdown) * (1 - waited) - 1 }
    return waited <= Gate.mostWaiting
      || max(left(slowdown.median), left(slowdown.least)) >= tolerance
        && min(left(slowdown.median), left(slowdown.least)) >= tolerance / 2
  }

  var slowdown: Slowdown { Trial.slowdown(before, now, witnesses) }
  var speedup: Slowdown { Trial.slowdown(now, before, witnesses.map { ($0.now, $0.before) }) }

  private static func slowdown(_ before: Cost, _ now: Cost, _ witnesses: [(before: Cost, now: Cost)]) -> Slowdown {
    func median(_ before: Cost, _ now: Cost) -> Double { now.rounds.median / before.rounds.median - 1 }
    return Slowdown(
      median: median(before, now), least: now.least / before.least - 1, witness: witnesses.map(median).min(),
      probability: RankTest.probability(that: now.rounds, isNoLargerThan: before.rounds))
  }
}

/// The outcome of a comparison, which the report shows.
struct Gate: Codable {
  let tolerance: Double
  var cases: [Case] = []
  /// Of counts that are not what they were.
  var changes: [Change] = []
  /// How many counts were compared.
  var counts = 0
  /// Whether all that was to be compared has been.
  var isComplete = false

  struct Case: Codable {
    /// Undecided is what looked slower often enough, but not undisturbed; and, until the end, what
    /// may be slower.
    enum Verdict: String, Codable { case same, slower, faster, undecided }

    let problem, backend: String
    let figures: Trial.Figures
    let slowdown: Trial.Slowdown
    let verdict: Verdict
    /// How often it was measured, how often of these it proved slower, and how often it looked
    /// slower for all that others had the processor.
    let attempts, confirmations, doubts: Int
    /// The part of the time that others had the processor in the last measurement.
    let waited: Double

    /// Whether another measurement may tell more.
    var isOpen: Bool { verdict == .undecided || verdict != .slower && waited > Gate.mostWaiting }

    /// What speaks for its being slower; nil when nothing does, or when it is decided.
    func doubt(_ tolerance: Double) -> String? {
      guard verdict == .undecided else { return nil }
      return "takes \(percent(slowdown.median)) longer"
        + (slowdown.exceeds(tolerance) ? "" : ", more than half of the tolerance")
        + (confirmations > 0 ? ", \(confirmations) of \(Gate.confirmations) measurements have shown it" : "")
    }
  }

  struct Change: Codable {
    let problem, backend, count: String
    let before, now: Int
    var isWorse: Bool { now > before }
  }

  init(tolerance: Double) { self.tolerance = tolerance }

  var slower: [Case] { cases.filter { $0.verdict == .slower } }
  var undecided: [Case] { cases.filter { $0.verdict == .undecided } }
  var hasFailed: Bool { !slower.isEmpty || changes.contains { $0.isWorse } }

  /// A case that looks slower, if only by half of the tolerance, or was disturbed, is measured
  /// anew, by other processes, later and with more rounds: until it has proved slower so many
  /// times, or looks as before.
  static let confirmations = 3
  static let attempts = 6
  /// The part of the time that an undisturbed measurement waits for a processor at most.
  static let mostWaiting = 0.1
  /// The rounds of the first attempt at least; the turns of a round, of each side; and the seconds
  /// that these take at most, unless two take longer.
  static let rounds = 15
  static let turns = 16
  static let longestRound = 0.05

  /// How many times as long an attempt takes as the first one.
  private static func times(_ attempt: Int) -> Int { min(4, 1 << (attempt - 1)) }

  /// What is measured again, and why, with the first few problems by name.
  private func whyAgain(_ suspects: [Problem], of count: Int, _ attempt: Int) -> String {
    let named = 4
    let doubts = suspects.prefix(named).map { problem in
      let open = cases.filter { $0.problem == problem.name && $0.isOpen }
      var reasons = open.compactMap { one in one.doubt(tolerance).map { "\(one.backend) \($0)" } }
      // All backends of a problem are measured in turn, and disturbed alike.
      if let waited = open.map(\.waited).max(), waited > Gate.mostWaiting {
        reasons.append("other programs had the processor for \(number(100 * waited, 0)) % of the time")
      }
      return "  \(problem.name): \(reasons.joined(separator: "; "))"
    }
    let title =
      "measuring \(suspects.count) of \(count) problems again, \(Gate.times(attempt)) times as long (attempt \(attempt) of \(Gate.attempts) at most):"
    return ([title] + doubts + (suspects.count > named ? ["  and \(suspects.count - named) more"] : [])).joined(
      separator: "\n")
  }

  /// Measures all cases.
  /// - Parameter measure: a problem's trials, some number of times as long as usual; nil when
  ///   interrupted.
  mutating func run(_ problems: [Problem], _ progress: Progress, measure: (Problem, _ times: Int) throws -> [Trial]?)
    rethrows
  {
    var suspects = problems
    for attempt in 1...Gate.attempts where !suspects.isEmpty {
      let times = Gate.times(attempt)
      if attempt > 1 {
        progress.say(whyAgain(suspects, of: problems.count, attempt))
        progress.begin(suspects.count, "again", times: Double(times) / Double(Gate.times(attempt - 1)))
      }
      for problem in suspects {
        progress.step(problem.name)
        guard let trials = try measure(problem, times) else { return }
        for trial in trials { record(trial, problem, attempt) }
      }
      let open = Set(cases.filter(\.isOpen).map(\.problem))
      suspects = suspects.filter { open.contains($0.name) }
    }
    isComplete = true
  }

  private mutating func record(_ trial: Trial, _ problem: Problem, _ attempt: Int) {
    let index = cases.firstIndex { $0.problem == problem.name && $0.backend == trial.backend }
    // Others of the same problem are measured along with one that is not decided yet.
    if let index, !cases[index].isOpen { return }
    var (confirmations, doubts) = index.map { (cases[$0].confirmations, cases[$0].doubts) } ?? (0, 0)
    let slowdown = trial.slowdown
    if slowdown.exceeds(tolerance) {
      if trial.proves(slowdown, tolerance) { confirmations += 1 } else { doubts += 1 }
    }
    let verdict: Case.Verdict =
      if confirmations == Gate.confirmations {
        .slower
      } else if slowdown.exceeds(tolerance / 2) {
        attempt == Gate.attempts && confirmations + doubts < Gate.confirmations ? .same : .undecided
      } else {
        trial.speedup.exceeds(tolerance) ? .faster : .same
      }
    let result = Case(
      problem: problem.name, backend: trial.backend, figures: trial.figures, slowdown: slowdown, verdict: verdict,
      attempts: attempt,
      confirmations: confirmations, doubts: doubts, waited: trial.waited)
    if let index { cases[index] = result } else { cases.append(result) }
  }

  /// Compares what has no noise.
  mutating func compare(_ before: Counts, _ now: Counts, _ problem: Problem, _ backend: String) {
    for (old, new) in zip(before.named, now.named) {
      guard let before = old.value, let now = new.value else { continue }
      counts += 1
      if before != now {
        changes.append(Change(problem: problem.name, backend: backend, count: old.name, before: before, now: now))
      }
    }
  }
}
