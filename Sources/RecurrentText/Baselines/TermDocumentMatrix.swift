// How often each term is in each document, and which documents are alike.

import Foundation
import RecurrentCore

/// The counts of terms in documents, as an inverted index: for each term, the documents that it is
/// in. A new document is compared with those alone that have a term in common with it.
///
/// Salton & McGill, "Introduction to modern information retrieval", 1983.
public struct TermDocumentMatrix: Sendable {
  /// When two documents are alike: 0 where no term is in both, 1 where the same ones are, for
  /// cosine in the same proportions.
  public enum Similarity: Sendable {
    /// x · y / (|x| |y|), of the documents' weights.
    case cosine
    /// The number of terms that are in both over that of terms in one of them or both.
    case jaccard
  }

  /// What a term's count in a document is multiplied by, for `cosine`.
  public enum Weighting: Sendable {
    case counts
    /// The count times ln((1 + N) / (1 + n)) + 1, where n of the N documents have the term:
    /// scikit-learn's `TfidfTransformer`.
    case inverseDocumentFrequency
  }

  /// The terms. Others are ignored, in new documents too.
  public let vocabulary: Vocabulary
  /// The number of documents.
  public let count: Int
  /// By term, with one more at the end: where its entries begin.
  private let starts: [Int]
  private let entries: [Entry]
  /// By term.
  private let termWeights: [Float]
  /// By document: the different terms in it.
  private let sizes: [Float]

  private struct Entry {
    var document: Int32
    /// Over the length of the document's vector.
    var weight: Float
  }

  /// Documents as lists of terms. Stops when there are more than 2³¹ - 1.
  /// - Parameter minimum: a term seen less often in all documents together is ignored.
  public init(_ documents: [[String]], minimum: Int = 1, weighting: Weighting = .counts) {
    require(
      documents.count <= Int32.max, "TermDocumentMatrix: \(documents.count) documents, expected at most \(Int32.max)")
    let vocabulary = Vocabulary(counting: documents.joined(), minimum: minimum)
    let counts = documents.map(vocabulary.counts)
    var frequencies = [Int](repeating: 0, count: vocabulary.count)
    for entry in counts.joined() { frequencies[entry.term] += 1 }
    let termWeights = frequencies.map { n in
      weighting == .counts ? 1 : Float(log(Double(1 + documents.count) / Double(1 + n)) + 1)
    }
    let starts = frequencies.reduce(into: [0]) { $0.append($0.last! + $1) }
    var entries = [Entry](repeating: Entry(document: 0, weight: 0), count: starts.last!)
    var next = starts
    for (document, counts) in counts.enumerated() {
      let length = TermDocumentMatrix.length(counts, termWeights)
      for (term, count) in counts {
        entries[next[term]] = Entry(document: Int32(document), weight: Float(count) * termWeights[term] / length)
        next[term] += 1
      }
    }
    (self.vocabulary, self.starts, self.entries, self.termWeights) = (vocabulary, starts, entries, termWeights)
    count = documents.count
    sizes = counts.map { Float($0.count) }
  }

  /// Of a document's weights as a vector.
  private static func length(_ counts: [(term: Int, count: Int)], _ termWeights: [Float]) -> Float {
    counts.reduce(0) { $0 + (Float($1.count) * termWeights[$1.term]) * (Float($1.count) * termWeights[$1.term]) }
      .squareRoot()
  }

  /// The documents most like a new one, the most similar first, by number among those as similar.
  /// They are fewer than `limit` when fewer have a term in common with it.
  public func nearest(_ document: [String], by similarity: Similarity, count limit: Int) -> [(
    document: Int, similarity: Float
  )] {
    require(limit >= 1, "TermDocumentMatrix.nearest: count \(limit) must be one or more")
    let terms = vocabulary.counts(document)
    if terms.isEmpty { return [] }
    let length = TermDocumentMatrix.length(terms, termWeights)
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { scores in
      scores.initialize(repeating: 0)
      for (term, count) in terms {
        let weight = Float(count) * termWeights[term] / length
        for entry in entries[starts[term]..<starts[term + 1]] {
          scores[Int(entry.document)] += similarity == .cosine ? weight * entry.weight : 1
        }
      }
      // Up to twice as many as wanted; then the worse half goes, and sets the bar.
      var best: [(document: Int, similarity: Float)] = []
      var bar: Float = 0
      func sort() { best.sort { ($1.similarity, $0.document) < ($0.similarity, $1.document) } }
      for document in 0..<count where scores[document] > 0 {
        let score = scores[document]
        let value = similarity == .cosine ? min(1, score) : score / (Float(terms.count) + sizes[document] - score)
        if value <= bar { continue }
        best.append((document, value))
        if best.count == 2 * limit {
          sort()
          best.removeLast(limit)
          bar = best[limit - 1].similarity
        }
      }
      sort()
      return Array(best.prefix(limit))
    }
  }
}
