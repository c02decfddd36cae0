// Where a surname comes from: many to one.

import RecurrentCore
import RecurrentLayers

/// Reads a name letter by letter, and finds its class by the state after the last one.
public struct NameClassifier: TextClassifier {
  public let settings: SystemSettings
  public let vocabularies: ClassifierVocabularies
  let embedding: Embedding
  let recurrent: RNN
  let dropout: Dropout
  let hidden: Linear
  let output: Linear

  public static let task = TextTask.names
  public static let settingsTaken = SystemSettings.Option.common.union([.tokenDropout, .minimumCount, .maxLength])
  public static let decodingTaken: Set<DecodingOptions.Option> = [.top]
  public static var defaults: SystemSettings {
    var settings = SystemSettings()
    settings.cell = .gru
    settings.epochs = 12
    settings.maxLength = 100
    return settings
  }

  public init(_ settings: SystemSettings, _ vocabularies: ClassifierVocabularies) {
    (self.settings, self.vocabularies) = (settings, vocabularies)
    let (E, H) = (settings.embeddingSize, settings.hiddenSize)
    embedding = Embedding(count: vocabularies.characters.vocabulary.count, size: E, paddingIndex: 0)
    recurrent = RNN(settings.cell.cell, inputSize: E, hiddenSize: H, layers: settings.layers, dropout: settings.dropout)
    dropout = Dropout(settings.dropout)
    hidden = Linear(H, H)
    output = Linear(H, vocabularies.classes.count)
  }

  public func logits(_ names: [[Int]], _ tape: Tape) -> Variable {
    let x = embedding(read(names, tape), tape)  // [T, B, E]
    let (_, state) = recurrent(x, lengths: names.map(\.count))
    return output(dropout(hidden(dropout(state.last)).relu()))  // [B, H] to [B, classes]
  }

  public func floats(_ batch: [LabelledTokens], isTraining: Bool) -> Int {
    let (B, T, P) = (batch.count, batch.map(\.tokens.count).max() ?? 0, batch.reduce(0) { $0 + $1.tokens.count })
    let copies = isTraining ? 2 : 1
    return T * B * (2 + copies * settings.embeddingSize)
      + recurrent.floats(steps: T, batch: B, valid: P, isTraining: isTraining)
      + copies * B * (6 * settings.hiddenSize + vocabularies.classes.count)
  }

  public static func samples(in source: DataSource) throws(RecurrentError) -> [LabelledText] {
    try [LabelledText](byClassAt: source, own: Samples.names, Samples.namesTest)
  }
}
