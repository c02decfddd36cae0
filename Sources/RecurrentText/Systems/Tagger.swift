// The part of speech of every word: many to many, in step.

import Foundation
import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// Reads a sentence in both directions, each word as such and by its letters. Plank, Søgaard &
/// Goldberg, "Multilingual part-of-speech tagging with bidirectional long short-term memory models
/// and auxiliary loss", 2016.
public struct Tagger: SampleSystem {
  public struct Vocabularies: SystemVocabularies {
    public let words: Vocabulary
    public let characters: Vectoriser
    let labels: Labels
    /// In alphabetical order.
    public var tags: [String] { labels.names }
    public var counts: [Int] { [words.count, characters.vocabulary.count, tags.count] }
    public var problem: String? {
      words.problem(as: "words") ?? characters.problem(as: "characters", .character) ?? tags.problem(as: "tags")
    }

    private enum CodingKeys: String, CodingKey {
      case words, characters
      case labels = "tags"
    }
  }

  /// A sentence in numbers.
  public struct Encoded: Sendable {
    let words: [Int]
    let spellings: [[Int]]
    let tags: [Int]
  }

  public let settings: SystemSettings
  public let vocabularies: Vocabularies
  let words: Embedding
  let characters: Embedding
  let spelling: RNN
  let recurrent: RNN
  let dropout: Dropout
  let output: Linear

  private static let (characterSize, spellingSize) = (32, 48)
  /// The letters that are read of a word.
  private static let longestSpelling = 100

  public static let task = TextTask.tagger
  public static let monitor = TrainingOptions.Monitor.highest("accuracy")
  public static let settingsTaken = SystemSettings.Option.common.union([.tokenDropout, .minimumCount, .maxLength])
  public static let decodingTaken: Set<DecodingOptions.Option> = []
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

  public init(_ settings: SystemSettings, _ vocabularies: Vocabularies) {
    (self.settings, self.vocabularies) = (settings, vocabularies)
    let (E, H) = (settings.embeddingSize, settings.hiddenSize)
    words = Embedding(count: vocabularies.words.count, size: E, paddingIndex: 0)
    characters = Embedding(count: vocabularies.characters.vocabulary.count, size: Tagger.characterSize, paddingIndex: 0)
    spelling = RNN(
      settings.cell.cell, inputSize: Tagger.characterSize, hiddenSize: Tagger.spellingSize, bidirectional: true)
    recurrent = RNN(
      settings.cell.cell, inputSize: E + 2 * Tagger.spellingSize, hiddenSize: H, layers: settings.layers,
      bidirectional: true,
      dropout: settings.dropout)
    dropout = Dropout(settings.dropout)
    output = Linear(2 * H, vocabularies.tags.count)
  }

  /// Logits [words, tags] of all words of some sentences, one sentence after another.
  func callAsFunction(_ sentences: [Encoded], _ tape: Tape) -> Variable {
    let lengths = sentences.map(\.words.count)
    let known = words(read(sentences.map(\.words), tape), tape)  // [T, B, E]
    let x = concatenated([known, spellings(sentences, tape)], along: 2)  // [T, B, E + 96]
    let (y, _) = recurrent(dropout(x), lengths: lengths)  // [T, B, 2 H]
    return output(dropout(y.validSteps(lengths: lengths)))
  }

  /// What the letters of each word say, [T, B, 96]. Every spelling is read once, however often it
  /// occurs.
  private func spellings(_ sentences: [Encoded], _ tape: Tape) -> Variable {
    // Number 0 is no word at all, whose state is zero.
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

  public static func samples(in source: DataSource) throws(RecurrentError) -> [TaggedSentence] {
    try [TaggedSentence](conlluAt: source, own: Samples.tagger, Samples.taggerTest)
  }

  public static func vocabularies(of samples: [TaggedSentence], _ settings: SystemSettings) throws(RecurrentError)
    -> Vocabularies
  {
    let words = samples.lazy.flatMap(\.words)
    return Vocabularies(
      words: Vocabulary(counting: words.map { $0.streamSafe.lowercased() }, minimum: settings.minimumCount),
      characters: Vectoriser(.character, counting: words), labels: Labels(Set(samples.lazy.flatMap(\.tags)).sorted()))
  }

  public func encode(_ sample: TaggedSentence) -> Encoded {
    Encoded(
      words: sample.words.map { vocabularies.words[$0.streamSafe.lowercased()] },
      spellings: sample.words.map { vocabularies.characters($0) },
      tags: sample.tags.map { vocabularies.labels[$0] ?? -100 })
  }

  public static func length(_ sample: Encoded) -> Int { sample.words.count }

  public static let lengthLimit: LengthLimit? = LengthLimit(.word, inTraining: .divided, inUse: .divided)

  public static func excess(of sample: TaggedSentence, over limit: Int) -> (length: Int, place: SamplePlace)? {
    sample.words.count > limit ? (sample.words.count, sample.place) : nil
  }

  public static func excess(ofQuestion text: String, over limit: Int) -> Int? {
    let count = words(of: text).count
    return count > limit ? count : nil
  }

  public static func limited(_ samples: [TaggedSentence], to limit: Int) -> [TaggedSentence] {
    samples.flatMap { sample in
      if sample.words.count <= limit { return [sample] }
      return stride(from: 0, to: sample.words.count, by: limit).map {
        let part = $0..<min($0 + limit, sample.words.count)
        return TaggedSentence(words: Array(sample.words[part]), tags: Array(sample.tags[part]), place: sample.place)
      }
    }
  }

  public func step(_ batch: [Encoded], _ tape: Tape) -> StepResult {
    let logits = self(batch, tape)
    let tags = Indices(batch.flatMap(\.tags))
    return StepResult(
      loss: settings.loss(logits, tags), metrics: ["accuracy": accuracy(logits.value, tags)], weight: tags.count)
  }

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

  // MARK: Judging and tagging

  public func unknownClasses(in samples: [TaggedSentence]) -> [String: Int] {
    samples.lazy.flatMap(\.tags).reduce(into: [:]) { if vocabularies.labels[$1] == nil { $0[$1, default: 0] += 1 } }
  }

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

  /// The likeliest tag of each word, and its probability.
  public func tag(_ words: [String], backend: any Backend) -> [(tag: String, probability: Float)] {
    if words.isEmpty { return [] }
    let parts = stride(from: 0, to: words.count, by: maxLength).map { words[$0..<min($0 + maxLength, words.count)] }
    return parts.flatMap { words in
      let sentence = encode(TaggedSentence(words: Array(words), tags: []))
      let probabilities = self([sentence], Tape(.evaluation, backend: backend)).softmax().value
      return argmax(probabilities).elements.enumerated().map { (vocabularies.tags[$1], probabilities[$0, $1]) }
    }
  }

  /// The words of a line as the data has them: punctuation around a word is one of its own.
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

  public func answer(
    _ line: String, _ options: DecodingOptions, backend: any Backend, write: (String) throws(RecurrentError) -> Void
  ) throws(RecurrentError) -> TagAnswer {
    let words = Tagger.words(of: line)
    let tags = tag(words, backend: backend)
    try checkScores(tags.map(\.probability))
    return TagAnswer(words: zip(words, tags).map { .init(word: $0, tag: $1.tag, probability: $1.probability) })
  }
}
