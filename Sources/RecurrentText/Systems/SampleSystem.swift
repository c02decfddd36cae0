// Sample systems: systems that train on batches of independent samples.

import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// A system that trains on batches of samples of similar length.
public protocol SampleSystem: TextSystem {
  /// A sample as token indices.
  associatedtype Encoded: Sendable

  /// Maps a sample to token indices.
  func encode(_ sample: Sample) -> Encoded
  /// The part of a sample that is read if it is longer than `limit`.
  static func cut(_ sample: Sample, to limit: Int) -> Sample
  /// The length by which samples are batched.
  static func length(_ sample: Encoded) -> Int
  /// The loss of a batch, in training and in evaluation.
  func step(_ batch: [Encoded], _ tape: Tape) -> StepResult
  /// The maximum number of floats that `step` allocates for activations and their gradients. It is
  /// checked against free memory; 0 disables the check.
  func floats(_ batch: [Encoded], isTraining: Bool) -> Int
}

extension SampleSystem {
  /// The whole sample.
  public static func cut(_ sample: Sample, to limit: Int) -> Sample { sample }

  /// 0: memory is not checked.
  public func floats(_ batch: [Encoded], isTraining: Bool) -> Int { 0 }

  private func encoded(_ samples: [Sample]) -> [Encoded] { samples.map { encode(Self.cut($0, to: maxLength)) } }

  /// Trains on batches of samples of similar length, in an order that depends on the seed.
  public func fit(_ trainer: Trainer<Self>, training: [Sample], heldOut: [Sample]) throws -> TrainingReport {
    let (samples, others) = (encoded(training), encoded(heldOut))
    // Upper bound of all batches: the longest samples together.
    let longest = (samples + others).sorted { Self.length($0) > Self.length($1) }.prefix(settings.batchSize)
    try checkMemory(forTraining: floats(Array(longest), isTraining: true))
    let batches = Batches.bucketed(samples, size: settings.batchSize, seed: settings.seed, length: Self.length)
    let validation = Batches.bucketed(others, size: settings.batchSize, shuffled: false, length: Self.length)
    trainer.options.schedule = settings.schedule(batches: batches.epoch(0).count)
    return try trainer.fit(batches, validation: heldOut.isEmpty ? nil : validation, step: step)
  }

  /// The token indices of sequences. In training, token dropout replaces some by the unknown token.
  func read(_ sequences: [[Int]], _ tape: Tape) -> Indices {
    if tape.mode == .evaluation || settings.tokenDropout == 0 { return Indices(sequences: sequences) }
    // One random stream per step, so that a resumed run drops the same tokens.
    var random = RandomStream(seed: settings.seed, stream: 1 << 61 | UInt64(tape.step))
    return Indices(
      sequences: sequences.map {
        $0.map { random.uniform(in: 0...1) < settings.tokenDropout ? Vocabulary.unknownIndex : $0 }
      })
  }

  /// Evaluates `body` on batches of samples of similar length. The batch size is halved until the
  /// largest batch fits into memory.
  /// - Parameters:
  ///   - samples: The samples to evaluate on.
  ///   - backend: The backend to compute on.
  ///   - decoding: The floats that `body` allocates for a batch beside those of `step`.
  ///   - body: Receives a batch, the indices of its samples, and a tape.
  /// - Throws: an error if a single sample does not fit into memory; the errors of `body`.
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
    let tape = evaluationTape(backend)
    for places in batches.epoch(0) {
      tape.begin(step: 0)
      try body(batches.make(places), places, tape)
    }
  }
}

/// Throws `undefinedScore` if a score is NaN or +infinity.
func checkScores(_ scores: some Sequence<Float>) throws(RecurrentError) {
  for score in scores where !(score < .infinity) { throw .undefinedScore("the score of a class is \(score)") }
}
