// What systems make of a line of text: lines of columns, and JSON.

import Foundation
import RecurrentCore

/// An answer, which encodes itself for JSON.
public protocol SystemAnswer: Encodable, Sendable {
  /// It as text: a line, without its end, whose columns are separated by tabs; several lines only
  /// where several answers were asked for. Empty when the system has written it piece by piece.
  /// - Parameter number: that of the question, from 1.
  func lines(number: Int) -> [String]
  /// What people may want to know beside the answer.
  var note: String? { get }
}

extension SystemAnswer {
  public var note: String? { nil }
}

/// A text's classes with their probabilities, likeliest first. As a line: the text, and a class and
/// its probability for each.
public struct ClassAnswer: SystemAnswer {
  public struct Entry: Encodable, Sendable {
    public let name: String
    public let probability: Float
  }

  let text: String
  public let classes: [Entry]

  private enum CodingKeys: String, CodingKey { case classes }

  public func lines(number: Int) -> [String] {
    [
      ([text] + classes.flatMap { [$0.name, String(format: "%.3f", $0.probability)] }).map(\.asColumn).joined(
        separator: "\t")
    ]
  }
}

/// A sentence's words with their tags. As a line: a column "word/tag" for each.
public struct TagAnswer: SystemAnswer {
  public struct Entry: Encodable, Sendable {
    public let word, tag: String
    public let probability: Float
  }

  public let words: [Entry]

  public func lines(number: Int) -> [String] { [words.map { "\($0.word)/\($0.tag)".asColumn }.joined(separator: "\t")] }
}

/// What a beam search has found, best first; none where no token may follow. As a line: the text of
/// the best. As several, if so many were asked for: the question's number, the log-probability and
/// the text of each.
public struct HypothesesAnswer: SystemAnswer {
  public struct Entry: Encodable, Sendable {
    public let text: String
    /// The natural logarithm, of the whole text and its end.
    public let logProbability: Double
  }

  public let hypotheses: [Entry]
  private let isNumbered: Bool

  private enum CodingKeys: String, CodingKey { case hypotheses }

  init(_ found: [Hypothesis], _ options: DecodingOptions, text: ([Int]) -> String) {
    hypotheses = found.prefix(options.hypotheses ?? 1).map {
      Entry(text: text($0.tokens), logProbability: $0.logProbability)
    }
    isNumbered = options.hypotheses != nil
  }

  public func lines(number: Int) -> [String] {
    if !isNumbered { return [hypotheses.first?.text.asColumn ?? ""] }
    return hypotheses.map { "\(number)\t" + String(format: "%.4f", $0.logProbability) + "\t" + $0.text.asColumn }
  }
}

/// How a text goes on, which has been written piece by piece.
public struct ContinuationAnswer: SystemAnswer {
  /// What follows the prompt.
  public let continuation: String
  /// The mean of its characters' natural logarithms, under the model itself; 0 for none.
  public let meanLogProbability: Double

  public init(continuation: String, meanLogProbability: Double) {
    (self.continuation, self.meanLogProbability) = (continuation, meanLogProbability)
  }

  public func lines(number: Int) -> [String] { [] }

  public var note: String? {
    continuation.isEmpty
      ? nil : String(format: "probability %.3f per character (%.3f nats)", exp(meanLogProbability), -meanLogProbability)
  }
}

extension String {
  /// The text as a column of a line: without tabs, and in one line.
  fileprivate var asColumn: String {
    func parts(_ scalar: Unicode.Scalar) -> Bool { scalar == "\t" || Character(scalar).isNewline }
    guard unicodeScalars.contains(where: parts) else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.map { parts($0) ? " " : $0 }))
  }
}
