// Tests of a second fit by the same trainer, and of the learning rate of resumed runs.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct SecondFitTests {
  struct Failure: Error {}

  /// Trains one epoch for each value of the monitored metric.
  @discardableResult
  static func fit(_ trainer: Trainer<TrainerTests.Line>, _ figures: [Float], failingAt failure: Int? = nil) throws
    -> TrainingReport
  {
    trainer.options.epochs = figures.count
    return try trainer.fit(TrainerTests.batches) { batch, tape in
      if tape.step == failure { throw Failure() }
      return StepResult(loss: trainer.model.loss(batch, tape), metrics: ["figure": figures[tape.step / 5]])
    }
  }

  static func trainer(
    _ folder: String, _ lines: TrainerTests.Lines = TrainerTests.Lines(), _ change: (inout TrainingOptions) -> Void
  ) throws
    -> Trainer<TrainerTests.Line>
  {
    try TrainerTests.trainer(
      {
        ($0.checkpoint, $0.monitor) = (folder + "/m.safetensors", .lowest("figure"))
        change(&$0)
      }, lines: lines)
  }

  @Test func aBetterFileIsNotReplacedByAWorseOne() throws {
    try TrainerTests.withFolder { folder in
      let (model, lines) = (folder + "/m.safetensors", TrainerTests.Lines())
      let trainer = try SecondFitTests.trainer(folder, lines) { $0.overwrites = true }
      try SecondFitTests.fit(trainer, [5, 3, 4])
      let first = try Data(contentsOf: URL(fileURLWithPath: model))
      #expect(try Safetensors(contentsOf: model).metadata["training.best"] == "3.0")
      #expect(try Safetensors(contentsOf: model).metadata["training.monitor"] == "lowest figure")
      // An equal one is no better.
      let second = try SecondFitTests.fit(trainer, [4, 3, 9])
      #expect(second.bestEpoch == nil && second.epochs.count == 3 && second.steps == 15)
      #expect(try Data(contentsOf: URL(fileURLWithPath: model)) == first)
      #expect(lines.text.contains("m.safetensors is of an earlier fit (figure 3.0): a better epoch replaces it"))
      #expect(lines.text.contains("m.safetensors is as it was: no epoch was better than the earlier fit"))
      // A third fit recognises the second one's files as well.
      let third = try SecondFitTests.fit(trainer, [4, 2, 9])
      #expect(try third.bestEpoch == 1 && RunFilesTests.contents(model).epoch == "1")
      #expect(try Safetensors(contentsOf: model).metadata["training.best"] == "2.0")
      #expect(try SecondFitTests.fit(trainer, [3]).bestEpoch == nil)
      // Another trainer starts a new run, as `overwrites` says.
      #expect(try SecondFitTests.fit(SecondFitTests.trainer(folder) { $0.overwrites = true }, [7]).bestEpoch == 0)
      #expect(try Safetensors(contentsOf: model).metadata["training.best"] == "7.0")
    }
  }

  /// The second run still knows after it is killed and resumed by another program.
  @Test func aResumedSecondRunKnowsWhatToBeat() throws {
    for (figures, best) in [([4, 9, 8], nil), ([4, 9, 1], 2)] as [([Float], Int?)] {
      try TrainerTests.withFolder { folder in
        let model = folder + "/m.safetensors"
        let trainer = try SecondFitTests.trainer(folder) { ($0.overwrites, $0.checkpointInterval) = (true, 1) }
        try SecondFitTests.fit(trainer, [5, 3])
        let first = try Data(contentsOf: URL(fileURLWithPath: model))
        #expect(throws: Failure.self) { try SecondFitTests.fit(trainer, figures, failingAt: 7) }
        let report = try SecondFitTests.fit(SecondFitTests.trainer(folder) { $0.resumes = true }, figures)
        #expect(report.bestEpoch == best && report.steps == 15)
        #expect(try (Data(contentsOf: URL(fileURLWithPath: model)) == first) == (best == nil))
      }
    }
  }

  /// Without an option for existing files, a second fit is refused; with `resumes` it continues the
  /// first.
  @Test func theFirstRunCanGoOn() throws {
    try TrainerTests.withFolder { folder in
      let trainer = try SecondFitTests.trainer(folder) { _ in }
      try SecondFitTests.fit(trainer, [5, 3])
      #expect(
        RunFilesTests.message { try SecondFitTests.fit(trainer, [5, 3]) }.contains(
          "already exists, as does its checkpoint"))
      trainer.options.resumes = true
      let report = try SecondFitTests.fit(trainer, [5, 3, 4, 2])
      #expect(report.steps == 20 && report.bestEpoch == 3)
      try SecondFitTests.fit(
        SecondFitTests.trainer(folder) { $0.checkpoint = folder + "/whole.safetensors" }, [5, 3, 4, 2])
      #expect(
        try RunFilesTests.contents(folder + "/whole.safetensors").parameters
          == RunFilesTests.contents(folder + "/m.safetensors").parameters)
    }
  }

  /// Different metrics are not compared.
  @Test func anotherMonitorBeginsAnew() throws {
    try TrainerTests.withFolder { folder in
      let trainer = try SecondFitTests.trainer(folder) { $0.overwrites = true }
      try SecondFitTests.fit(trainer, [3])
      trainer.options.monitor = .highest("figure")
      #expect(try SecondFitTests.fit(trainer, [2]).bestEpoch == 0)
      // Higher is better now.
      #expect(
        try SecondFitTests.fit(trainer, [1]).bestEpoch == nil && SecondFitTests.fit(trainer, [2.5]).bestEpoch == 0)
    }
  }

  // MARK: The learning rate of a resumed run

  @Test func aRateThatJumpsIsSaid() throws {
    try TrainerTests.withFolder { folder in
      func run(_ epochs: Int, unit: TrainingOptions.ScheduleUnit, over length: Int, failingAt failure: Int? = nil)
        throws -> String
      {
        let lines = TrainerTests.Lines()
        let trainer = try SecondFitTests.trainer(folder, lines) {
          ($0.resumes, $0.checkpointInterval) = (true, 1)
          ($0.schedule, $0.scheduleUnit) = (.cosine(over: length), unit)
        }
        _ = try? SecondFitTests.fit(trainer, [Float](repeating: 1, count: epochs), failingAt: failure)
        return lines.text
      }
      for (unit, perEpoch) in [(TrainingOptions.ScheduleUnit.step, 5), (.epoch, 1)] {
        // Killed and resumed with the same schedule, in an epoch and after one.
        for failure in [3, 5, 8] {
          #expect(try !run(2, unit: unit, over: 2 * perEpoch, failingAt: failure).contains("learning rate"))
        }
        #expect(try !run(2, unit: unit, over: 2 * perEpoch).contains("learning rate"))
        // No steps are left.
        #expect(try !run(2, unit: unit, over: 4 * perEpoch).contains("learning rate"))
        let text = try run(5, unit: unit, over: 5 * perEpoch)
        // 0.05 (1 + cos(pi n / N)) / 2
        let before = unit == .step ? "0.001224" : "0.025"
        #expect(
          text.contains("The learning rate changes from \(before) to 0.03273: the schedule is not the one"), "\(text)")
        for name in ["m", "m.last"] { try FileManager.default.removeItem(atPath: "\(folder)/\(name).safetensors") }
      }
    }
  }
}
