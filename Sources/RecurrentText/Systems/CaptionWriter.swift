// Caption writer: spells the digit that a picture shows (one to many).

import Foundation
import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// An image captioner: a picture gives the initial state of a recurrent decoder, which spells the
/// caption. Vinyals et al., "Show and tell: a neural image caption generator", 2015.
public struct CaptionWriter: SampleSystem {
  /// The vocabularies of the model.
  public struct Vocabularies: SystemVocabularies {
    /// Splits captions into letters, and maps them to indices.
    public let letters: Vectoriser
    /// The size of each vocabulary.
    public var counts: [Int] { [letters.vocabulary.count] }
    /// The reason why no model can be built from these vocabularies; nil if they are valid.
    public var problem: String? { letters.problem(as: "letters", .character) }
  }

  /// A picture, and the token indices of its caption.
  public struct Encoded: Sendable {
    /// 64 pixels of 0...1.
    let pixels: [Float]
    let caption: [Int]
  }

  /// The settings of the model.
  public let settings: SystemSettings
  /// The vocabularies of the model.
  public let vocabularies: Vocabularies
  let picture: Linear
  let first: Linear
  let letters: Embedding
  let decoder: RNN
  let dropout: Dropout
  let output: Linear

  /// The precision of evaluation and prediction: that of every matrix.
  public var precision: Precision { output.weight.precision }

  private static let pixels = 64
  private static let names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
  private static let greatestLength = 16

  /// The task of the system.
  public static let task = TextTask.caption
  /// The best epoch has the lowest loss.
  public static let monitor = TrainingOptions.Monitor.lowest("loss")
  /// The settings that the system uses.
  public static let settingsTaken = SystemSettings.Option.common
  /// The decoding options that the system uses.
  public static let decodingTaken: Set<DecodingOptions.Option> = [.beam, .lengthPenalty, .nBest]
  /// The default settings.
  public static var defaults: SystemSettings {
    var settings = SystemSettings()
    settings.embeddingSize = 32
    settings.batchSize = 32
    settings.epochs = 30
    return settings
  }

  /// Creates a model; `initialise(seed:)` draws its parameters.
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

  /// The decoder's initial state for pictures [B, 64].
  private func state(_ pictures: [[Float]], _ tape: Tape) -> RNN.State {
    let x = tape.constant(Tensor(pictures.flatMap { $0 }, shape: [pictures.count, CaptionWriter.pixels]))
    return decoder.state(from: first(dropout(picture(x).relu())).tanh())
  }

  /// The loss of a batch, with the metrics of the progress display.
  public func step(_ batch: [Encoded], _ tape: Tape) -> StepResult {
    let vocabulary = vocabularies.letters.vocabulary
    let before = Indices(sequences: batch.map { [vocabulary.begin] + $0.caption })
    let (y, _) = decoder(letters(before, tape), state: state(batch.map(\.pixels), tape))  // [T, B, H]
    let targets = Indices(sequences: batch.map { $0.caption + [vocabulary.end] }, padding: -100)
    return StepResult(loss: settings.loss(output(dropout(y)), targets), weight: batch.count)
  }

  // MARK: Data

  /// Reads .csv files with 64 pixels and a digit per line.
  public static func samples(in source: DataSource) throws(RecurrentError) -> [DigitPicture] {
    try [DigitPicture](csvAt: source, builtIn: Samples.caption, Samples.captionTest)
  }

  /// Builds the vocabularies of training samples.
  public static func vocabularies(of samples: [DigitPicture], _ settings: SystemSettings) throws(RecurrentError)
    -> Vocabularies
  {
    Vocabularies(letters: Vectoriser(.character, counting: names))
  }

  /// Maps a sample to token indices.
  public func encode(_ sample: DigitPicture) -> Encoded {
    Encoded(
      pixels: sample.pixels.map { $0 / 16 },
      caption: sample.digit.map { vocabularies.letters(CaptionWriter.names[$0]) } ?? [])
  }

  /// The length by which samples are batched.
  public static func length(_ sample: Encoded) -> Int { sample.caption.count }

  /// The maximum number of floats that `step` allocates for a batch.
  public func floats(_ batch: [Encoded], isTraining: Bool) -> Int {
    let (B, T) = (batch.count, 1 + CaptionWriter.greatestLength)
    let (E, H, V, copies) = (
      settings.embeddingSize, settings.hiddenSize, vocabularies.letters.vocabulary.count, isTraining ? 2 : 1
    )
    return B * (CaptionWriter.pixels + copies * (5 + 2 * settings.layers) * H) + T * B * (4 + copies * (E + H + V))
      + decoder.floats(steps: T, batch: B, valid: T * B, isTraining: isTraining)
  }

  // MARK: Decoding

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

  /// Captions of a picture with their probabilities, best first, at most one per beam. Throws
  /// `undefinedScore` if a log-probability is not a number.
  public func caption(
    _ picture: DigitPicture, _ options: DecodingOptions = DecodingOptions(), backend: any Backend
  ) throws(RecurrentError) -> [(text: String, probability: Double)] {
    try hypotheses([encode(picture).pixels], options, evaluationTape(backend))[0].map {
      (vocabularies.letters.text(of: $0.tokens), exp($0.logProbability))
    }
  }

  /// The fraction of pictures whose caption is exactly right.
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

  /// Captions of a picture, which is given as a line of 64 pixels, separated by commas.
  public func answer(
    _ line: String, _ options: DecodingOptions, backend: any Backend, write: (String) throws(RecurrentError) -> Void
  ) throws(RecurrentError) -> HypothesesAnswer {
    let picture = try DigitPicture(Substring(line), expecting: "64 pixels, separated by commas") {
      .invalidFile(path: "picture '\(line.shortened())'", reason: $0)
    }
    let found = try hypotheses([encode(picture).pixels], options, evaluationTape(backend))[0]
    return HypothesesAnswer(found, options) { vocabularies.letters.text(of: $0) }
  }
}
