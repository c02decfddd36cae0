// Tests of the progress display.

import Foundation
import Testing
import _TestSupport

@testable import RecurrentTraining

@Suite struct ProgressTests {
  /// In a program that only links the library: a full disk, no standard error, a closed pipe.
  @Test(arguments: [Redirection.fullErrors, Redirection.closedErrors, Redirection.abandoned(2)])
  func aProgressLineThatCannotBeWrittenEndsNoRun(_ redirection: String) throws {
    try TrainerTests.withFolder { folder in
      let result = try runProduct(
        "_ResumableRun", [folder + "/model.safetensors", String(ResumeTests.epochs)], redirection: redirection)
      #expect(result.status == 0 && result.errors.isEmpty)
      #expect(try result.output == ResumeTests.undisturbed.get())
    }
  }

  /// A display with a clock that the test sets, and the lines it has shown.
  private final class Stage {
    var time = Duration.zero
    var shown: [String] = []
    var lines: [String] = []

    func display(columns: Int? = nil, isUTF8: Bool = true) -> ProgressDisplay {
      let output = ProgressDisplay.Output(
        line: { self.lines.append($0) }, status: columns.map { _ in { self.shown.append($0) } },
        columns: { columns ?? 80 }, isUTF8: isUTF8)
      return ProgressDisplay(output, now: { self.time })
    }
  }

  /// Two epochs of 100 batches of 0.4 seconds, and 10 validation batches of a second each.
  private func run(_ stage: Stage, _ display: inout ProgressDisplay, from first: (epoch: Int, batch: Int) = (0, 0)) {
    for epoch in first.epoch..<2 {
      let begin = epoch == first.epoch ? first.batch : 0
      display.beginEpoch(epoch, of: 2, batches: 100, from: begin)
      for batch in begin..<100 {
        stage.time += .milliseconds(400)
        display.update(done: batch + 1, loss: 1.5)
      }
      for batch in 1...10 {
        stage.time += .seconds(1)
        display.validate(done: batch, of: 10)
      }
      display.endEpoch("Epoch \(epoch + 1)/2: loss 1.5")
    }
  }

  /// A line every ten seconds, and one for each epoch.
  @Test func anEpochMovesWithoutATerminal() {
    let stage = Stage()
    var display = stage.display()
    run(stage, &display)
    #expect(
      stage.lines == [
        "Epoch 1/2: 25/100 batches, 2.5/s, 30 s left, loss 1.5, 10 s of about 1:20 min in all",
        "Epoch 1/2: 50/100 batches, 2.5/s, 20 s left, loss 1.5, 20 s of about 1:20 min in all",
        "Epoch 1/2: 75/100 batches, 2.5/s, 10 s left, loss 1.5, 30 s of about 1:20 min in all",
        "Epoch 1/2: 100/100 batches, 2.5/s, 0.00 s left, loss 1.5, 40 s of about 1:20 min in all",
        "Epoch 1/2: 10/10 batches validated, 50 s of about 1:40 min in all",
        "Epoch 1/2: loss 1.5; 50 s, 50 s of about 1:40 min in all",
        "Epoch 2/2: 25/100 batches, 2.5/s, 30 s left, loss 1.5, 1:00 min of about 1:36 min in all",
        "Epoch 2/2: 50/100 batches, 2.5/s, 20 s left, loss 1.5, 1:10 min of about 1:33 min in all",
        "Epoch 2/2: 75/100 batches, 2.5/s, 10 s left, loss 1.5, 1:20 min of about 1:31 min in all",
        "Epoch 2/2: 100/100 batches, 2.5/s, 0.00 s left, loss 1.5, 1:30 min in all",
        "Epoch 2/2: 10/10 batches validated, 1:40 min in all",
        "Epoch 2/2: loss 1.5; 50 s, 1:40 min in all",
      ], "\(stage.lines.joined(separator: "\n"))")
  }

  /// The estimate of a resumed run, whether it begins within an epoch or with its validation.
  @Test func aResumedRunTellsItsOwnTime() {
    let stage = Stage()
    var display = stage.display()
    run(stage, &display, from: (0, 50))
    #expect(
      stage.lines[0] == "Epoch 1/2: 75/100 batches, 2.5/s, 10 s left, loss 1.5, 10 s of about 1:00 min in all",
      "\(stage.lines)")
    let other = Stage()
    display = other.display()
    run(other, &display, from: (0, 100))
    #expect(
      other.lines[0...1] == [
        "Epoch 1/2: 10/10 batches validated, 10 s in all", "Epoch 1/2: loss 1.5; 10 s, 10 s in all",
      ], "\(other.lines)")
  }

  /// Ten times a second; on a narrow terminal the least important details are left out.
  @Test func theBarFitsTheTerminal() {
    for columns in [10, 20, 39, 60, 79, 119, 300] {
      let stage = Stage()
      var display = stage.display(columns: columns)
      run(stage, &display)
      #expect(stage.shown.count == 220 && stage.lines.count == 2)
      #expect(
        stage.shown.allSatisfy { $0.count <= max(columns, 28) && $0.hasPrefix("Epoch ") },
        "\(columns): \(stage.shown[49])")
      #expect(
        stage.shown.prefix(100).allSatisfy { $0.contains("loss 1.5") }
          && (columns < 39 || stage.shown[49].contains("20 s left")), "\(stage.shown[49])")
    }
    let stage = Stage()
    var display = stage.display(columns: 79)
    run(stage, &display)
    let bar = String(repeating: "█", count: 7) + String(repeating: "░", count: 8)
    #expect(
      stage.shown[49] == "Epoch 1/2 \(bar) 50/100, 2.5/s, 20 s left, loss 1.5, 20 s of ~1:20 min", "\(stage.shown[49])")
  }

  @Test func theBarIsASCIIWhereTextIs() {
    let stage = Stage()
    var display = stage.display(columns: 119, isUTF8: false)
    run(stage, &display)
    #expect(stage.shown.allSatisfy { $0.utf8.allSatisfy { 0x20..<0x7F ~= $0 } })
    #expect(stage.shown[24].contains(" ######------------------ 25/100, 2.5/s, "), "\(stage.shown[24])")
  }

  /// The only control character is the carriage return, and no line is longer than the terminal.
  @Test(arguments: [("xterm", "C.UTF-8", true), ("xterm", "C", true), ("dumb", "C.UTF-8", false)])
  func terminalsGetWhatTheyCanShow(_ term: String, _ locale: String, _ hasBar: Bool) throws {
    try TrainerTests.withFolder { folder in
      let (status, text) = try runOnTerminal(
        "_ResumableRun", [folder + "/model.safetensors", "3"], columns: 40,
        environment: ["TERM": term, "LC_ALL": locale, "NO_COLOR": "1"])
      #expect(status == 0 && text.contains("Epoch 3/3: "), "\(text)")
      #expect(
        !text.contains("\u{1B}")
          && text.allSatisfy { $0.isASCII || hasBar && locale == "C.UTF-8" && "█░".contains($0) }, "\(text)")
      #expect(hasBar || !text.replacing("\r\n", with: "").contains("\r"))
    }
  }
}
