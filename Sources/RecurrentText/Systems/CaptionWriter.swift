// The name of a drawn digit, letter by letter: one to many.

import Foundation
import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// A picture becomes the first state of a decoder, which spells what it is. Vinyals et al., "Show
/// and tell: a neural image caption generator", 2015.
public struct CaptionWriter: SampleSystem {
  public struct Vocabularies: SystemVocabularies {
    public let letters: Vectoriser
    public var counts: [Int] { [letters.vocabulary.count] }
    public var problem: String? { letters.problem(as: "letters", .character) }
  }

  /// A picture, and what it is called, in numbers.
  public struct Encoded: Sendable {
    /// 64 numbers 0...1.
    let pixels: [Float]
    let caption: [Int]
  }

  public let settings: SystemSettings
  public let vocabularies: Vocabularies
  let picture: Linear
  let first: Linear
  let letters: Embedding
  let decoder: RNN
  let dropout: Dropout
  let output: Linear

  private static let pixels = 64
  private static let names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
  private static let greatestLength = 16

  public static let task = TextTask.caption
  public static let monitor = TrainingOptions.Monitor.lowest("loss")
  public static let settingsTaken = SystemSettings.Option.common
  public static let decodingTaken: Set<DecodingOptions.Option> = [.beam, .lengthPenalty, .nBest]
  public static var defaults: SystemSettings {
    var settings = SystemSettings()
    settings.embeddingSize = 32
    settings.batchSize = 32
    settings.epochs = 30
    return settings
  }

  public init(_ settings: SystemSettings, _ vocabularies: Vocabularies) {
    (self.settings, self.vocabularies) = (settings, vocabularies)
    let (E, H, V) = (settings.embeddingSize, settings.hiddenSize, vocabularies.letters.vocabulary.count)
    picture = Linear(CaptionWriter.pixels, H)
    first = Linear(H, H)
    letters = Embedding(count: V, size: E, paddingIndex: 0)
    decoder = RNN(settings.cell.cell, inputSize: E, hiddenSize: H, layers: settings.layers, dropout: settings.dropout)
    dropout = Dropout(settings.dropout)
    output = Linear(H, V)
  }

  /// The state with which the decoder begins, of pictures [B, 64].
  private func state(_ pictures: [[Float]], _ tape: Tape) -> RNN.State {
    let x = tape.constant(Tensor(pictures.flatMap { $0 }, shape: [pictures.count, CaptionWriter.pixels]))
    return decoder.state(from: first(dropout(picture(x).relu())).tanh())
  }

  public func step(_ batch: [Encoded], _ tape: Tape) -> StepResult {
    let vocabulary = vocabularies.letters.vocabulary
    let before = Indices(sequences: batch.map { [vocabulary.begin] + $0.caption })
    let (y, _) = decoder(letters(before, tape), state: state(batch.map(\.pixels), tape))  // [T, B, H]
    let targets = Indices(sequences: batch.map { $0.caption + [vocabulary.end] }, padding: -100)
    return StepResult(loss: settings.loss(output(dropout(y)), targets), weight: batch.count)
  }

  // MARK: Data

  public static func samples(in source: DataSource) throws(RecurrentError) -> [DigitPicture] {
    try [DigitPicture](csvAt: source, own: Samples.caption, Samples.captionTest)
  }

  public static func vocabularies(of samples: [DigitPicture], _ settings: SystemSettings) throws(RecurrentError)
    -> Vocabularies
  {
    Vocabularies(letters: Vectoriser(.character, counting: names))
  }

  public func encode(_ sample: DigitPicture) -> Encoded {
    Encoded(
      pixels: sample.pixels.map { $0 / 16 },
      caption: sample.digit.map { vocabularies.letters(CaptionWriter.names[$0]) } ?? [])
  }

  public static func length(_ sample: Encoded) -> Int { sample.caption.count }

  public func floats(_ batch: [Encoded], isTraining: Bool) -> Int {
    let (B, T) = (batch.count, 1 + CaptionWriter.greatestLength)
    let (E, H, V, copies) = (
      settings.embeddingSize, settings.hiddenSize, vocabularies.letters.vocabulary.count, isTraining ? 2 : 1
    )
    return B * (CaptionWriter.pixels + copies * (5 + 2 * settings.layers) * H) + T * B * (4 + copies * (E + H + V))
      + decoder.floats(steps: T, batch: B, valid: T * B, isTraining: isTraining)
  }

  // MARK: Writing

  private func hypotheses(_ pictures: [[Float]], _ options: DecodingOptions, _ tape: Tape) throws(RecurrentError)
    -> [[Hypothesis]]
  {
    let vocabulary = vocabularies.letters.vocabulary
    let search = BeamSearch(beams: options.beams, lengthPenalty: options.lengthPenalty)
    var state = state(pictures.flatMap { [[Float]](repeating: $0, count: options.beams) }, tape)
    return try search(
      greatestLengths: pictures.map { _ in CaptionWriter.greatestLength }, begin: vocabulary.begin, end: vocabulary.end,
      never: [vocabulary.padding, vocabulary.begin, vocabulary.unknown]
    ) { tokens, parents in
      let (y, next) = decoder(letters(Indices(tokens, shape: [1, tokens.count]), tape), state: state.gathered(parents))
      state = next
      return output(y[0]).logSoftmax().value
    }
  }

  /// Captions of a picture with their probabilities, likeliest first: as many as there are beams,
  /// or fewer. Throws `undefinedScore` when the model computes no numbers to choose by.
  public func caption(
    _ picture: DigitPicture, _ options: DecodingOptions = DecodingOptions(), backend: any Backend
  ) throws(RecurrentError) -> [(text: String, probability: Double)] {
    try hypotheses([encode(picture).pixels], options, Tape(.evaluation, backend: backend))[0].map {
      (vocabularies.letters.text(of: $0.tokens), exp($0.logProbability))
    }
  }

  public func evaluate(_ samples: [DigitPicture], _ options: DecodingOptions, backend: any Backend) throws -> Evaluation
  {
    var right = 0
    let decoding = { (batch: [Encoded]) in
      batch.count * options.beams
        * (8 * settings.layers * settings.hiddenSize + 2 * vocabularies.letters.vocabulary.count)
    }
    try forEachBatch(samples, backend: backend, decoding: decoding) { batch, _, tape throws(RecurrentError) in
      for (sample, found) in try zip(batch, hypotheses(batch.map(\.pixels), options, tape))
      where found.first?.tokens == sample.caption {
        right += 1
      }
    }
    return Evaluation(
      [("exact_match", samples.isEmpty ? 0 : Double(right) / Double(samples.count))], count: samples.count,
      of: "pictures")
  }

  /// Takes 64 pixels, or a line of the data.
  public func answer(
    _ line: String, _ options: DecodingOptions, backend: any Backend, write: (String) throws(RecurrentError) -> Void
  ) throws(RecurrentError) -> HypothesesAnswer {
    let picture = try DigitPicture(Substring(line), expecting: "64 pixels, separated by commas") {
      .invalidFile(path: "picture '\(line.shortened())'", reason: $0)
    }
    let found = try hypotheses([encode(picture).pixels], options, Tape(.evaluation, backend: backend))[0]
    return HypothesesAnswer(found, options) { vocabularies.letters.text(of: $0) }
  }
}
