// A neural network that sees counts, and no order.

import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// A multi-layer perceptron on the counts of terms: one hidden layer with relu, dropout, and a
/// softmax over classes. Unknown terms are ignored. A training step costs in proportion to the
/// number of terms, since Adam changes all weights: a `minimum` keeps it low.
public struct CountPerceptron: CountClassifier {
  private let vocabulary: Vocabulary
  private let network: Network
  private let backend: any Backend

  private struct Network: Module {
    /// [terms, hidden]: W transposed.
    let weight: Parameter
    /// [hidden]
    let bias: Parameter
    let dropout: Dropout
    let output: Linear

    init(terms: Int, hiddenSize: Int, classes: Int, dropout: Float) {
      // As `Linear` begins.
      let initialiser = Initialiser.uniform(1 / Float(terms).squareRoot())
      weight = Parameter(initialiser, shape: [terms, hiddenSize])
      bias = Parameter(initialiser, shape: [hiddenSize])
      self.dropout = Dropout(dropout)
      output = Linear(hiddenSize, classes)
    }

    /// B documents as the numbers of their terms to logits [B, classes].
    func callAsFunction(_ documents: [[Int]], _ tape: Tape) -> Variable {
      // W · counts is the sum of W's columns, one for each term of the document: documents have few
      // terms, and the vocabulary many.
      let places = documents.indices.flatMap { [Int](repeating: $0, count: documents[$0].count) }
      let columns = tape.variable(weight).gathered(Indices(documents.flatMap { $0 }))
      let hidden = (columns.scattered(Indices(places), count: documents.count) + tape.variable(bias)).relu()
      return output(dropout(hidden))
    }
  }

  /// Trains with Adam. Stops without documents, on a label outside 0..<classes, and on sizes below
  /// one.
  /// - Parameters:
  ///   - minimum: a term seen less often in all documents together is ignored.
  ///   - dropout: of the hidden layer.
  ///   - seed: of initial values, dropout and the order of documents.
  /// - Throws: `diverged`.
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
    // A perceptron that is half trained is no baseline: Ctrl-C ends the program as ever.
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

  public func predictions(_ documents: [[String]]) -> [Int] {
    let tape = Tape(.evaluation, backend: backend)
    return stride(from: 0, to: documents.count, by: 256).flatMap { first in
      argmax(network(documents[first..<min(first + 256, documents.count)].map(vocabulary.terms), tape).value).elements
    }
  }
}
