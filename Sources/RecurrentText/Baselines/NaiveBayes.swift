// Naive Bayes: multinomial classification by term counts.

import Foundation
import RecurrentCore

/// Multinomial naive Bayes: P(c | d) ∝ P(c) Π P(t | c) over all occurrences of terms t in document
/// d.
///
/// P(c) is the fraction of training documents in class c. P(t | c) = (n(t, c) + α) / Σ (n(t', c) +
/// α), where n(t, c) is the count of term t in the documents of class c. Unknown terms are ignored.
/// McCallum & Nigam, "A comparison of event models for naive Bayes text classification", 1998;
/// scikit-learn's `MultinomialNB`.
///
/// Memory grows with the number of (term, class) pairs that occur. Prediction takes time for the
/// classes that the document's terms occur in: the score of any other class depends only on the
/// number of terms.
public struct NaiveBayes: CountClassifier {
  private let vocabulary: Vocabulary
  private let logAlpha: Double
  /// By class: ln P(c), -infinity for a class without documents; and ln Σ (n(t', c) + α).
  private let priors: [Double]
  private let logTotals: [Double]
  /// By term: the index of its first entry; then the number of entries.
  private let starts: [Int]
  private let entries: [Entry]

  /// A class in which a term occurs.
  private struct Entry {
    var label: Int
    /// ln (n(t, c) + α) - ln α
    var gain: Double
  }

  /// Counts the terms of each class. Precondition: one or more documents, labels within
  /// 0..<classes, alpha > 0.
  /// - Parameters:
  ///   - training: Documents as lists of terms, with their classes.
  ///   - classes: The number of classes.
  ///   - alpha: The smoothing constant α.
  ///   - minimum: Terms that occur less often in all documents together are ignored.
  public init(_ training: [(terms: [String], label: Int)], classes: Int, alpha: Double = 1, minimum: Int = 1) {
    checkTraining(training, classes, "NaiveBayes")
    require(alpha > 0 && alpha.isFinite, "NaiveBayes: alpha \(alpha) must be above 0")
    let vocabulary = Vocabulary(counting: training.lazy.map(\.terms).joined(), minimum: minimum)
    var documents = [Double](repeating: 0, count: classes)
    var totals = [Double](repeating: alpha * Double(vocabulary.count - Vocabulary.special.count), count: classes)
    var occurrences: [(term: Int, label: Int)] = []
    for (terms, label) in training {
      documents[label] += 1
      for term in vocabulary.terms(terms) {
        occurrences.append((term, label))
        totals[label] += 1
      }
    }
    occurrences.sort { $0 < $1 }
    let logAlpha = log(alpha)
    var (starts, entries) = ([0], [Entry]())
    var next = 0
    for term in 0..<vocabulary.count {
      while next < occurrences.count, occurrences[next].term == term {
        let (first, label) = (next, occurrences[next].label)
        while next < occurrences.count, occurrences[next] == (term, label) { next += 1 }
        entries.append(Entry(label: label, gain: log(Double(next - first) + alpha) - logAlpha))
      }
      starts.append(entries.count)
    }
    (self.vocabulary, self.logAlpha, self.starts, self.entries) = (vocabulary, logAlpha, starts, entries)
    priors = documents.map { log($0 / Double(training.count)) }
    logTotals = totals.map { log($0) }
  }

  /// ln P(c | d) for each class c: [classes].
  public func logProbabilities(_ document: [String]) -> [Float] {
    let terms = vocabulary.terms(document)
    var scores = priors.indices.map { score(ofClass: $0, unseen: terms.count) }
    for term in terms {
      for entry in entries[starts[term]..<starts[term + 1]] { scores[entry.label] += entry.gain }
    }
    let greatest = scores[firstGreatest(scores)]
    let normaliser = greatest + log(scores.reduce(0) { $0 + exp($1 - greatest) })
    return scores.map { Float($0 - normaliser) }
  }

  /// The most probable class of each document.
  public func predictions(_ documents: [[String]]) -> [Int] {
    var gains = [Double](repeating: 0, count: priors.count)
    /// By number of terms: the most probable class if no term occurs in any class.
    var favourites: [Int: Int] = [:]
    return documents.map { document in
      let terms = vocabulary.terms(document)
      let favourite =
        favourites[terms.count] ?? firstGreatest(priors.indices.map { score(ofClass: $0, unseen: terms.count) })
      favourites[terms.count] = favourite
      // The best of the classes without any of the terms; no other of them can win.
      var candidates = [favourite]
      for term in terms {
        for entry in entries[starts[term]..<starts[term + 1]] {
          if gains[entry.label] == 0 { candidates.append(entry.label) }
          gains[entry.label] += entry.gain
        }
      }
      func total(_ label: Int) -> Double { score(ofClass: label, unseen: terms.count) + gains[label] }
      let best = candidates.max { (total($0), $1) < (total($1), $0) }!
      for label in candidates { gains[label] = 0 }
      return best
    }
  }

  /// ln P(c) P(d | c) of a document with `count` terms that do not occur in the class.
  private func score(ofClass label: Int, unseen count: Int) -> Double {
    count == 0 ? priors[label] : priors[label] + Double(count) * (logAlpha - logTotals[label])
  }
}
