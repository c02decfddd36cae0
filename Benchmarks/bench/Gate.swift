// Gate: the verdict whether a build is slower, and when cases are measured again.

import Foundation
import Recurrent

/// The outcome of a comparison.
struct Gate: Codable {
  let tolerance: Double
  var cases: [Case] = []
  /// The counts that have changed.
  var changes: [Change] = []
  /// The number of compared counts.
  var counts = 0
  /// Whether all cases and counts have been compared.
  var isComplete = false

  /// A problem on a backend.
  struct Case: Codable {
    /// Undecided: slower in enough measurements, of which some were disturbed; until the last
    /// attempt, also possibly slower.
    enum Verdict: String, Codable { case same, slower, faster, undecided }

    let problem, backend: String
    let figures: Trial.Figures
    let slowdown: Trial.Slowdown
    let verdict: Verdict
    /// The number of measurements; of those, the number that proved it slower, and the number of
    /// slower ones that were disturbed.
    let attempts, confirmations, doubts: Int
    /// The fraction of the time that other programs had the processor in the last measurement.
    let waited: Double

    /// Whether another measurement may change the verdict.
    var isOpen: Bool { verdict == .undecided || verdict != .slower && waited > Gate.mostWaiting }

    /// The evidence that it is slower; nil if there is none, or if it is decided.
    func doubt(_ tolerance: Double) -> String? {
      guard verdict == .undecided else { return nil }
      return "takes \(percent(slowdown.median)) longer"
        + (slowdown.exceeds(tolerance) ? "" : ", more than half of the tolerance")
        + (confirmations > 0 ? ", \(confirmations) of \(Gate.confirmations) measurements have shown it" : "")
    }
  }

  /// A count that has changed.
  struct Change: Codable {
    let problem, backend, count: String
    let before, now: Int
    var isWorse: Bool { now > before }
  }

  init(tolerance: Double) { self.tolerance = tolerance }

  var slower: [Case] { cases.filter { $0.verdict == .slower } }
  var undecided: [Case] { cases.filter { $0.verdict == .undecided } }
  var hasFailed: Bool { !slower.isEmpty || changes.contains { $0.isWorse } }

  /// The number of measurements that must prove a case slower, and the maximum number of attempts.
  /// A case that is slower by half of the tolerance, or was disturbed, is measured again, later, by
  /// other processes and with more rounds.
  static let confirmations = 3
  static let attempts = 6
  /// The maximum fraction of the time that an undisturbed measurement waits for a processor.
  static let mostWaiting = 0.1
  /// The minimum number of rounds of the first attempt; the number of turns in a round; and the
  /// maximum seconds of a round, unless two turns take longer.
  static let rounds = 15
  static let turns = 16
  static let longestRound = 0.05

  /// The duration of an attempt as a multiple of the first one.
  private static func times(_ attempt: Int) -> Int { min(4, 1 << (attempt - 1)) }

  /// The message about problems that are measured again, with the reasons of the first few.
  private func whyAgain(_ suspects: [Problem], of count: Int, _ attempt: Int) -> String {
    let named = 4
    let doubts = suspects.prefix(named).map { problem in
      let open = cases.filter { $0.problem == problem.name && $0.isOpen }
      var reasons = open.compactMap { one in one.doubt(tolerance).map { "\(one.backend) \($0)" } }
      // All backends of a problem are measured in turn, so a disturbance affects all of them.
      if let waited = open.map(\.waited).max(), waited > Gate.mostWaiting {
        reasons.append("other programs had the processor for \(number(100 * waited, 0)) % of the time")
      }
      return "  \(problem.name): \(reasons.joined(separator: "; "))"
    }
    let title = """
      measuring \(suspects.count) of \(count) problems again, \(Gate.times(attempt)) times as long (attempt \(attempt) \
      of at most \(Gate.attempts)):
      """
    return ([title] + doubts + (suspects.count > named ? ["  and \(suspects.count - named) more"] : [])).joined(
      separator: "\n")
  }

  /// Measures all cases, and repeats those that are open. `measure` returns the trials of a
  /// problem, `times` times as long as the first attempt; nil if interrupted.
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
    // Decided cases of a problem are measured along with its open ones.
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
      attempts: attempt, confirmations: confirmations, doubts: doubts, waited: trial.waited)
    if let index { cases[index] = result } else { cases.append(result) }
  }

  /// Compares the counts of a problem.
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
