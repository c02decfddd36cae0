// Classes as urns that terms are drawn from.

import Foundation
import RecurrentCore

/// Multinomial naive Bayes: P(c | d) in proportion to P(c) Π P(t | c), over the terms t of d, each as often as it is there. P(c) is the
/// share of training documents in class c, and P(t | c) = (n(t, c) + α) / Σ (n(t', c) + α), where n counts terms in the documents of a
/// class. McCallum & Nigam, "A comparison of event models for naive Bayes text classification", 1998; scikit-learn's `MultinomialNB`.
/// Unknown terms are ignored.
public struct NaiveBayes: CountClassifier {
  private let vocabulary: Vocabulary
  private let classes: Int
  /// By class: ln P(c); -infinity without documents.
  private let priors: [Double]
  /// [terms, classes]: ln P(t | c).
  private let likelihoods: [Double]

  /// Stops without documents, on a label outside 0..<classes, and on an alpha that is not above 0.
  /// - Parameters:
  ///   - alpha: what is added to every count.
  ///   - minimum: a term seen less often in all documents together is ignored.
  public init(_ training: [(terms: [String], label: Int)], classes: Int, alpha: Double = 1, minimum: Int = 1) {
    checkTraining(training, classes, "NaiveBayes")
    require(alpha > 0 && alpha.isFinite, "NaiveBayes: alpha \(alpha) must be above 0")
    let vocabulary = Vocabulary(counting: training.lazy.map(\.terms).joined(), minimum: minimum)
    var documents = [Double](repeating: 0, count: classes)
    var totals = [Double](repeating: alpha * Double(vocabulary.count - Vocabulary.special.count), count: classes)
    var counts = [Double](repeating: alpha, count: vocabulary.count * classes)
    for (terms, label) in training {
      documents[label] += 1
      for term in vocabulary.terms(terms) {
        counts[term * classes + label] += 1
        totals[label] += 1
      }
    }
    (self.vocabulary, self.classes) = (vocabulary, classes)
    priors = documents.map { log($0 / Double(training.count)) }
    likelihoods = counts.indices.map { log(counts[$0] / totals[$0 % classes]) }
  }

  /// ln P(c | d) for each class c: [classes].
  public func logProbabilities(_ document: [String]) -> [Float] {
    let scores = scores(document)
    let greatest = scores[firstGreatest(scores)]
    let normaliser = greatest + log(scores.reduce(0) { $0 + exp($1 - greatest) })
    return scores.map { Float($0 - normaliser) }
  }

  public func predictions(_ documents: [[String]]) -> [Int] { documents.map { firstGreatest(scores($0)) } }

  /// ln P(c) P(d | c) by class.
  private func scores(_ document: [String]) -> [Double] {
    var scores = priors
    for term in vocabulary.terms(document) {
      for c in 0..<classes { scores[c] += likelihoods[term * classes + c] }
    }
    return scores
  }
}
