// A sentence in another language: many to many, delayed.

import Foundation
import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// An encoder and a decoder (Sutskever, Vinyals & Le 2014; Cho et al. 2014) with attention (Luong, Pham & Manning, "Effective approaches to
/// attention-based neural machine translation", 2015), or without, when all that is known of a sentence has to go through one state.
public struct Translator: SampleSystem {
  public struct Vocabularies: SystemVocabularies {
    public let source: Vectoriser
    public let target: Vectoriser
    public var counts: [Int] { [source.vocabulary.count, target.vocabulary.count] }
  }

  /// A pair in numbers.
  public struct Encoded: Sendable {
    let source: [Int]
    let target: [Int]
  }

  public let settings: SystemSettings
  public let vocabularies: Vocabularies
  let source: Embedding
  let encoder: Recurrent
  /// From the encoder's last states to the decoder's first ones.
  let bridge: Linear
  let target: Embedding
  let decoder: Recurrent
  let attention: Attention?
  let combined: Linear
  let dropout: Dropout
  let output: Linear

  public static let task = TextTask.translate
  public static let monitor = TrainingOptions.Monitor.lowest("loss")
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
    return settings
  }

  public init(_ settings: SystemSettings, _ vocabularies: Vocabularies) {
    (self.settings, self.vocabularies) = (settings, vocabularies)
    let (E, H, L) = (settings.embeddingSize, settings.hiddenSize, settings.layers)
    // Each direction of the encoder has half of the units.
    let half = (H + 1) / 2
    source = Embedding(count: vocabularies.source.vocabulary.count, size: E, paddingIndex: 0)
    encoder = Recurrent(
      settings.cell.cell, inputSize: E, hiddenSize: half, layers: L, bidirectional: true, dropout: settings.dropout)
    bridge = Linear(2 * half, H)
    target = Embedding(count: vocabularies.target.vocabulary.count, size: E, paddingIndex: 0)
    decoder = Recurrent(settings.cell.cell, inputSize: E, hiddenSize: H, layers: L, dropout: settings.dropout)
    attention = settings.attention.map { Attention($0, querySize: H, keySize: 2 * half) }
    combined = Linear(attention == nil ? H : H + 2 * half, H)
    dropout = Dropout(settings.dropout)
    output = Linear(H, vocabularies.target.vocabulary.count)
  }

  /// What the decoder knows of some sentences.
  struct Source {
    var state: Recurrent.State
    var memory: Attention.Memory?
    let encoded: Variable
    let lengths: [Int]
  }

  func encode(_ sentences: [[Int]], _ tape: Tape) -> Source {
    let lengths = sentences.map(\.count)
    let x = dropout(source(read(sentences, tape), tape))                          // [S, B, E]
    let (encoded, final) = encoder(x, lengths: lengths)                           // [S, B, H]
    return Source(
      state: decoder.state(from: bridge(final.last).tanh()), memory: attention?.memory(encoded, lengths: lengths), encoded: encoded,
      lengths: lengths)
  }

  /// What words are chosen by, [T, B, H], for target words [T, B].
  func decode(_ words: Indices, _ source: Source, _ tape: Tape) -> (features: Variable, state: Recurrent.State) {
    let (y, state) = decoder(dropout(target(words, tape)), state: source.state)   // [T, B, H]
    guard let attention, let memory = source.memory else { return (combined(y).tanh(), state) }
    let (context, _) = attention(y, memory)
    return (combined(concatenated([y, context], along: 2)).tanh(), state)
  }

  public func step(_ batch: [Encoded], _ tape: Tape) -> StepResult {
    let vocabulary = vocabularies.target.vocabulary
    let (features, _) = decode(Indices(sequences: batch.map { [vocabulary.begin] + $0.target }), encode(batch.map(\.source), tape), tape)
    // Only where there is a word to come: the product with all words' vectors is most of the work.
    let logits = output(dropout(features.validSteps(lengths: batch.map { $0.target.count + 1 })))
    let targets = Indices(batch.flatMap { $0.target + [vocabulary.end] })
    return StepResult(loss: settings.loss(logits, targets), weight: targets.count)
  }

  // MARK: Data

  public static func samples(in source: DataSource) throws(RecurrentError) -> [SentencePair] {
    switch source {
    case .own(let isTest):
      return try [SentencePair](
        TextFile(name: "own source", text: isTest ? Samples.translateTestSource : Samples.translateSource),
        TextFile(name: "own target", text: isTest ? Samples.translateTestTarget : Samples.translateTarget))
    case .pair(let source, let target):
      let pairs = try [SentencePair](TextFile(contentsOf: source), TextFile(contentsOf: target))
      try pairs.checkNotEmpty(.path(source))
      return pairs
    case .path(let path):
      throw .invalidOption(name: "data", value: path, expected: "two files for this task, one for the source and one for the target")
    }
  }

  public static func vocabularies(of samples: [SentencePair], _ settings: SystemSettings) throws(RecurrentError) -> Vocabularies {
    Vocabularies(
      source: Vectoriser(.word, counting: samples.lazy.map(\.source), minimum: settings.minimumCount),
      target: Vectoriser(.word, counting: samples.lazy.map(\.target), minimum: settings.minimumCount))
  }

  public func encode(_ sample: SentencePair) -> Encoded {
    Encoded(source: vocabularies.source(sample.source), target: vocabularies.target(sample.target))
  }

  public static func length(_ sample: Encoded) -> Int { sample.source.count }

  // MARK: Translating

  /// Translations of some sentences, each with its log-probability, best first.
  private func hypotheses(_ sources: [[Int]], _ options: DecodingOptions, _ tape: Tape) throws(RecurrentError) -> [[Hypothesis]] {
    let vocabulary = vocabularies.target.vocabulary
    let beams = options.beams
    let search = BeamSearch(beams: beams, lengthPenalty: options.lengthPenalty)
    // Each hypothesis has a row of its own.
    var source = encode(sources.flatMap { [[Int]](repeating: $0, count: beams) }, tape)
    return try search(
      greatestLengths: sources.map { 2 * $0.count + 10 }, begin: vocabulary.begin, end: vocabulary.end,
      never: [vocabulary.mask, vocabulary.begin, vocabulary.unknown]
    ) { tokens, parents in
      source.state = source.state.gathered(parents)
      let (features, state) = decode(Indices(tokens, shape: [1, tokens.count]), source, tape)
      source.state = state
      return output(features[0]).logSoftmax().value
    }
  }

  /// Translations of a sentence with their probabilities, likeliest first: as many as there are beams, or fewer. Throws `undefinedScore` when the
  /// model computes no numbers to choose by.
  public func translate(
    _ sentence: String, _ options: DecodingOptions = DecodingOptions(), backend: any Backend
  ) throws(RecurrentError) -> [(text: String, probability: Double)] {
    try hypotheses([vocabularies.source(sentence)], options, Tape(.evaluation, backend: backend))[0].map {
      (vocabularies.target.text(of: $0.tokens), exp($0.logProbability))
    }
  }

  public func evaluate(_ samples: [SentencePair], _ options: DecodingOptions, backend: any Backend) throws -> Evaluation {
    var bleu = BLEU()
    var (total, count) = (0.0, 0)
    try forEachBatch(samples, backend: backend) { batch, places, tape throws(RecurrentError) in
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

  public func answer(
    _ line: String, _ options: DecodingOptions, backend: any Backend, write: (String) throws(RecurrentError) -> Void
  ) throws(RecurrentError) {
    try write(translate(line, options, backend: backend).map { $0.text + String(format: "\t%.3g", $0.probability) }.joined(separator: "\n"))
  }
}
