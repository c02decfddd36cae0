// Text features: values of each character, such as its position in the line, to correlate units
// with.

import Foundation

/// A value for every character of a text, such as 1 inside quotes and 0 outside.
public struct TextFeature: Sendable, Equatable {
  /// The name of the feature.
  public let name: String
  /// The values, one per character, [T].
  public let values: [Double]

  /// Creates a feature.
  public init(_ name: String, values: [Double]) {
    self.name = name
    self.values = values
  }

  /// The features that depend only on a text's characters. Each value holds after the character has
  /// been read: an opening quote is inside the quotes, a closing one outside. An empty line closes
  /// all quotes and brackets.
  public static func all(of characters: [String]) -> [TextFeature] {
    let characters = characters.map { $0.first ?? "\0" }
    var features = kinds.map { (name: $0.name, values: [Double]()) }
    for index in features.indices { features[index].values.reserveCapacity(characters.count) }
    var place = Place()
    var start = 0
    while start < characters.count {
      let end = characters[start...].firstIndex(where: \.isNewline) ?? characters.count
      place.isInName = isName(characters[start..<end])
      for character in characters[start..<min(end + 1, characters.count)] {
        place.read(character)
        for index in features.indices { features[index].values.append(kinds[index].value(place)) }
      }
      start = end + 1
    }
    return features.map { TextFeature($0.name, values: $0.values) }
  }

  private static let kinds: [(name: String, value: @Sendable (Place) -> Double)] = [
    ("inside quotes", { $0.isQuoted ? 1 : 0 }),
    ("inside brackets", { $0.depth > 0 ? 1 : 0 }),
    ("position in the line", { Double($0.inLine) }),
    ("beginning of a line", { exp2(-Double($0.inLine)) }),
    ("first letter of a word", { $0.inWord == 1 ? 1 : 0 }),
    ("position in the word", { Double($0.inWord) }),
    ("upper case", { $0.character.isUppercase ? 1 : 0 }),
    ("space", { $0.character.isWhitespace && !$0.character.isNewline ? 1 : 0 }),
    ("vowel", { isVowel($0.character) ? 1 : 0 }),
    ("digit", { $0.character.isNumber ? 1 : 0 }),
    ("punctuation", { $0.character.isPunctuation || $0.character.isSymbol ? 1 : 0 }),
    ("name or heading", { $0.isInName && !$0.character.isNewline ? 1 : 0 }),
  ]

  private static func isVowel(_ character: Character) -> Bool {
    "aeiou".contains(String(character).folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil))
  }

  /// Whether a line begins with a capital and ends with a colon, or has two or more letters, all of
  /// them capitals.
  private static func isName(_ line: ArraySlice<Character>) -> Bool {
    if line.first?.isUppercase == true && line.last == ":" { return true }
    let letters = line.filter(\.isLetter)
    return letters.count >= 2 && letters.allSatisfy(\.isUppercase)
  }

  /// The state of a reader of the text after each character.
  private struct Place {
    var character: Character = "\n"
    var isQuoted = false
    var depth = 0
    /// The characters read since the last newline.
    var inLine = 0
    /// The letters read of the current word, including apostrophes; 0 outside of words.
    var inWord = 0
    /// Set by the caller, since it depends on the rest of the line.
    var isInName = false

    mutating func read(_ next: Character) {
      if next.isNewline && character.isNewline { (isQuoted, depth) = (false, 0) }
      switch next {
      case "\"": isQuoted.toggle()
      case "\u{201C}": isQuoted = true
      case "\u{201D}": isQuoted = false
      case "(", "[", "{": depth += 1
      case ")", "]", "}": depth = max(0, depth - 1)
      default: break
      }
      inLine = next.isNewline ? 0 : inLine + 1
      inWord = next.isLetter || (inWord > 0 && (next == "'" || next == "\u{2019}")) ? inWord + 1 : 0
      character = next
    }
  }
}
