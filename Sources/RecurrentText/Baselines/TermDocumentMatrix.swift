// Term-document matrix: term counts as an inverted index, and similarity search.

import Foundation
import RecurrentCore

/// Term counts of documents as an inverted index: for each term, the documents that contain it. A
/// search reads only the documents that have a term in common with the query.
///
/// Salton & McGill, "Introduction to modern information retrieval", 1983.
public struct TermDocumentMatrix: Sendable {
  /// The similarity of two documents, 0...1; 0 if they have no term in common.
  public enum Similarity: Sendable {
    /// x · y / (|x| |y|) of the weighted term counts.
    case cosine
    /// The number of common terms over the number of different terms in either document.
    case jaccard
  }

  /// The weight of a term for `cosine`.
  public enum Weighting: Sendable {
    /// The count of the term in the document.
    case counts
    /// tf-idf: the count times ln((1 + N) / (1 + n)) + 1, if n of the N documents contain the term;
    /// as scikit-learn's `TfidfTransformer`.
    case inverseDocumentFrequency
  }

  /// The terms. All other terms are ignored.
  public let vocabulary: Vocabulary
  /// The number of documents.
  public let count: Int
  /// By term: the index of its first entry; then the number of entries.
  private let starts: [Int]
  private let entries: [Entry]
  /// The inverse document frequency by term; 1 for `counts`.
  private let termWeights: [Float]
  /// The number of different terms by document.
  private let sizes: [Float]

  private struct Entry {
    var document: Int32
    /// The weight of the term, divided by the norm of the document's vector.
    var weight: Float
  }

  /// Indexes documents, which are lists of terms. Precondition: at most 2³¹ - 1 documents.
  /// - Parameters:
  ///   - documents: Lists of terms.
  ///   - minimum: Terms that occur less often in all documents together are ignored.
  ///   - weighting: The term weights for cosine similarity.
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

  /// The norm of a document's weight vector.
  private static func length(_ counts: [(term: Int, count: Int)], _ termWeights: [Float]) -> Float {
    counts.reduce(0) { $0 + (Float($1.count) * termWeights[$1.term]) * (Float($1.count) * termWeights[$1.term]) }
      .squareRoot()
  }

  /// The most similar documents to a query, most similar first; ties by index. At most `limit`, and
  /// only documents that have a term in common with the query. Precondition: limit >= 1.
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
      // Collects 2 · limit candidates, drops the worse half, and raises the threshold to the rest.
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
