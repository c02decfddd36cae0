// Tagger: predicts the part of speech of every word (many to many, aligned).

import Foundation
import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// A part-of-speech tagger: a word embedding and a bidirectional recurrent layer over the word's
/// characters, then a bidirectional recurrent stack over the words. Plank, Søgaard & Goldberg,
/// "Multilingual part-of-speech tagging with bidirectional long short-term memory models and
/// auxiliary loss", 2016.
public struct Tagger: SampleSystem {
  /// The vocabularies of the model.
  public struct Vocabularies: SystemVocabularies {
    /// Words in lower case.
    public let words: Vocabulary
    /// Splits words into characters, and maps them to indices.
    public let characters: Vectoriser
    let labels: Labels
    /// The names of the tags, in alphabetical order.
    public var tags: [String] { labels.names }
    /// The size of each vocabulary.
    public var counts: [Int] { [words.count, characters.vocabulary.count, tags.count] }
    /// The reason why no model can be built from these vocabularies; nil if they are valid.
    public var problem: String? {
      words.problem(as: "words") ?? characters.problem(as: "characters", .character) ?? tags.problem(as: "tags")
    }

    private enum CodingKeys: String, CodingKey {
      case words, characters
      case labels = "tags"
    }
  }

  /// The indices of a sentence's words, characters and tags.
  public struct Encoded: Sendable {
    let words: [Int]
    let spellings: [[Int]]
    let tags: [Int]
  }

  /// The settings of the model.
  public let settings: SystemSettings
  /// The vocabularies of the model.
  public let vocabularies: Vocabularies
  let words: Embedding
  let characters: Embedding
  let spelling: RNN
  let recurrent: RNN
  let dropout: Dropout
  let output: Linear

  /// The precision of evaluation and prediction: that of every matrix.
  public var precision: Precision { output.weight.precision }

  private static let (characterSize, spellingSize) = (32, 48)
  /// The number of characters that are read of a word.
  private static let longestSpelling = 100

  /// The task of the system.
  public static let task = TextTask.tagger
  /// The best epoch has the highest accuracy.
  public static let monitor = TrainingOptions.Monitor.highest("accuracy")
  /// The settings that the system uses.
  public static let settingsTaken = SystemSettings.Option.common.union([.tokenDropout, .minimumCount, .maxLength])
  /// The decoding options that the system uses.
  public static let decodingTaken: Set<DecodingOptions.Option> = []
  /// The default settings.
  public static var defaults: SystemSettings {
    var settings = SystemSettings()
    settings.embeddingSize = 100
    settings.minimumCount = 2
    settings.dropout = 0.4
    settings.tokenDropout = 0.15
    settings.batchSize = 16
    settings.learningRate = 3e-3
    settings.labelSmoothing = 0.1
    settings.epochs = 20
    settings.maxLength = 500
    return settings
  }

  /// Creates a model; `initialise(seed:)` draws its parameters.
  public init(_ settings: SystemSettings, _ vocabularies: Vocabularies) {
    (self.settings, self.vocabularies) = (settings, vocabularies)
    let (E, H) = (settings.embeddingSize, settings.hiddenSize)
    words = Embedding(count: vocabularies.words.count, size: E, paddingIndex: 0)
    characters = Embedding(count: vocabularies.characters.vocabulary.count, size: Tagger.characterSize, paddingIndex: 0)
    spelling = RNN(
      settings.cell.cell, inputSize: Tagger.characterSize, hiddenSize: Tagger.spellingSize, bidirectional: true)
    recurrent = RNN(
      settings.cell.cell, inputSize: E + 2 * Tagger.spellingSize, hiddenSize: H, layers: settings.layers,
      bidirectional: true, dropout: settings.dropout)
    dropout = Dropout(settings.dropout)
    output = Linear(2 * H, vocabularies.tags.count)
  }

  /// The logits [words, tags] of all words of a batch, sentence by sentence.
  func callAsFunction(_ sentences: [Encoded], _ tape: Tape) -> Variable {
    let lengths = sentences.map(\.words.count)
    let known = words(read(sentences.map(\.words), tape), tape)  // [T, B, E]
    let x = concatenated([known, spellings(sentences, tape)], along: 2)  // [T, B, E + 96]
    let (y, _) = recurrent(dropout(x), lengths: lengths)  // [T, B, 2 H]
    return output(dropout(y.validSteps(lengths: lengths)))
  }

  /// The final states [T, B, 96] of the character-level layer for each word. Every distinct word is
  /// computed once.
  private func spellings(_ sentences: [Encoded], _ tape: Tape) -> Variable {
    // Index 0 is padding, whose state is zero.
    var (distinct, numbers) = ([[Int]()], [[Int](): 0])
    let places = sentences.map { sentence in
      sentence.spellings.map { spelling in
        let spelling =
          spelling.count > Tagger.longestSpelling ? Array(spelling.prefix(Tagger.longestSpelling)) : spelling
        if let number = numbers[spelling] { return number }
        numbers[spelling] = distinct.count
        distinct.append(spelling)
        return distinct.count - 1
      }
    }
    let (_, state) = spelling(characters(Indices(sequences: distinct), tape), lengths: distinct.map(\.count))
    return state.last.gathered(Indices(sequences: places))
  }

  // MARK: Data

  /// Reads CoNLL-U files.
  public static func samples(in source: DataSource) throws(RecurrentError) -> [TaggedSentence] {
    try [TaggedSentence](conlluAt: source, builtIn: Samples.tagger, Samples.taggerTest)
  }

  /// Builds the vocabularies of training samples.
  public static func vocabularies(of samples: [TaggedSentence], _ settings: SystemSettings) throws(RecurrentError)
    -> Vocabularies
  {
    let words = samples.lazy.flatMap(\.words)
    return Vocabularies(
      words: Vocabulary(counting: words.map { $0.streamSafe.lowercased() }, minimum: settings.minimumCount),
      characters: Vectoriser(.character, counting: words), labels: Labels(Set(samples.lazy.flatMap(\.tags)).sorted()))
  }

  /// Maps a sample to token indices.
  public func encode(_ sample: TaggedSentence) -> Encoded {
    Encoded(
      words: sample.words.map { vocabularies.words[$0.streamSafe.lowercased()] },
      spellings: sample.words.map { vocabularies.characters($0) },
      tags: sample.tags.map { vocabularies.labels[$0] ?? -100 })
  }

  /// The length by which samples are batched.
  public static func length(_ sample: Encoded) -> Int { sample.words.count }

  /// The length limit of the system's samples.
  public static let lengthLimit: LengthLimit? = LengthLimit(.word, inTraining: .divided, inUse: .divided)

  /// The length and place of a sample that is longer than `limit`; nil if it is not.
  public static func excess(of sample: TaggedSentence, over limit: Int) -> (length: Int, place: SamplePlace)? {
    sample.words.count > limit ? (sample.words.count, sample.place) : nil
  }

  /// The length of an input text that is longer than `limit`; nil if it is not.
  public static func excess(ofQuestion text: String, over limit: Int) -> Int? {
    let count = words(of: text).count
    return count > limit ? count : nil
  }

  /// The training samples after the length limit is applied.
  public static func limited(_ samples: [TaggedSentence], to limit: Int) -> [TaggedSentence] {
    samples.flatMap { sample in
      if sample.words.count <= limit { return [sample] }
      return stride(from: 0, to: sample.words.count, by: limit).map {
        let part = $0..<min($0 + limit, sample.words.count)
        return TaggedSentence(words: Array(sample.words[part]), tags: Array(sample.tags[part]), place: sample.place)
      }
    }
  }

  /// The loss of a batch, with the metrics of the progress display.
  public func step(_ batch: [Encoded], _ tape: Tape) -> StepResult {
    let logits = self(batch, tape)
    let tags = Indices(batch.flatMap(\.tags))
    return StepResult(
      loss: settings.loss(logits, tags), metrics: ["accuracy": accuracy(logits.value, tags)], weight: tags.count)
  }

  /// The maximum number of floats that `step` allocates for a batch.
  public func floats(_ batch: [Encoded], isTraining: Bool) -> Int {
    let (E, H, S, copies) = (settings.embeddingSize, settings.hiddenSize, 2 * Tagger.spellingSize, isTraining ? 2 : 1)
    let (B, T, P) = (batch.count, batch.map(\.words.count).max() ?? 0, batch.reduce(0) { $0 + $1.words.count })
    let spellings = Set(batch.flatMap(\.spellings)).map { min($0.count, Tagger.longestSpelling) }
    let letters = (spellings.count + 1) * (spellings.max() ?? 0)
    let ofSpellings =
      letters * (2 + copies * Tagger.characterSize)
      + spelling.floats(
        steps: spellings.max() ?? 0, batch: spellings.count + 1, valid: spellings.reduce(0, +), isTraining: isTraining)
    // Words and spellings, side by side, with dropout.
    let ofWords =
      T * B * (4 + copies * 3 * (E + S)) + recurrent.floats(steps: T, batch: B, valid: P, isTraining: isTraining)
    return ofSpellings + ofWords + copies * P * (2 * 2 * H + vocabularies.tags.count)
  }

  // MARK: Evaluation and prediction

  /// The classes that the model does not know, with the number of samples or words that have them.
  public func unknownClasses(in samples: [TaggedSentence]) -> [String: Int] {
    samples.lazy.flatMap(\.tags).reduce(into: [:]) { if vocabularies.labels[$1] == nil { $0[$1, default: 0] += 1 } }
  }

  /// Accuracy and macro F1 over all words of test sentences, with a confusion matrix.
  public func evaluate(_ samples: [TaggedSentence], _ options: DecodingOptions, backend: any Backend) throws
    -> Evaluation
  {
    let samples = Tagger.limited(samples, to: maxLength)
    let labels = vocabularies.labels.extended(by: samples.lazy.flatMap(\.tags))
    var matrix = ConfusionMatrix(classes: labels.names)
    try forEachBatch(samples, backend: backend) { batch, places, tape throws(RecurrentError) in
      let truths = places.flatMap { samples[$0].tags }
      let scores = self(batch, tape).value
      try checkScores(scores.elements)
      for (truth, found) in zip(truths, argmax(scores).elements) {
        matrix.add(truth: labels[truth]!, prediction: found)
      }
    }
    return Evaluation(
      [("accuracy", matrix.accuracy), ("macro_f1", matrix.macroF1)], count: samples.reduce(0) { $0 + $1.words.count },
      of: "words",
      details: matrix.description)
  }

  /// The most probable tag of each word, and its probability.
  public func tag(_ words: [String], backend: any Backend) -> [(tag: String, probability: Float)] {
    if words.isEmpty { return [] }
    let parts = stride(from: 0, to: words.count, by: maxLength).map { words[$0..<min($0 + maxLength, words.count)] }
    return parts.flatMap { words in
      let sentence = encode(TaggedSentence(words: Array(words), tags: []))
      let probabilities = self([sentence], evaluationTape(backend)).softmax().value
      return argmax(probabilities).elements.enumerated().map { (vocabularies.tags[$1], probabilities[$0, $1]) }
    }
  }

  /// The words of a line as in the data: each punctuation mark around a word is a word.
  static func words(of line: String) -> [String] {
    Vectoriser.tokens(of: line, .word).flatMap { token -> [String] in
      func isWord(_ character: Character) -> Bool { !character.isPunctuation && !character.isSymbol }
      let characters = Array(token)
      guard let first = characters.firstIndex(where: isWord), let last = characters.lastIndex(where: isWord) else {
        return characters.map(String.init)
      }
      return characters[..<first].map(String.init) + [String(characters[first...last])]
        + characters[(last + 1)...].map(String.init)
    }
  }

  /// The words of a sentence and their tags. Throws if a score is not a number.
  public func answer(
    _ line: String, _ options: DecodingOptions, backend: any Backend, write: (String) throws(RecurrentError) -> Void
  ) throws(RecurrentError) -> TagAnswer {
    let words = Tagger.words(of: line)
    let tags = tag(words, backend: backend)
    try checkScores(tags.map(\.probability))
    return TagAnswer(words: zip(words, tags).map { .init(word: $0, tag: $1.tag, probability: $1.probability) })
  }
}
