// Tokens and their numbers.

import Foundation
import RecurrentCore

/// A numbered list of tokens: four special ones first, then characters, words or labels.
///
/// ```swift
/// let words = Vocabulary(counting: sentences.joined(), minimum: 2)
/// words["tree"]            // its number, or that of `<unknown>`
/// words.tokens[7]          // the token with a number
/// ```
public struct Vocabulary: Sendable, Equatable, Codable {
  /// What shorter sequences are filled up with; number 0.
  public static let padding = "<padding>"
  /// What a token that is not in the list becomes; number 1.
  public static let unknown = "<unknown>"
  /// What a sequence to be written begins with; number 2.
  public static let begin = "<begin>"
  /// What it ends with; number 3.
  public static let end = "<end>"
  static let special = [padding, unknown, begin, end]
  static let unknownNumber = 1

  /// By number.
  public let tokens: [String]
  private let numbers: [String: Int]

  /// The tokens, special ones included.
  public var count: Int { tokens.count }
  /// The numbers of the special tokens.
  public var padding: Int { 0 }
  public var unknown: Int { Vocabulary.unknownNumber }
  public var begin: Int { 2 }
  public var end: Int { 3 }

  /// The special tokens, and then these in their order; one that was there before is left out.
  public init(_ tokens: some Sequence<String>) {
    var (list, numbers) = ([String](), [String: Int]())
    for token in Vocabulary.special + tokens where numbers[token] == nil {
      numbers[token] = list.count
      list.append(token)
    }
    (self.tokens, self.numbers) = (list, numbers)
  }

  /// The special tokens, and those seen `minimum` times or more, most frequent first, by their text
  /// among those seen as often.
  public init(counting tokens: some Sequence<String>, minimum: Int = 1) {
    var counts: [String: Int] = [:]
    for token in tokens { counts[token, default: 0] += 1 }
    self.init(counts.filter { $0.value >= minimum }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key))
  }

  /// A token's number; that of `unknown` for one that is not in the list.
  public subscript(token: String) -> Int { numbers[token] ?? unknown }

  public func contains(_ token: String) -> Bool { numbers[token] != nil }

  // MARK: Files: the tokens after the special ones, as a list

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

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Array(tokens.dropFirst(Vocabulary.special.count)))
  }
}
