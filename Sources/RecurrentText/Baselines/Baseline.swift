// What a recurrent network has to beat: classifiers that know which terms a document has, and not
// their order.

import RecurrentCore
import RecurrentTraining

/// Classifies documents by how often each term is in them.
public protocol CountClassifier: Sendable {
  /// The class of each document, which is a list of terms.
  func predictions(_ documents: [[String]]) -> [Int]
}

extension CountClassifier {
  /// The class of a document.
  public func predict(_ document: [String]) -> Int { predictions([document])[0] }
}

/// The classifiers to compare with, by name. Each is used with its own defaults.
public enum Baseline: String, Sendable, CaseIterable {
  /// Nearest neighbours by the cosine of counts.
  case cosine
  /// Nearest neighbours by the share of common terms.
  case jaccard
  /// `NaiveBayes`
  case naiveBayes = "naive-bayes"
  /// `CountPerceptron`
  case perceptron

  /// Trains one. Stops without documents, and on a label outside 0..<classes.
  /// - Parameters:
  ///   - minimum: a term seen less often in all documents together is ignored.
  ///   - seed: for the perceptron, as is `progress`.
  /// - Throws: `diverged`.
  public func classifier(
    _ training: [(terms: [String], label: Int)], classes: Int, minimum: Int = 1, seed: UInt64 = 0,
    progress: TrainingOptions.Progress = .none, backend: any Backend
  ) throws -> any CountClassifier {
    switch self {
    case .cosine: NearestNeighbours(training, classes: classes, by: .cosine, minimum: minimum, backend: backend)
    case .jaccard: NearestNeighbours(training, classes: classes, by: .jaccard, minimum: minimum, backend: backend)
    case .naiveBayes: NaiveBayes(training, classes: classes, minimum: minimum)
    case .perceptron:
      try CountPerceptron(
        training, classes: classes, minimum: minimum, seed: seed, progress: progress, backend: backend)
    }
  }

  /// Trains one, and has it classify other documents. Arguments as in `classifier`; `classes` are
  /// their names.
  public func evaluate(
    _ training: [(terms: [String], label: Int)], test: [(terms: [String], label: Int)], classes: [String],
    minimum: Int = 1,
    seed: UInt64 = 0, progress: TrainingOptions.Progress = .none, backend: any Backend
  ) throws -> BaselineResult {
    let clock = ContinuousClock()
    let start = clock.now
    let classifier = try classifier(
      training, classes: classes.count, minimum: minimum, seed: seed, progress: progress, backend: backend)
    let trained = clock.now
    let predictions = classifier.predictions(test.map(\.terms))
    return BaselineResult(
      baseline: self, confusion: ConfusionMatrix(classes: classes, truth: test.map(\.label), predictions: predictions),
      trainingSeconds: (trained - start) / .seconds(1), predictionSeconds: (clock.now - trained) / .seconds(1))
  }
}

/// How a baseline did on test documents.
public struct BaselineResult: Sendable {
  /// Which one.
  public let baseline: Baseline
  /// The classes it gave them.
  public let confusion: ConfusionMatrix
  /// For all training documents.
  public let trainingSeconds: Double
  /// For all test documents.
  public let predictionSeconds: Double
}

/// Stops unless there is something to learn from.
func checkTraining(_ training: [(terms: [String], label: Int)], _ classes: Int, _ function: StaticString) {
  require(!training.isEmpty, "\(function): no documents to learn from")
  for (number, document) in training.enumerated() where !(0..<classes).contains(document.label) {
    require(false, "\(function): document \(number) has label \(document.label), expected 0..<\(classes)")
  }
}

/// The place of the greatest, the first of several. Of one or more.
func firstGreatest<Number: Comparable>(_ scores: [Number]) -> Int {
  scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
}
