// Count perceptron: a multi-layer perceptron on term counts.

import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// A multi-layer perceptron on term counts: one hidden layer with relu, dropout, and a softmax over
/// classes. Unknown terms are ignored. Adam updates all weights, so a training step takes time
/// proportional to the vocabulary, which `minimum` limits.
public struct CountPerceptron: CountClassifier {
  private let vocabulary: Vocabulary
  private let network: Network
  private let backend: any Backend

  private struct Network: Module {
    /// The transposed weight matrix, [terms, hidden].
    let weight: Parameter
    /// The bias, [hidden].
    let bias: Parameter
    let dropout: Dropout
    let output: Linear

    init(terms: Int, hiddenSize: Int, classes: Int, dropout: Float) {
      // The initialiser of `Linear`.
      let initialiser = Initialiser.uniform(1 / Float(terms).squareRoot())
      weight = Parameter(initialiser, shape: [terms, hiddenSize])
      bias = Parameter(initialiser, shape: [hiddenSize])
      self.dropout = Dropout(dropout)
      output = Linear(hiddenSize, classes)
    }

    /// The logits [B, classes] of B documents, which are lists of term indices.
    func callAsFunction(_ documents: [[Int]], _ tape: Tape) -> Variable {
      // W · counts as a sum of W's columns, one per term of the document: documents have few of the
      // vocabulary's terms.
      let places = documents.indices.flatMap { [Int](repeating: $0, count: documents[$0].count) }
      let columns = tape.variable(weight).gathered(Indices(documents.flatMap { $0 }))
      let hidden = (columns.scattered(Indices(places), count: documents.count) + tape.variable(bias)).relu()
      return output(dropout(hidden))
    }
  }

  /// Trains with Adam. Precondition: one or more documents, labels within 0..<classes, sizes of 1
  /// or more.
  /// - Parameters:
  ///   - training: Documents as lists of terms, with their classes.
  ///   - classes: The number of classes.
  ///   - minimum: Terms that occur less often in all documents together are ignored.
  ///   - hiddenSize: The number of hidden units.
  ///   - dropout: The dropout probability of the hidden layer.
  ///   - epochs: The number of epochs.
  ///   - batchSize: Documents per batch.
  ///   - learningRate: Adam's learning rate.
  ///   - seed: The seed of initial weights, dropout and the order of documents.
  ///   - progress: The progress display.
  ///   - backend: The backend to compute on.
  /// - Throws: `diverged` if the loss is not finite.
  public init(
    _ training: [(terms: [String], label: Int)], classes: Int, minimum: Int = 1, hiddenSize: Int = 128,
    dropout: Float = 0.5,
    epochs: Int = 10, batchSize: Int = 64, learningRate: Float = 1e-3, seed: UInt64 = 0,
    progress: TrainingOptions.Progress = .none,
    backend: any Backend
  ) throws {
    checkTraining(training, classes, "CountPerceptron")
    let vocabulary = Vocabulary(counting: training.lazy.map(\.terms).joined(), minimum: minimum)
    let network = Network(terms: vocabulary.count, hiddenSize: hiddenSize, classes: classes, dropout: dropout)
    network.initialise(seed: seed)
    var options = TrainingOptions()
    (options.epochs, options.seed, options.progress) = (epochs, seed, progress)
    // A partly trained perceptron is no baseline, so SIGINT ends the program.
    options.handlesInterruption = false
    let samples = training.map { (terms: vocabulary.terms($0.terms), label: $0.label) }
    try Trainer(network, Adam(learningRate: learningRate), options, backend: backend)
      .fit(.bucketed(samples, size: batchSize, seed: seed)) { batch, tape in
        let logits = network(batch.map(\.terms), tape)
        let labels = Indices(batch.map(\.label))
        return StepResult(
          loss: crossEntropy(logits, labels), metrics: ["accuracy": accuracy(logits.value, labels)], weight: batch.count
        )
      }
    (self.vocabulary, self.network, self.backend) = (vocabulary, network, backend)
  }

  /// The predicted class of each document.
  public func predictions(_ documents: [[String]]) -> [Int] {
    let tape = Tape(.evaluation, backend: backend)
    return stride(from: 0, to: documents.count, by: 256).flatMap { first in
      argmax(network(documents[first..<min(first + 256, documents.count)].map(vocabulary.terms), tape).value).elements
    }
  }
}
