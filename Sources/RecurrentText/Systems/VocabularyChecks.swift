// What a file may say of vocabularies, and a system can work with.

extension SystemVocabularies {
  public var problem: String? { nil }
}

extension Vectoriser {
  /// What is wrong with this as the vectoriser of a system that counts `expected`; nil when nothing
  /// is.
  func problem(as name: String, _ expected: Unit) -> String? {
    if unit != expected {
      return "its \(name) are told by \(unit.rawValue), this task tells them by \(expected.rawValue)"
    }
    return vocabulary.problem(as: name, isOfCharacters: unit == .character)
  }
}

extension Vocabulary {
  func problem(as name: String, isOfCharacters: Bool = false) -> String? {
    for token in tokens.dropFirst(Vocabulary.special.count) {
      if token.isEmpty { return "its \(name) have an empty one among them" }
      if isOfCharacters, token.unicodeScalars.count != 1 {
        return "its \(name) have '\(token)' among them, which is no single character"
      }
    }
    return nil
  }
}

extension [String] {
  /// As the names of classes.
  func problem(as name: String) -> String? {
    var seen = Set<String>()
    for element in self {
      if element.isEmpty { return "its \(name) have an empty one among them" }
      if !seen.insert(element).inserted { return "its \(name) have '\(element)' twice" }
    }
    return nil
  }
}
