// Progress: the current step and the remaining time, on standard error.

import Foundation
import Recurrent

/// Counts and times steps of the same kind. On a terminal, one line is overwritten; elsewhere each
/// step has a line.
final class Progress {
  private var total: Int
  private var done = 0
  /// The prefix of the steps' texts: "", "again: "...
  private var task = ""
  /// The expected seconds of a step before the first one has ended; nil if unknown.
  private var expected: Double?
  private var began: Duration
  /// A monotonic clock.
  private let now: () -> Duration
  private let write: (String) -> Void
  /// The columns of a line; nil for unlimited lines.
  private let columns: () -> Int?

  /// Writes a message beside the progress.
  let say: (String) -> Void

  convenience init(total: Int) {
    let (clock, moment, isTerminal) = (ContinuousClock(), ContinuousClock.now, StandardError.isTerminal)
    self.init(
      total: total, now: { clock.now - moment }, columns: { isTerminal ? StandardError.columns - 1 : nil },
      write: { isTerminal ? StandardError.show($0) : StandardError.say($0) }, say: { StandardError.say($0) })
  }

  init(
    total: Int, now: @escaping () -> Duration, columns: @escaping () -> Int? = { nil },
    write: @escaping (String) -> Void,
    say: @escaping (String) -> Void
  ) {
    (self.total, self.now, self.columns, self.write, self.say) = (total, now, columns, write, say)
    began = now()
  }

  /// Starts a new series of steps. `seconds` is the expected time of a step; nil if unknown.
  func begin(_ total: Int, _ task: String, seconds: Double? = nil) {
    (self.total, self.task, done, expected, began) = (total, task + ": ", 0, seconds, now())
  }

  /// The mean seconds of a step so far, else the expected seconds.
  private var pace: Double? { done > 0 ? (now() - began).seconds / Double(done) : expected }

  /// Starts a new series whose steps take `factor` times as long as those of the last one.
  func begin(_ total: Int, _ task: String, times factor: Double) {
    begin(total, task, seconds: pace.map { $0 * factor })
  }

  /// Starts the next step.
  func step(_ text: String) {
    let left = pace.map { ", \(timeText($0 * Double(total - done))) left" } ?? ""
    done += 1
    let line = "[\(done)/\(total)] \(task)\(text)"
    // The text is cut to make room for the time.
    write((columns().map { line.prefix(columns: max(0, $0 - left.count)) } ?? line) + left)
  }

  /// Shows a line that is not a step.
  func show(_ text: String) { write(text) }

  func finish() { StandardError.clear() }
}
