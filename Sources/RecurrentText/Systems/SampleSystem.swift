// Systems whose data is many samples, of which some are learnt from at once.

import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// A system that learns from batches of samples of similar length.
public protocol SampleSystem: TextSystem {
  /// A sample in numbers.
  associatedtype Encoded: Sendable

  func encode(_ sample: Sample) -> Encoded
  /// What is read of a sample that may be longer than `limit`.
  static func cut(_ sample: Sample, to limit: Int) -> Sample
  /// By which samples are put together.
  static func length(_ sample: Encoded) -> Int
  /// The loss of a batch, in training and in evaluation.
  func step(_ batch: [Encoded], _ tape: Tape) -> StepResult
  /// The floats that `step` takes, at most, for activations and their gradients. Memory is planned
  /// by it; 0 where there is nothing to plan.
  func floats(_ batch: [Encoded], isTraining: Bool) -> Int
}

extension SampleSystem {
  public static func cut(_ sample: Sample, to limit: Int) -> Sample { sample }

  public func floats(_ batch: [Encoded], isTraining: Bool) -> Int { 0 }

  private func encoded(_ samples: [Sample]) -> [Encoded] { samples.map { encode(Self.cut($0, to: maxLength)) } }

  public func fit(_ trainer: Trainer<Self>, training: [Sample], heldOut: [Sample]) throws -> TrainingReport {
    let (samples, others) = (encoded(training), encoded(heldOut))
    // No batch of any epoch takes more than the longest samples together.
    let longest = (samples + others).sorted { Self.length($0) > Self.length($1) }.prefix(settings.batchSize)
    try checkMemory(forTraining: floats(Array(longest), isTraining: true))
    let batches = Batches.bucketed(samples, size: settings.batchSize, seed: settings.seed, length: Self.length)
    let validation = Batches.bucketed(others, size: settings.batchSize, shuffled: false, length: Self.length)
    trainer.options.schedule = settings.schedule(batches: batches.epoch(0).count)
    return try trainer.fit(batches, validation: heldOut.isEmpty ? nil : validation, step: step)
  }

  /// Sequences of tokens as they are read: in training, some of the tokens are unknown.
  func read(_ sequences: [[Int]], _ tape: Tape) -> Indices {
    if tape.mode == .evaluation || settings.tokenDropout == 0 { return Indices(sequences: sequences) }
    // A stream for each step: the same tokens in a run that is resumed.
    var random = RandomStream(seed: settings.seed, stream: 1 << 61 | UInt64(tape.step))
    return Indices(
      sequences: sequences.map {
        $0.map { random.uniform(in: 0...1) < settings.tokenDropout ? Vocabulary.unknownNumber : $0 }
      })
  }

  /// Runs `body` over samples in batches of similar length, in evaluation; with the places of a
  /// batch's samples. Batches are smaller where the memory is: throws when not even one sample at a
  /// time has room.
  /// - Parameter decoding: the floats that `body` takes for a batch beside those of `step`.
  func forEachBatch(
    _ samples: [Sample], backend: any Backend, decoding: (_ batch: [Encoded]) -> Int = { _ in 0 },
    _ body: (_ batch: [Encoded], _ places: [Int], _ tape: Tape) throws(RecurrentError) -> Void
  ) throws(RecurrentError) {
    let encoded = encoded(samples)
    var size = 64
    var batches: Batches<[Encoded]>
    while true {
      batches = Batches.bucketed(encoded, size: size, shuffled: false, length: Self.length)
      let greatest =
        batches.epoch(0).map { (places: [Int]) in
          let batch = batches.make(places)
          return floats(batch, isTraining: false) + decoding(batch)
        }.max() ?? 0
      do throws(RecurrentError) {
        try checkMemory(greatest, for: "evaluation")
        break
      } catch {
        if size == 1 { throw error }
        size /= 2
      }
    }
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
