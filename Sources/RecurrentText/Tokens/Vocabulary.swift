// Vocabulary: maps tokens to indices and back.

import Foundation
import RecurrentCore

/// An indexed list of tokens: four special tokens, then characters or words.
///
/// ```swift
/// let words = Vocabulary(counting: sentences.joined(), minimum: 2)
/// words["tree"]            // its index, or that of `<unknown>`
/// words.tokens[7]          // the token with an index
/// ```
public struct Vocabulary: Sendable, Equatable, Codable {
  /// The padding token, which fills up shorter sequences of a batch; index 0.
  public static let padding = "<padding>"
  /// The token that replaces every token outside the vocabulary; index 1.
  public static let unknown = "<unknown>"
  /// The token before the first one of a decoded sequence; index 2.
  public static let begin = "<begin>"
  /// The token that ends a decoded sequence; index 3.
  public static let end = "<end>"
  static let special = [padding, unknown, begin, end]
  static let unknownIndex = 1

  /// Tokens by index, special tokens first.
  public let tokens: [String]
  private let numbers: [String: Int]

  /// The number of tokens, including the special ones.
  public var count: Int { tokens.count }
  /// The index of the padding token, 0.
  public var padding: Int { 0 }
  /// The index of the unknown token, 1.
  public var unknown: Int { Vocabulary.unknownIndex }
  /// The index of the begin token, 2.
  public var begin: Int { 2 }
  /// The index of the end token, 3.
  public var end: Int { 3 }

  /// Creates a vocabulary of the special tokens, then `tokens` in order, without repetitions.
  public init(_ tokens: some Sequence<String>) {
    var (list, numbers) = ([String](), [String: Int]())
    for token in Vocabulary.special + tokens where numbers[token] == nil {
      numbers[token] = list.count
      list.append(token)
    }
    (self.tokens, self.numbers) = (list, numbers)
  }

  /// Creates a vocabulary of the special tokens, then all tokens that occur at least `minimum`
  /// times, most frequent first; ties in alphabetical order.
  public init(counting tokens: some Sequence<String>, minimum: Int = 1) {
    var counts: [String: Int] = [:]
    for token in tokens { counts[token, default: 0] += 1 }
    self.init(counts.filter { $0.value >= minimum }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key))
  }

  /// The index of a token; that of `unknown` if it is not in the vocabulary.
  public subscript(token: String) -> Int { numbers[token] ?? unknown }

  /// Whether a token is in the vocabulary.
  public func contains(_ token: String) -> Bool { numbers[token] != nil }

  // MARK: Coding

  /// Decodes the list of tokens after the special ones. Throws if a token occurs twice or has more
  /// than 30 combining marks in a row.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let tokens = try container.decode([String].self)
    guard tokens.allSatisfy(\.isStreamSafe) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "the vocabulary has a token with more than 30 combining marks in a row")
    }
    self.init(tokens)
    if count != tokens.count + Vocabulary.special.count {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "the vocabulary has a token twice")
    }
  }

  /// Encodes the tokens after the special ones, as a list of strings.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Array(tokens.dropFirst(Vocabulary.special.count)))
  }
}
