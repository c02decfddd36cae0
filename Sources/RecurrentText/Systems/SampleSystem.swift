// Systems whose data is many samples, of which some are learnt from at once.

import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// A system that learns from batches of samples of similar length.
public protocol SampleSystem: TextSystem {
  /// A sample in numbers.
  associatedtype Encoded: Sendable

  func encode(_ sample: Sample) -> Encoded
  /// By which samples are put together.
  static func length(_ sample: Encoded) -> Int
  /// The loss of a batch, in training and in evaluation.
  func step(_ batch: [Encoded], _ tape: Tape) -> StepResult
}

extension SampleSystem {
  public func fit(_ trainer: Trainer<Self>, training: [Sample], heldOut: [Sample]) throws -> TrainingReport {
    let batches = Batches.bucketed(training.map(encode), size: settings.batchSize, seed: settings.seed, length: Self.length)
    let validation = Batches.bucketed(heldOut.map(encode), size: settings.batchSize, shuffled: false, length: Self.length)
    trainer.options.schedule = settings.schedule(batches: batches.epoch(0).count)
    return try trainer.fit(batches, validation: heldOut.isEmpty ? nil : validation, step: step)
  }

  /// Sequences of tokens as they are read: in training, some of the tokens are unknown.
  func read(_ sequences: [[Int]], _ tape: Tape) -> Indices {
    if tape.mode == .evaluation || settings.tokenDropout == 0 { return Indices(sequences: sequences) }
    // A stream for each step: the same tokens in a run that is resumed.
    var random = RandomStream(seed: settings.seed, stream: 1 << 61 | UInt64(tape.step))
    return Indices(
      sequences: sequences.map { $0.map { random.uniform(in: 0...1) < settings.tokenDropout ? Vocabulary.unknownNumber : $0 } })
  }

  /// Runs `body` over samples in batches of similar length, in evaluation; with the places of a batch's samples.
  func forEachBatch(
    _ samples: [Sample], backend: any Backend, _ body: (_ batch: [Encoded], _ places: [Int], _ tape: Tape) throws(RecurrentError) -> Void
  ) throws(RecurrentError) {
    let batches = Batches.bucketed(samples.map(encode), size: 64, shuffled: false, length: Self.length)
    let tape = Tape(.evaluation, backend: backend)
    for places in batches.epoch(0) {
      tape.begin(step: 0)
      try body(batches.make(places), places, tape)
    }
  }
}

/// Throws for a score to choose a class by that is NaN or +infinity.
func checkScores(_ scores: some Sequence<Float>) throws(RecurrentError) {
  for score in scores where !(score < .infinity) { throw .undefinedScore("the score of a class is \(score)") }
}
