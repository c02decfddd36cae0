// Baselines: bag-of-terms classifiers to compare recurrent models with.

import RecurrentCore
import RecurrentTraining

/// A baseline classifier, with its default settings.
public enum Baseline: String, Sendable, CaseIterable {
  /// `NearestNeighbours` by cosine similarity of term counts.
  case cosine
  /// `NearestNeighbours` by Jaccard similarity of term sets.
  case jaccard
  /// `NaiveBayes`.
  case naiveBayes = "naive-bayes"
  /// `CountPerceptron`.
  case perceptron

  /// Trains a classifier. Precondition: one or more documents, with labels within 0..<classes.
  /// - Parameters:
  ///   - training: Documents as lists of terms, with their classes.
  ///   - classes: The number of classes.
  ///   - minimum: Terms that occur less often in all documents together are ignored.
  ///   - seed: The seed of the perceptron.
  ///   - progress: The progress display of the perceptron.
  ///   - backend: The backend to compute on.
  /// - Returns: The trained classifier.
  /// - Throws: `diverged` if the perceptron's loss is not finite.
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

  /// Trains a classifier and evaluates it on test documents. `classes` are the class names; the
  /// other arguments are those of `classifier`.
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

/// The result of a baseline on test documents.
public struct BaselineResult: Sendable {
  /// The baseline.
  public let baseline: Baseline
  /// True and predicted classes of the test documents.
  public let confusion: ConfusionMatrix
  /// Seconds to train on all training documents.
  public let trainingSeconds: Double
  /// Seconds to classify all test documents.
  public let predictionSeconds: Double
}
