// How far training has come, for people.

import Foundation
import RecurrentCore

/// Shows an epoch's progress: share, rate, time left, loss.
struct ProgressDisplay {
  private let write: ((String) -> Void)?
  private let isTerminal: Bool
  private let clock = ContinuousClock()
  private var start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant
  private static let width = 24

  init(_ progress: TrainingOptions.Progress) {
    switch progress {
    case .none: (write, isTerminal) = (nil, false)
    case .lines(let body): (write, isTerminal) = (body, false)
    case .standardError:
      (write, isTerminal) = ({ StandardError.say($0) }, StandardError.isTerminal)
    }
    start = clock.now
    last = start
  }

  mutating func beginEpoch() {
    start = clock.now
    last = start
  }

  /// After a batch; shown ten times a second on a terminal, once a minute elsewhere.
  mutating func update(epoch: Int, of epochs: Int, done: Int, of batches: Int, since first: Int, loss: Float) {
    guard let write else { return }
    let now = clock.now
    if now - last < (isTerminal ? .milliseconds(100) : .seconds(60)) { return }
    last = now
    let seconds = (now - start) / .seconds(1)
    let rate = Double(done - first) / max(seconds, 1e-9)
    let left = Double(batches - done) / max(rate, 1e-9)
    let (speed, loss) = (ProgressDisplay.number(rate), ProgressDisplay.number(Double(loss)))
    let text = "\(done)/\(batches) batches, \(speed)/s, \(ProgressDisplay.time(left)) left, loss \(loss)"
    if isTerminal {
      let filled = min(ProgressDisplay.width, done * ProgressDisplay.width / max(1, batches))
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: ProgressDisplay.width - filled)
      StandardError.show("Epoch \(epoch)/\(epochs) \(bar) \(text)")
    } else {
      write("Epoch \(epoch)/\(epochs): \(text)")
    }
  }

  func line(_ text: String) { write?(text) }

  /// Four digits.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    let digits = value == 0 ? 3 : max(0, 3 - Int(log10(abs(value)).rounded(.down)))
    if digits > 8 { return "\(Float(value))" }
    let scale = pow(10, Double(digits))
    let text = "\((value * scale).rounded() / scale)"
    return text.hasSuffix(".0") && digits == 0 ? String(text.dropLast(2)) : text
  }

  static func time(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e6 else { return "long" }
    let s = Int(seconds.rounded())
    func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
    return s < 3600 ? "\(s / 60):\(two(s % 60))" : "\(s / 3600):\(two(s / 60 % 60)):\(two(s % 60))"
  }
}
