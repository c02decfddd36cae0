// Translator: encoder, attention and decoder (many to many, sequence to sequence).

import Foundation
import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// A sequence-to-sequence translator: a bidirectional encoder and a decoder (Sutskever, Vinyals &
/// Le 2014; Cho et al. 2014) with attention (Luong, Pham & Manning, "Effective approaches to
/// attention-based neural machine translation", 2015). Without attention, the decoder receives only
/// the encoder's final state.
public struct Translator: SampleSystem {
  /// The vocabularies of the model.
  public struct Vocabularies: SystemVocabularies {
    /// Splits source sentences into words, and maps them to indices.
    public let source: Vectoriser
    /// Splits target sentences into words, and maps them to indices.
    public let target: Vectoriser
    /// The size of each vocabulary.
    public var counts: [Int] { [source.vocabulary.count, target.vocabulary.count] }
    /// The reason why no model can be built from these vocabularies; nil if they are valid.
    public var problem: String? {
      source.problem(as: "source words", .word) ?? target.problem(as: "target words", .word)
    }
  }

  /// The word indices of a sentence pair.
  public struct Encoded: Sendable {
    let source: [Int]
    let target: [Int]
  }

  /// The settings of the model.
  public let settings: SystemSettings
  /// The vocabularies of the model.
  public let vocabularies: Vocabularies
  let source: Embedding
  let encoder: RNN
  /// Maps the encoder's final state to the decoder's initial state.
  let bridge: Linear
  let target: Embedding
  let decoder: RNN
  let attention: Attention?
  let combined: Linear
  let dropout: Dropout
  let output: Linear

  /// The precision of evaluation and prediction: that of every matrix.
  public var precision: Precision { output.weight.precision }

  /// The task of the system.
  public static let task = TextTask.translate
  /// The best epoch has the lowest loss.
  public static let monitor = TrainingOptions.Monitor.lowest("loss")
  /// The settings that the system uses.
  public static let settingsTaken = SystemSettings.Option.common.union([
    .tokenDropout, .attention, .minimumCount, .maxLength,
  ])
  /// The decoding options that the system uses.
  public static let decodingTaken: Set<DecodingOptions.Option> = [.beam, .lengthPenalty, .nBest]
  /// The default settings.
  public static var defaults: SystemSettings {
    var settings = SystemSettings()
    settings.cell = .gru
    settings.embeddingSize = 192
    settings.hiddenSize = 256
    settings.attention = .general
    settings.minimumCount = 3
    settings.learningRate = 1e-3
    settings.labelSmoothing = 0.1
    settings.clipNorm = 1
    settings.epochs = 8
    settings.maxLength = 200
    return settings
  }

  /// Creates a model; `initialise(seed:)` draws its parameters.
  public init(_ settings: SystemSettings, _ vocabularies: Vocabularies) {
    (self.settings, self.vocabularies) = (settings, vocabularies)
    let (E, H, L) = (settings.embeddingSize, settings.hiddenSize, settings.layers)
    // Each direction of the encoder has half of the hidden units.
    let half = (H + 1) / 2
    source = Embedding(count: vocabularies.source.vocabulary.count, size: E, paddingIndex: 0)
    encoder = RNN(
      settings.cell.cell, inputSize: E, hiddenSize: half, layers: L, bidirectional: true, dropout: settings.dropout)
    bridge = Linear(2 * half, H)
    target = Embedding(count: vocabularies.target.vocabulary.count, size: E, paddingIndex: 0)
    decoder = RNN(settings.cell.cell, inputSize: E, hiddenSize: H, layers: L, dropout: settings.dropout)
    attention = settings.attention.map { Attention($0, querySize: H, keySize: 2 * half) }
    combined = Linear(attention == nil ? H : H + 2 * half, H)
    dropout = Dropout(settings.dropout)
    output = Linear(H, vocabularies.target.vocabulary.count)
  }

  /// A batch of encoded source sentences, and the decoder's state.
  struct Source {
    var state: RNN.State
    var memory: Attention.Memory?
    let encoded: Variable
    let lengths: [Int]
  }

  func encode(_ sentences: [[Int]], _ tape: Tape) -> Source {
    let lengths = sentences.map(\.count)
    let x = dropout(source(read(sentences, tape), tape))  // [S, B, E]
    let (encoded, final) = encoder(x, lengths: lengths)  // [S, B, H]
    return Source(
      state: decoder.state(from: bridge(final.last).tanh()), memory: attention?.memory(encoded, lengths: lengths),
      encoded: encoded, lengths: lengths)
  }

  /// The decoder's features [T, B, H] for target words [T, B], or [1, B·n, H] for the last words
  /// [1, B·n] of n hypotheses per sentence, and its new state.
  func decode(_ words: Indices, _ source: Source, _ tape: Tape) -> (features: Variable, state: RNN.State) {
    let (y, state) = decoder(dropout(target(words, tape)), state: source.state)  // [T, B, H]
    guard let attention, let memory = source.memory else { return (combined(y).tanh(), state) }
    let (rows, B, H) = (y.shape[1], source.lengths.count, y.shape[2])
    // For attention, the hypotheses of a sentence are treated as its time steps.
    let queries = rows == B ? y : y.reshaped(to: [B, rows / B, H]).transposed(0, 1)
    var (context, _) = attention(queries, memory)
    if rows != B { context = context.transposed(0, 1).reshaped(to: [1, rows, context.shape[2]]) }
    return (combined(concatenated([y, context], along: 2)).tanh(), state)
  }

  /// The loss of a batch, with the metrics of the progress display.
  public func step(_ batch: [Encoded], _ tape: Tape) -> StepResult {
    let vocabulary = vocabularies.target.vocabulary
    let (features, _) = decode(
      Indices(sequences: batch.map { [vocabulary.begin] + $0.target }), encode(batch.map(\.source), tape), tape)
    // Only valid steps: the product with the output matrix is most of the work.
    let logits = output(dropout(features.validSteps(lengths: batch.map { $0.target.count + 1 })))
    let targets = Indices(batch.flatMap { $0.target + [vocabulary.end] })
    return StepResult(loss: settings.loss(logits, targets), weight: targets.count)
  }

  /// The maximum number of floats that `step` allocates for a batch.
  public func floats(_ batch: [Encoded], isTraining: Bool) -> Int {
    let (B, S, T) = (batch.count, batch.map(\.source.count).max() ?? 0, 1 + (batch.map(\.target.count).max() ?? 0))
    let (sources, targets) = (batch.reduce(0) { $0 + $1.source.count }, batch.reduce(B) { $0 + $1.target.count })
    let (E, H, V, copies) = (
      settings.embeddingSize, settings.hiddenSize, vocabularies.target.vocabulary.count, isTraining ? 2 : 1
    )
    return encodingFloats(steps: S, batch: B, valid: sources, isTraining: isTraining)
      + T * B * (2 + copies * 2 * E) + decoder.floats(steps: T, batch: B, valid: T * B, isTraining: isTraining)
      // Queries and contexts in both orders, their concatenation, and the combined features.
      + attentionFloats(steps: T, batch: B, sourceSteps: S, copies: copies) + copies * T * B * 9 * (H + 1)
      + copies * targets * (2 * H + V)
  }

  private func encodingFloats(steps: Int, batch: Int, valid: Int, isTraining: Bool) -> Int {
    let copies = isTraining ? 2 : 1
    let keys = attention == nil ? 0 : 2 * (settings.hiddenSize + 1)
    return steps * batch * (3 + copies * 2 * settings.embeddingSize + copies * keys)
      + encoder.floats(steps: steps, batch: batch, valid: valid, isTraining: isTraining) + copies * batch * 6
      * settings.hiddenSize
  }

  /// The floats of the attention scores of `steps` queries; with additive scores, also of W q + U k
  /// before and after the tanh, for each query and key.
  private func attentionFloats(steps: Int, batch: Int, sourceSteps: Int, copies: Int) -> Int {
    switch attention?.score {
    case nil: 0
    case .dot, .general: steps * batch * sourceSteps * copies * 3
    case .additive: steps * batch * sourceSteps * (copies * 3 + 2 * settings.hiddenSize)
    }
  }

  /// The maximum number of floats that `hypotheses` allocates.
  private func decodingFloats(_ sources: [[Int]], _ options: DecodingOptions) -> Int {
    let (B, S) = (sources.count, sources.map(\.count).max() ?? 0)
    let (H, V, rows) = (settings.hiddenSize, vocabularies.target.vocabulary.count, sources.count * options.beams)
    return encodingFloats(steps: S, batch: B, valid: sources.reduce(0) { $0 + $1.count }, isTraining: false)
      + attentionFloats(steps: options.beams, batch: B, sourceSteps: S, copies: 1)
      // The states of this step and the next, and the hypotheses' tokens.
      + rows * (2 * settings.embeddingSize + 4 * settings.layers * 2 * H + 9 * H + 2 * V + 2 * (2 * S + 10))
  }

  // MARK: Data

  /// Reads two files, whose lines are translations of each other.
  public static func samples(in source: DataSource) throws(RecurrentError) -> [SentencePair] {
    switch source {
    case .builtIn(let isTest):
      return try [SentencePair](
        TextFile(name: "built-in source", text: isTest ? Samples.translateTestSource : Samples.translateSource),
        TextFile(name: "built-in target", text: isTest ? Samples.translateTestTarget : Samples.translateTarget))
    case .pair(let source, let target):
      let pairs = try [SentencePair](TextFile(contentsOf: source), TextFile(contentsOf: target))
      try pairs.checkNotEmpty(.path(source))
      return pairs
    case .path(let path):
      throw .invalidOption(
        name: "data", value: path, expected: "two files for this task, source and target")
    }
  }

  /// Builds the vocabularies of training samples.
  public static func vocabularies(of samples: [SentencePair], _ settings: SystemSettings) throws(RecurrentError)
    -> Vocabularies
  {
    Vocabularies(
      source: Vectoriser(.word, counting: samples.lazy.map(\.source), minimum: settings.minimumCount),
      target: Vectoriser(.word, counting: samples.lazy.map(\.target), minimum: settings.minimumCount))
  }

  /// Maps a sample to token indices.
  public func encode(_ sample: SentencePair) -> Encoded {
    Encoded(source: vocabularies.source(sample.source), target: vocabularies.target(sample.target))
  }

  /// The length by which samples are batched.
  public static func length(_ sample: Encoded) -> Int { sample.source.count }

  /// The length limit of the system's samples.
  public static let lengthLimit: LengthLimit? = LengthLimit(.word, inTraining: .leftOut, inUse: .cut)

  /// The length and place of a sample that is longer than `limit`; nil if it is not.
  public static func excess(of sample: SentencePair, over limit: Int) -> (length: Int, place: SamplePlace)? {
    let source = Vectoriser.Unit.word.count(of: sample.source, over: limit).map {
      (length: $0, place: sample.sourcePlace)
    }
    return source ?? Vectoriser.Unit.word.count(of: sample.target, over: limit).map { ($0, sample.targetPlace) }
  }

  /// The training samples after the length limit is applied.
  public static func limited(_ samples: [SentencePair], to limit: Int) -> [SentencePair] {
    samples.filter { excess(of: $0, over: limit) == nil }
  }

  /// The part of a sample that is read if it is longer than `limit`.
  public static func cut(_ sample: SentencePair, to limit: Int) -> SentencePair {
    SentencePair(
      source: Vectoriser.Unit.word.prefix(of: sample.source, limit),
      target: Vectoriser.Unit.word.prefix(of: sample.target, limit))
  }

  // MARK: Decoding

  /// The hypotheses of each sentence, best first.
  private func hypotheses(_ sources: [[Int]], _ options: DecodingOptions, _ tape: Tape) throws(RecurrentError)
    -> [[Hypothesis]]
  {
    let vocabulary = vocabularies.target.vocabulary
    let beams = options.beams
    let search = BeamSearch(beams: beams, lengthPenalty: options.lengthPenalty)
    // Each hypothesis has its own state row; the hypotheses of a sentence share its encoding.
    var source = encode(sources, tape)
    source.state = source.state.gathered(sources.indices.flatMap { [Int](repeating: $0, count: beams) })
    return try search(
      greatestLengths: sources.map { 2 * $0.count + 10 }, begin: vocabulary.begin, end: vocabulary.end,
      never: [vocabulary.padding, vocabulary.begin, vocabulary.unknown]
    ) { tokens, parents in
      source.state = source.state.gathered(parents)
      let (features, state) = decode(Indices(tokens, shape: [1, tokens.count]), source, tape)
      source.state = state
      return output(features[0]).logSoftmax().value
    }
  }

  /// Translations of a sentence with their probabilities, best first, at most one per beam. Throws
  /// `undefinedScore` if a log-probability is not a number.
  public func translate(
    _ sentence: String, _ options: DecodingOptions = DecodingOptions(), backend: any Backend
  ) throws(RecurrentError) -> [(text: String, probability: Double)] {
    try hypotheses(sentence, options, backend).map { (vocabularies.target.text(of: $0.tokens), exp($0.logProbability)) }
  }

  private func hypotheses(_ sentence: String, _ options: DecodingOptions, _ backend: any Backend) throws(RecurrentError)
    -> [Hypothesis]
  {
    try hypotheses(
      [Array(vocabularies.source(sentence).prefix(maxLength))], options, evaluationTape(backend))[0]
  }

  /// Corpus BLEU of the best hypotheses, and the perplexity of the references.
  public func evaluate(_ samples: [SentencePair], _ options: DecodingOptions, backend: any Backend) throws -> Evaluation
  {
    var bleu = BLEU()
    var (total, count) = (0.0, 0)
    try forEachBatch(samples, backend: backend, decoding: { decodingFloats($0.map(\.source), options) }) {
      batch, places, tape throws(RecurrentError) in
      let result = step(batch, tape)
      total += Double(result.loss.value.elements[0]) * Double(result.weight)
      count += result.weight
      for (place, hypotheses) in try zip(places, hypotheses(batch.map(\.source), options, tape)) {
        let written = (hypotheses.first?.tokens ?? []).map { vocabularies.target.vocabulary.tokens[$0] }
        bleu.add(hypothesis: written, reference: Vectoriser.tokens(of: samples[place].target, .word))
      }
    }
    return Evaluation(
      [("bleu", bleu.score), ("perplexity", exp(total / Double(max(1, count))))], count: samples.count, of: "sentences")
  }

  /// Translations of a sentence. Throws if a score is not a number, or if memory is too small.
  public func answer(
    _ line: String, _ options: DecodingOptions, backend: any Backend, write: (String) throws(RecurrentError) -> Void
  ) throws(RecurrentError) -> HypothesesAnswer {
    try checkMemory(decodingFloats([Array(vocabularies.source(line).prefix(maxLength))], options), for: "translation")
    return HypothesesAnswer(try hypotheses(line, options, backend), options) { vocabularies.target.text(of: $0) }
  }
}
