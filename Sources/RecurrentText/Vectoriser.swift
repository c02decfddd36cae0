// From texts to numbers, and back.

import Foundation
import RecurrentCore

/// Cuts texts into characters or words, and numbers them by a vocabulary.
public struct Vectoriser: Sendable, Equatable, Codable {
  public enum Unit: String, Sendable, Codable {
    /// A Unicode scalar of the composed form (NFC): a Hangul syllable or an accented letter is one,
    /// however the file has written it.
    case character
    /// What lies between white space (Unicode's White_Space), a combining mark after a space
    /// included.
    case word
  }

  public let unit: Unit
  public let vocabulary: Vocabulary

  public init(_ unit: Unit, _ vocabulary: Vocabulary) { (self.unit, self.vocabulary) = (unit, vocabulary) }

  /// With a vocabulary of what occurs `minimum` times or more in some texts.
  public init(_ unit: Unit, counting texts: some Sequence<String>, minimum: Int = 1) {
    self.init(unit, Vocabulary(counting: texts.lazy.flatMap { Vectoriser.tokens(of: $0, unit) }, minimum: minimum))
  }

  /// A text's tokens. More than 30 combining marks in a row are parted (`streamSafe`).
  public static func tokens(of text: String, _ unit: Unit) -> [String] {
    let text = text.streamSafe
    switch unit {
    case .character:
      return text.composed.map { String($0) }
    case .word: return text[...].words.map(String.init)
    }
  }

  /// The tokens of a text as numbers.
  public func callAsFunction(_ text: String) -> [Int] { Vectoriser.tokens(of: text, unit).map { vocabulary[$0] } }

  /// The text that some numbers stand for, without what masks, begins or ends. Stops when a number
  /// is outside the vocabulary.
  public func text(of numbers: [Int]) -> String {
    let left = [vocabulary.padding, vocabulary.begin, vocabulary.end]
    return numbers.filter { !left.contains($0) }.map { vocabulary.tokens[$0] }.joined(
      separator: unit == .word ? " " : "")
  }
}
