// Whether a remark is a good or a bad one: many to one.

import RecurrentCore
import RecurrentLayers

/// Reads a text by character in both directions; what it finds anywhere, and what it finds
/// throughout, tell the class.
public struct SentimentClassifier: TextClassifier {
  public let settings: SystemSettings
  public let vocabularies: ClassifierVocabularies
  let embedding: Embedding
  let recurrent: RNN
  let dropout: Dropout
  let output: Linear

  public static let task = TextTask.sentiment
  public static let settingsTaken = SystemSettings.Option.common.union([.tokenDropout, .minimumCount, .maxLength])
  public static let decodingTaken: Set<DecodingOptions.Option> = [.top]
  public static var defaults: SystemSettings {
    var settings = SystemSettings()
    settings.embeddingSize = 96
    settings.minimumCount = 2
    settings.dropout = 0.5
    settings.learningRate = 1.5e-3
    settings.epochs = 4
    settings.maxLength = 1000
    return settings
  }

  public init(_ settings: SystemSettings, _ vocabularies: ClassifierVocabularies) {
    (self.settings, self.vocabularies) = (settings, vocabularies)
    let (E, H) = (settings.embeddingSize, settings.hiddenSize)
    embedding = Embedding(count: vocabularies.characters.vocabulary.count, size: E, paddingIndex: 0)
    recurrent = RNN(
      settings.cell.cell, inputSize: E, hiddenSize: H, layers: settings.layers, bidirectional: true,
      dropout: settings.dropout)
    dropout = Dropout(settings.dropout)
    output = Linear(4 * H, vocabularies.classes.count)
  }

  public func logits(_ texts: [[Int]], _ tape: Tape) -> Variable {
    let lengths = texts.map(\.count)
    let x = embedding(read(texts, tape), tape)  // [T, B, E]
    let (y, _) = recurrent(x, lengths: lengths)  // [T, B, 2 H]
    return output(dropout(concatenated([y.maxPooled(lengths: lengths), y.meanPooled(lengths: lengths)], along: 1)))
  }

  public func floats(_ batch: [LabelledTokens], isTraining: Bool) -> Int {
    let (B, T, P) = (batch.count, batch.map(\.tokens.count).max() ?? 0, batch.reduce(0) { $0 + $1.tokens.count })
    let copies = isTraining ? 2 : 1
    return T * B * (2 + copies * settings.embeddingSize)
      + recurrent.floats(steps: T, batch: B, valid: P, isTraining: isTraining)
      + copies * B * (14 * settings.hiddenSize + vocabularies.classes.count)
  }

  public static func name(ofClass label: String) -> String {
    label == "0" ? "negative" : label == "1" ? "positive" : label
  }

  public static func samples(in source: DataSource) throws(RecurrentError) -> [LabelledText] {
    try [LabelledText](corpusAt: source, labels: ["0", "1"], own: Samples.sentiment, Samples.sentimentTest)
  }
}
