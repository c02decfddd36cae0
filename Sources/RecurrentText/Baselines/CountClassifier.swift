// Count classifiers: classification of documents by term counts, without word order.

import RecurrentCore

/// A classifier of documents by their term counts.
public protocol CountClassifier: Sendable {
  /// The predicted class of each document, which is a list of terms.
  func predictions(_ documents: [[String]]) -> [Int]
}

extension CountClassifier {
  /// The predicted class of a document.
  public func predict(_ document: [String]) -> Int { predictions([document])[0] }
}

/// Precondition of all classifiers: one or more documents, with labels within 0..<classes.
func checkTraining(_ training: [(terms: [String], label: Int)], _ classes: Int, _ function: StaticString) {
  require(!training.isEmpty, "\(function): no training documents")
  for (number, document) in training.enumerated() where !(0..<classes).contains(document.label) {
    require(false, "\(function): document \(number) has label \(document.label), expected 0..<\(classes)")
  }
}

/// The index of the greatest of one or more scores; ties go to the first.
func firstGreatest<Number: Comparable>(_ scores: [Number]) -> Int {
  scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
}
