// Vocabulary validation: rejects vocabularies of a model file that no system can use.

extension SystemVocabularies {
  /// No restriction.
  public var problem: String? { nil }
}

extension Vectoriser {
  /// The reason why a system with tokens of `expected` cannot use this vectoriser; nil if it can.
  func problem(as name: String, _ expected: Unit) -> String? {
    if unit != expected {
      return "its \(name) are split by \(unit.rawValue); expected \(expected.rawValue)"
    }
    return vocabulary.problem(as: name, isOfCharacters: unit == .character)
  }
}

extension Vocabulary {
  /// The reason why the tokens are invalid; nil if they are valid.
  func problem(as name: String, isOfCharacters: Bool = false) -> String? {
    for token in tokens.dropFirst(Vocabulary.special.count) {
      if token.isEmpty { return "its \(name) contain an empty one" }
      if isOfCharacters, token.unicodeScalars.count != 1 {
        return "its \(name) contain '\(token)', which is not a single character"
      }
    }
    return nil
  }
}

extension [String] {
  /// The reason why these names of classes are invalid; nil if they are valid.
  func problem(as name: String) -> String? {
    var seen = Set<String>()
    for element in self {
      if element.isEmpty { return "its \(name) contain an empty one" }
      if !seen.insert(element).inserted { return "its \(name) contain '\(element)' twice" }
    }
    return nil
  }
}
