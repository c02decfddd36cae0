// Tests of gradient accumulation: several batches in one parameter update.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct AccumulationTests {
  struct Net: Module {
    let first = Linear(2, 8)
    let last = Linear(8, 1)
    var dropout: Float = 0

    func loss(_ batch: [[Float]], _ tape: Tape) -> Variable {
      let x = tape.constant(Tensor(batch.flatMap { $0 }, shape: [batch.count, 2]))
      let y = last(Dropout(dropout)(first(x).tanh()))
      return meanSquaredError(y, Tensor(batch.map { 2 * $0[0] - $0[1] + 1 }, shape: [batch.count, 1]))
    }
  }

  struct Failure: Error {}

  /// Batches of samples by number, the same in every epoch.
  static func batches(_ order: [[Int]]) -> Batches<[[Float]]> {
    let samples = TrainerTests.samples
    return Batches(epoch: { _ in order }, make: { $0.map { samples[$0] } })
  }

  @discardableResult
  static func train(
    _ order: [[Int]], dropout: Float = 0, failingAt failure: Int? = nil,
    _ change: (inout TrainingOptions) -> Void = { _ in },
    steps: (Int) -> Void = { _ in }
  ) throws -> (parameters: [Float], report: TrainingReport) {
    let model = Net(dropout: dropout)
    model.initialise(seed: 1)
    var options = try TrainerTests.trainer().options
    options.epochs = 3
    change(&options)
    let report = try Trainer(model, SGD(learningRate: 0.1, momentum: 0.9), options).fit(batches(order)) { batch, tape in
      steps(tape.step)
      if tape.step == failure { throw Failure() }
      return StepResult(loss: model.loss(batch, tape), weight: batch.count)
    }
    return (model.parameters.flatMap { $0.parameter.value.elements }, report)
  }

  /// With batches of unequal sizes as well: each counts by its weight.
  @Test func severalBatchesAreAsOneLargeOne() throws {
    let parts = [
      Array(0..<8), Array(8..<11), Array(11..<20), Array(20..<21), Array(21..<33), Array(33..<36), Array(36..<40),
    ]
    let whole = stride(from: 0, to: parts.count, by: 3).map { Array(parts[$0..<min($0 + 3, parts.count)].joined()) }
    let (expected, once) = try AccumulationTests.train(whole) { $0.clipNorm = 0.5 }
    let (found, report) = try AccumulationTests.train(parts) { ($0.batchesPerStep, $0.clipNorm) = (3, 0.5) }
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 2e-6 * max(1, abs(b)), "\(a) \(b)") }
    #expect(report.steps == 9 && once.steps == 9)
    for (a, b) in zip(report.epochs, once.epochs) { #expect(abs(a.training["loss"]! - b.training["loss"]!) < 1e-6) }
    // The result differs from several small steps.
    let (apart, more) = try AccumulationTests.train(parts)
    #expect(more.steps == 21 && zip(apart, expected).contains { abs($0 - $1) > 1e-3 })
  }

  /// Each batch draws its own dropout, and schedules count updates.
  @Test func stepsAreUpdates() throws {
    var numbers: [Int] = []
    let order = (0..<5).map { [$0] }
    let (_, report) = try AccumulationTests.train(
      order,
      {
        ($0.batchesPerStep, $0.epochs) = (2, 2)
        $0.schedule = .step(every: 3, gamma: 0.5)
      }, steps: { numbers.append($0) })
    #expect(numbers == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10] && report.steps == 6)
    #expect(report.epochs.map(\.rateFactor) == [1, 0.5])
  }

  /// A run with dropout that is killed within a group of batches is resumed with the same bits.
  @Test func resumedRunsGiveTheSameBits() throws {
    try TrainerTests.withFolder { folder in
      let order = (0..<10).map { Array(4 * $0..<4 * $0 + 4) }
      func run(_ name: String, failingAt failure: Int? = nil, batchesPerStep: Int = 4) throws -> [Float] {
        try AccumulationTests.train(order, dropout: 0.3, failingAt: failure) {
          ($0.batchesPerStep, $0.checkpoint, $0.checkpointInterval, $0.resumes) = (
            batchesPerStep, "\(folder)/\(name).safetensors", 1, true
          )
        }.parameters
      }
      let whole = try run("whole")
      // Three groups an epoch, of 4, 4 and 2 batches: numbers 0 to 9, 12 to 21...
      for place in [0, 3, 5, 9, 12, 21, 26, 33] { #expect(throws: Failure.self) { try run("parts", failingAt: place) } }
      #expect(try run("parts") == whole)
      let error = #expect(throws: RecurrentError.self) { try run("whole", batchesPerStep: 2) }
      #expect("\(error!)".contains("is of a run with 4 batches a step, this one has 2"))
    }
  }

  @Test func noBatchesAStepAreRefused() async {
    await #expect(processExitsWith: .failure) { try AccumulationTests.train([[0]]) { $0.batchesPerStep = 0 } }
  }
}
