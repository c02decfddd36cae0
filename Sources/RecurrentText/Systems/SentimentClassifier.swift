// Sentiment classifier: predicts whether a remark is positive or negative (many to one).

import RecurrentCore
import RecurrentLayers

/// A character-level classifier: a bidirectional recurrent stack, then the maximum and the mean
/// over time, then a linear layer.
public struct SentimentClassifier: TextClassifier {
  /// The settings of the model.
  public let settings: SystemSettings
  /// The vocabularies of the model.
  public let vocabularies: ClassifierVocabularies
  let embedding: Embedding
  let recurrent: RNN
  let dropout: Dropout
  let output: Linear

  /// The precision of evaluation and prediction: that of every matrix.
  public var precision: Precision { output.weight.precision }

  /// The task of the system.
  public static let task = TextTask.sentiment
  /// The settings that the system uses.
  public static let settingsTaken = SystemSettings.Option.common.union([.tokenDropout, .minimumCount, .maxLength])
  /// The decoding options that the system uses.
  public static let decodingTaken: Set<DecodingOptions.Option> = [.top]
  /// The default settings.
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

  /// Creates a model; `initialise(seed:)` draws its parameters.
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

  /// The logits [B, classes] of B texts.
  public func logits(_ texts: [[Int]], _ tape: Tape) -> Variable {
    let lengths = texts.map(\.count)
    let x = embedding(read(texts, tape), tape)  // [T, B, E]
    let (y, _) = recurrent(x, lengths: lengths)  // [T, B, 2 H]
    return output(dropout(concatenated([y.maxPooled(lengths: lengths), y.meanPooled(lengths: lengths)], along: 1)))
  }

  /// The maximum number of floats that `step` allocates for a batch.
  public func floats(_ batch: [LabelledTokens], isTraining: Bool) -> Int {
    let (B, T, P) = (batch.count, batch.map(\.tokens.count).max() ?? 0, batch.reduce(0) { $0 + $1.tokens.count })
    let copies = isTraining ? 2 : 1
    return T * B * (2 + copies * settings.embeddingSize)
      + recurrent.floats(steps: T, batch: B, valid: P, isTraining: isTraining)
      + copies * B * (14 * settings.hiddenSize + vocabularies.classes.count)
  }

  /// "negative" for class 0, "positive" for class 1.
  public static func name(ofClass label: String) -> String {
    label == "0" ? "negative" : label == "1" ? "positive" : label
  }

  /// Reads .tsv files with the columns id, document and label (0 or 1).
  public static func samples(in source: DataSource) throws(RecurrentError) -> [LabelledText] {
    try [LabelledText](corpusAt: source, labels: ["0", "1"], builtIn: Samples.sentiment, Samples.sentimentTest)
  }
}
