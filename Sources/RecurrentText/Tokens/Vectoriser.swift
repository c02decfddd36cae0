// Vectoriser: splits text into characters or words and maps them to vocabulary indices.

import Foundation
import RecurrentCore

/// Splits texts into tokens, and maps tokens to indices of a vocabulary and back.
public struct Vectoriser: Sendable, Equatable, Codable {
  /// The kind of token.
  public enum Unit: String, Sendable, Codable {
    /// A Unicode scalar of the composed form (NFC). A Hangul syllable or an accented letter is one
    /// token, composed or not in the input.
    case character
    /// A run of scalars between white space (Unicode's White_Space).
    case word
  }

  /// The kind of token.
  public let unit: Unit
  /// The tokens and their indices.
  public let vocabulary: Vocabulary

  /// Creates a vectoriser with a given vocabulary.
  public init(_ unit: Unit, _ vocabulary: Vocabulary) { (self.unit, self.vocabulary) = (unit, vocabulary) }

  /// Creates a vectoriser whose vocabulary has the tokens that occur at least `minimum` times in
  /// `texts`.
  public init(_ unit: Unit, counting texts: some Sequence<String>, minimum: Int = 1) {
    self.init(unit, Vocabulary(counting: texts.lazy.flatMap { Vectoriser.tokens(of: $0, unit) }, minimum: minimum))
  }

  /// The tokens of a text, in stream-safe form: at most 30 combining marks in a row.
  public static func tokens(of text: String, _ unit: Unit) -> [String] {
    let text = text.streamSafe
    switch unit {
    case .character:
      return text.composed.map { String($0) }
    case .word: return text[...].words.map(String.init)
    }
  }

  /// The token indices of a text.
  public func callAsFunction(_ text: String) -> [Int] { Vectoriser.tokens(of: text, unit).map { vocabulary[$0] } }

  /// The text of token indices, without padding, begin and end tokens. Precondition: all indices
  /// are in the vocabulary.
  public func text(of indices: [Int]) -> String {
    let omitted = [vocabulary.padding, vocabulary.begin, vocabulary.end]
    return indices.filter { !omitted.contains($0) }.map { vocabulary.tokens[$0] }.joined(
      separator: unit == .word ? " " : "")
  }
}
