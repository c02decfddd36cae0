// BLEU: n-gram precision of translations against references.

import Foundation

/// Corpus BLEU with one reference for each hypothesis: Papineni et al., "BLEU: a method for
/// automatic evaluation of machine translation", ACL 2002. Scores equal those of sacreBLEU with
/// `tokenize="none"` and `smooth_method="none"`.
///
/// ```swift
/// var bleu = BLEU()
/// for (hypothesis, reference) in pairs { bleu.add(hypothesis: hypothesis, reference: reference) }
/// print(bleu.score)
/// ```
public struct BLEU: Sendable, Equatable {
  /// The length of the longest n-grams.
  private static let order = 4

  /// By n-gram length: the n-grams of hypotheses that also occur in the reference, each counted at
  /// most as often as in the reference; and the n-grams of hypotheses.
  private var matches = [Int](repeating: 0, count: BLEU.order)
  private var totals = [Int](repeating: 0, count: BLEU.order)
  private var hypothesisLength = 0
  private var referenceLength = 0

  /// Creates a score without sentences.
  public init() {}

  /// Adds a pair of tokenised sentences.
  public mutating func add<Token: Hashable>(hypothesis: [Token], reference: [Token]) {
    hypothesisLength += hypothesis.count
    referenceLength += reference.count
    for n in 1...BLEU.order {
      let expected = ngrams(reference, n)
      totals[n - 1] += max(0, hypothesis.count - n + 1)
      matches[n - 1] += ngrams(hypothesis, n).reduce(0) { $0 + min($1.value, expected[$1.key] ?? 0) }
    }
  }

  private func ngrams<Token: Hashable>(_ tokens: [Token], _ n: Int) -> [ArraySlice<Token>: Int] {
    var counts: [ArraySlice<Token>: Int] = [:]
    for first in 0..<max(0, tokens.count - n + 1) { counts[tokens[first..<first + n], default: 0] += 1 }
    return counts
  }

  /// The percentage of matching n-grams of length 1, 2, 3 and 4, each 0...100; 0 without n-grams.
  public var precisions: [Double] { zip(matches, totals).map { $1 == 0 ? 0 : 100 * Double($0) / Double($1) } }

  /// exp(1 - r / h) if h < r, else 1, for h tokens in all hypotheses and r in all references.
  public var brevityPenalty: Double {
    if hypothesisLength >= referenceLength { return 1 }
    return hypothesisLength == 0 ? 0 : exp(1 - Double(referenceLength) / Double(hypothesisLength))
  }

  /// The number of tokens in all hypotheses over that in all references; 0 without references.
  public var lengthRatio: Double { referenceLength == 0 ? 0 : Double(hypothesisLength) / Double(referenceLength) }

  /// The brevity penalty times the geometric mean of the precisions, 0...100; 0 if no n-gram of
  /// some length matches.
  public var score: Double { brevityPenalty * exp(precisions.reduce(0) { $0 + log($1) } / Double(BLEU.order)) }
}
