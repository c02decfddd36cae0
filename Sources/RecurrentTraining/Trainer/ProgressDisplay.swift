// The progress display of training: a bar on terminals, plain lines elsewhere.

import Foundation
import RecurrentCore

/// Shows the position in an epoch, its rate and loss, and the time of the epoch and of the run.
struct ProgressDisplay {
  /// Where progress is shown.
  struct Output {
    /// Shows a line.
    var line: (String) -> Void
    /// Shows a text that the next one replaces; nil if lines cannot be overwritten.
    var status: ((String) -> Void)?
    /// The columns of a status.
    var columns: () -> Int = { 80 }
    /// Whether the bar may use characters beyond ASCII.
    var isUTF8 = false

    /// Standard error.
    static var standardError: Output {
      Output(
        line: { StandardError.say($0) }, status: StandardError.isTerminal ? { StandardError.show($0) } : nil,
        columns: { StandardError.columns - 1 }, isUTF8: Terminal.isUTF8)
    }
  }

  /// The position in a run.
  private struct Place {
    var epoch = 0
    var epochs = 0
    var batches = 0
    /// The batches that were done before the run began or was resumed.
    var first = 0
    var done = 0

    /// The position in epochs.
    var position: Double { Double(epoch) + (batches == 0 ? 1 : Double(done) / Double(batches)) }
  }

  private let output: Output?
  /// The current time.
  private let now: () -> Duration
  private let start: Duration
  /// When the epoch began, and when it was last shown.
  private var (began, last) = (Duration.zero, Duration.zero)
  private var place = Place()
  /// The position at which the run began.
  private var origin: Double?

  private static let greatestBar = 24
  private static let leastBar = 6

  /// Creates a display. `now` replaces the clock.
  init(_ progress: TrainingOptions.Progress, now: (() -> Duration)? = nil) {
    switch progress {
    case .none: self.init(nil, now: now)
    case .lines(let body): self.init(Output(line: body), now: now)
    case .standardError: self.init(Output.standardError, now: now)
    }
  }

  /// Creates a display on an output; nil for none.
  init(_ output: Output?, now: (() -> Duration)? = nil) {
    let (clock, moment) = (ContinuousClock(), ContinuousClock.now)
    self.output = output
    self.now = now ?? { clock.now - moment }
    start = self.now()
  }

  /// Begins epoch number `epoch`, from 0. `first` is the number of batches done before the run was
  /// resumed.
  mutating func beginEpoch(_ epoch: Int, of epochs: Int, batches: Int, from first: Int) {
    place = Place(epoch: epoch, epochs: epochs, batches: batches, first: first, done: first)
    origin = origin ?? place.position
    began = now()
    last = began
  }

  /// Shows the position after a batch: ten times a second on a terminal, otherwise every ten
  /// seconds.
  mutating func update(done: Int, loss: Float) {
    place.done = done
    guard let time = timeToShow() else { return }
    let rate = Double(done - place.first) / max((time - began).seconds, 1e-9)
    let left = Double(place.batches - done) / max(rate, 1e-9)
    show(
      done, of: place.batches, "", at: time,
      [
        ("\(ProgressDisplay.number(rate))/s", 1), ("\(timeText(left)) left", 4),
        ("loss \(ProgressDisplay.number(Double(loss)))", 5),
      ])
  }

  /// Shows the position after a validation batch.
  mutating func validate(done: Int, of batches: Int) {
    guard let time = timeToShow() else { return }
    show(done, of: batches, " validated", at: time, [])
  }

  /// Shows the metrics of an epoch, its time, and that of the run.
  func endEpoch(_ figures: String) {
    guard output != nil else { return }
    let time = now()
    line("\(figures); \(timeText((time - began).seconds)), \(whole(at: time, "about ")) in all")
  }

  func line(_ text: String) { output?.line(text) }

  /// The time if something is to be shown now, otherwise nil.
  private mutating func timeToShow() -> Duration? {
    guard let output else { return nil }
    let time = now()
    if time - last < (output.status == nil ? .seconds(10) : .milliseconds(100)) { return nil }
    last = time
    return time
  }

  /// The time of the run so far, and the estimate of the whole.
  private func whole(at time: Duration, _ about: String) -> String {
    let (seconds, origin) = ((time - start).seconds, origin ?? 0)
    let share = (place.position - origin) / max(Double(place.epochs) - origin, 1e-9)
    return timeText(seconds) + (share > 0 && share < 1 ? " of \(about)\(timeText(seconds / share))" : "")
  }

  /// Shows a position. Each detail has a rank; details of the lowest rank are left out first if a
  /// line is too short.
  private func show(
    _ done: Int, of count: Int, _ what: String, at time: Duration, _ details: [(text: String, rank: Int)]
  ) {
    guard let output else { return }
    let title = "Epoch \(place.epoch + 1)/\(place.epochs)"
    guard let status = output.status else {
      let texts = ["\(done)/\(count) batches\(what)"] + details.map(\.text) + [whole(at: time, "about ") + " in all"]
      return output.line("\(title): " + texts.joined(separator: ", "))
    }
    var details = [("\(done)/\(count)\(what)", 3)] + details + [(whole(at: time, "~"), 2)]
    func width() -> Int { title.count + 1 + details.map(\.0).joined(separator: ", ").count }
    let columns = output.columns()
    // The details that remain if the bar does not fit, and if the text does not fit without a bar.
    for (kept, bar) in [(2, 1 + ProgressDisplay.leastBar), (1, 0)] {
      while width() + bar > columns, details.count > kept, let least = details.map(\.1).min() {
        details.removeAll { $0.1 == least }
      }
    }
    let length = min(ProgressDisplay.greatestBar, columns - width() - 1)
    let filled = min(length, done * length / max(1, count))
    let (full, empty) = output.isUTF8 ? ("█", "░") : ("#", "-")
    let bar =
      length < ProgressDisplay.leastBar
      ? "" : String(repeating: full, count: filled) + String(repeating: empty, count: length - filled) + " "
    status("\(title) \(bar)" + details.map(\.0).joined(separator: ", "))
  }

  /// A number with four digits.
  static func number(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    let digits = value == 0 ? 3 : max(0, 3 - Int(log10(abs(value)).rounded(.down)))
    if digits > 8 { return "\(Float(value))" }
    let scale = pow(10, Double(digits))
    let text = "\((value * scale).rounded() / scale)"
    return text.hasSuffix(".0") && digits == 0 ? String(text.dropLast(2)) : text
  }
}
