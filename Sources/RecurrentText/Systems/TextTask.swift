// Text tasks: the names of the six systems, and their types.

/// The task of a text system.
public enum TextTask: String, Sendable, Codable, CaseIterable {
  /// The origin of a surname: `NameClassifier`.
  case names
  /// Character language model: `CharacterModel`.
  case charlm
  /// Positive or negative remarks: `SentimentClassifier`.
  case sentiment
  /// Part-of-speech tags: `Tagger`.
  case tagger
  /// Translation: `Translator`.
  case translate
  /// Captions of digit pictures: `CaptionWriter`.
  case caption

  /// The type of the task's system.
  public var system: any TextSystem.Type {
    switch self {
    case .names: NameClassifier.self
    case .charlm: CharacterModel.self
    case .sentiment: SentimentClassifier.self
    case .tagger: Tagger.self
    case .translate: Translator.self
    case .caption: CaptionWriter.self
    }
  }
}
