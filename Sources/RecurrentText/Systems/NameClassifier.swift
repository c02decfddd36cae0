// Name classifier: predicts the origin of a surname (many to one).

import RecurrentCore
import RecurrentLayers

/// A character-level classifier: the last state of a recurrent stack, then two linear layers.
public struct NameClassifier: TextClassifier {
  /// The settings of the model.
  public let settings: SystemSettings
  /// The vocabularies of the model.
  public let vocabularies: ClassifierVocabularies
  let embedding: Embedding
  let recurrent: RNN
  let dropout: Dropout
  let hidden: Linear
  let output: Linear

  /// The precision of evaluation and prediction: that of every matrix.
  public var precision: Precision { output.weight.precision }

  /// The task of the system.
  public static let task = TextTask.names
  /// The settings that the system uses.
  public static let settingsTaken = SystemSettings.Option.common.union([.tokenDropout, .minimumCount, .maxLength])
  /// The decoding options that the system uses.
  public static let decodingTaken: Set<DecodingOptions.Option> = [.top]
  /// The default settings.
  public static var defaults: SystemSettings {
    var settings = SystemSettings()
    settings.cell = .gru
    settings.epochs = 12
    settings.maxLength = 100
    return settings
  }

  /// Creates a model; `initialise(seed:)` draws its parameters.
  public init(_ settings: SystemSettings, _ vocabularies: ClassifierVocabularies) {
    (self.settings, self.vocabularies) = (settings, vocabularies)
    let (E, H) = (settings.embeddingSize, settings.hiddenSize)
    embedding = Embedding(count: vocabularies.characters.vocabulary.count, size: E, paddingIndex: 0)
    recurrent = RNN(settings.cell.cell, inputSize: E, hiddenSize: H, layers: settings.layers, dropout: settings.dropout)
    dropout = Dropout(settings.dropout)
    hidden = Linear(H, H)
    output = Linear(H, vocabularies.classes.count)
  }

  /// The logits [B, classes] of B names.
  public func logits(_ names: [[Int]], _ tape: Tape) -> Variable {
    let x = embedding(read(names, tape), tape)  // [T, B, E]
    let (_, state) = recurrent(x, lengths: names.map(\.count))
    return output(dropout(hidden(dropout(state.last)).relu()))  // [B, H] to [B, classes]
  }

  /// The maximum number of floats that `step` allocates for a batch.
  public func floats(_ batch: [LabelledTokens], isTraining: Bool) -> Int {
    let (B, T, P) = (batch.count, batch.map(\.tokens.count).max() ?? 0, batch.reduce(0) { $0 + $1.tokens.count })
    let copies = isTraining ? 2 : 1
    return T * B * (2 + copies * settings.embeddingSize)
      + recurrent.floats(steps: T, batch: B, valid: P, isTraining: isTraining)
      + copies * B * (6 * settings.hiddenSize + vocabularies.classes.count)
  }

  /// Reads a folder with a .txt file per class, or .tsv files of texts and classes.
  public static func samples(in source: DataSource) throws(RecurrentError) -> [LabelledText] {
    try [LabelledText](byClassAt: source, builtIn: Samples.names, Samples.namesTest)
  }
}
