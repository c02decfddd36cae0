// Answers: the predictions of the systems, as lines of text and as JSON.

import Foundation
import RecurrentCore

/// The prediction of a system for an input text; encodable as JSON.
public protocol SystemAnswer: Encodable, Sendable {
  /// The answer as lines with columns separated by tabs; one line, unless several hypotheses were
  /// requested. Empty if the answer was written while it was computed. `number` is the index of the
  /// input, from 1.
  func lines(number: Int) -> [String]
  /// A remark for standard error; nil if there is none.
  var note: String? { get }
}

extension SystemAnswer {
  /// No remark.
  public var note: String? { nil }
}

/// The most probable classes of a text. As a line: the text, then name and probability of each.
public struct ClassAnswer: SystemAnswer {
  /// A class and its probability.
  public struct Entry: Encodable, Sendable {
    /// The name of the class.
    public let name: String
    /// The probability of the class, 0...1.
    public let probability: Float
  }

  let text: String
  /// The classes, most probable first.
  public let classes: [Entry]

  private enum CodingKeys: String, CodingKey { case classes }

  /// One line: the text, then name and probability of each class.
  public func lines(number: Int) -> [String] {
    [
      ([text] + classes.flatMap { [$0.name, String(format: "%.3f", $0.probability)] }).map(\.asColumn).joined(
        separator: "\t")
    ]
  }
}

/// The words of a sentence and their tags. As a line: a column "word/tag" for each word.
public struct TagAnswer: SystemAnswer {
  /// A word and its most probable tag.
  public struct Entry: Encodable, Sendable {
    /// The word.
    public let word: String
    /// The tag.
    public let tag: String
    /// The probability of the tag, 0...1.
    public let probability: Float
  }

  /// The words in order.
  public let words: [Entry]

  /// One line with a column "word/tag" for each word.
  public func lines(number: Int) -> [String] { [words.map { "\($0.word)/\($0.tag)".asColumn }.joined(separator: "\t")] }
}

/// The hypotheses of a beam search, best first; empty if no token was possible. As a line: the text
/// of the best one; with `DecodingOptions.hypotheses`, a line for each: the number of the input,
/// the log-probability and the text.
public struct HypothesesAnswer: SystemAnswer {
  /// A hypothesis.
  public struct Entry: Encodable, Sendable {
    /// The decoded text.
    public let text: String
    /// The natural logarithm of its probability, including the end token.
    public let logProbability: Double
  }

  /// The hypotheses, best first.
  public let hypotheses: [Entry]
  private let isNumbered: Bool

  private enum CodingKeys: String, CodingKey { case hypotheses }

  init(_ found: [Hypothesis], _ options: DecodingOptions, text: ([Int]) -> String) {
    hypotheses = found.prefix(options.hypotheses ?? 1).map {
      Entry(text: text($0.tokens), logProbability: $0.logProbability)
    }
    isNumbered = options.hypotheses != nil
  }

  /// The text of the best hypothesis, or a line for each requested one.
  public func lines(number: Int) -> [String] {
    if !isNumbered { return [hypotheses.first?.text.asColumn ?? ""] }
    return hypotheses.map { "\(number)\t" + String(format: "%.4f", $0.logProbability) + "\t" + $0.text.asColumn }
  }
}

/// The continuation of a prompt, which is written while it is generated.
public struct ContinuationAnswer: SystemAnswer {
  /// The generated text, without the prompt.
  public let continuation: String
  /// The mean log-probability per character in nats, at temperature 1; 0 for an empty text.
  public let meanLogProbability: Double

  /// Creates an answer.
  public init(continuation: String, meanLogProbability: Double) {
    (self.continuation, self.meanLogProbability) = (continuation, meanLogProbability)
  }

  /// Empty: the text was written while it was generated.
  public func lines(number: Int) -> [String] { [] }

  /// The mean probability per character; nil for an empty text.
  public var note: String? {
    continuation.isEmpty
      ? nil : String(format: "probability %.3f per character (%.3f nats)", exp(meanLogProbability), -meanLogProbability)
  }
}

extension String {
  /// The text as a column of a line, with spaces in place of tabs and line ends.
  fileprivate var asColumn: String {
    func parts(_ scalar: Unicode.Scalar) -> Bool { scalar == "\t" || Character(scalar).isNewline }
    guard unicodeScalars.contains(where: parts) else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.map { parts($0) ? " " : $0 }))
  }
}
