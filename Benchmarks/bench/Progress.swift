// Where the program is, and how long it will still take, on standard error.

import Foundation
import Recurrent

/// Steps of the same kind, counted and timed. On a terminal one line that is written over,
/// elsewhere a line for each.
final class Progress {
  private var total: Int
  private var done = 0
  /// What is done with the steps' texts: "", "again: "...
  private var task = ""
  /// The seconds that a step is expected to take as long as none has ended; nil if that is not
  /// known.
  private var expected: Double?
  private var began: Duration
  /// The time since some moment.
  private let now: () -> Duration
  private let write: (String) -> Void
  /// The columns that a line has; nil for lines of any length.
  private let columns: () -> Int?

  /// Says something beside the progress.
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

  /// Begins anew, with another number of steps.
  /// - Parameter seconds: what a step is expected to take; nil if that is not known.
  func begin(_ total: Int, _ task: String, seconds: Double? = nil) {
    (self.total, self.task, done, expected, began) = (total, task + ": ", 0, seconds, now())
  }

  /// The mean of the steps so far, or what they are expected to take.
  private var pace: Double? { done > 0 ? (now() - began).seconds / Double(done) : expected }

  /// Begins anew after steps that have ended.
  /// - Parameter factor: how many times as long a step takes as one of those.
  func begin(_ total: Int, _ task: String, times factor: Double) {
    begin(total, task, seconds: pace.map { $0 * factor })
  }

  /// The next step begins.
  func step(_ text: String) {
    let left = pace.map { ", \(timeText($0 * Double(total - done))) left" } ?? ""
    done += 1
    let line = "[\(done)/\(total)] \(task)\(text)"
    // The text gives way to the time.
    write((columns().map { line.prefix(columns: max(0, $0 - left.count)) } ?? line) + left)
  }

  /// Something else than a step.
  func show(_ text: String) { write(text) }

  func finish() { StandardError.clear() }
}
