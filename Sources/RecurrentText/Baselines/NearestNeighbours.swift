// Nearest neighbours: classification by the most similar training documents.

import RecurrentCore

/// Classifies a document by the votes of the `neighbours` most similar training documents, weighted
/// by similarity. Ties go to the lower class index. A document without known terms gets the most
/// frequent class. Cover & Hart, "Nearest neighbor pattern classification", 1967.
public struct NearestNeighbours: CountClassifier {
  private let matrix: TermDocumentMatrix
  private let labels: [Int]
  private let mostFrequent: Int
  private let similarity: TermDocumentMatrix.Similarity
  private let neighbours: Int
  private let backend: any Backend

  /// Indexes the training documents. Precondition: one or more documents, labels within
  /// 0..<classes, neighbours >= 1.
  /// - Parameters:
  ///   - training: Documents as lists of terms, with their classes.
  ///   - classes: The number of classes.
  ///   - similarity: The similarity of documents.
  ///   - neighbours: The number of documents that vote.
  ///   - minimum: Terms that occur less often in all documents together are ignored.
  ///   - weighting: The term weights for cosine similarity.
  ///   - backend: The backend whose threads classify documents in parallel.
  public init(
    _ training: [(terms: [String], label: Int)], classes: Int, by similarity: TermDocumentMatrix.Similarity,
    neighbours: Int = 5,
    minimum: Int = 1, weighting: TermDocumentMatrix.Weighting = .counts, backend: any Backend
  ) {
    checkTraining(training, classes, "NearestNeighbours")
    require(neighbours >= 1, "NearestNeighbours: neighbours \(neighbours) must be one or more")
    matrix = TermDocumentMatrix(training.map(\.terms), minimum: minimum, weighting: weighting)
    labels = training.map(\.label)
    let counts = labels.reduce(into: [Float](repeating: 0, count: classes)) { $0[$1] += 1 }
    mostFrequent = firstGreatest(counts)
    (self.similarity, self.neighbours, self.backend) = (similarity, neighbours, backend)
  }

  /// The predicted class of each document.
  public func predictions(_ documents: [[String]]) -> [Int] {
    var result = [Int](repeating: mostFrequent, count: documents.count)
    result.withUnsafeMutableBufferPointer { result in
      backend.pool.forEachPart(of: documents.count, least: 16) { part, _ in
        for index in part { result[index] = label(documents[index]) }
      }
    }
    return result
  }

  private func label(_ document: [String]) -> Int {
    let votes = matrix.nearest(document, by: similarity, count: neighbours)
      .reduce(into: [Int: Float]()) { $0[labels[$1.document], default: 0] += $1.similarity }
    return votes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? mostFrequent
  }
}
