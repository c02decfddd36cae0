// Language model: a whole training step, with embedding, output layer, loss and optimiser; and an
// evaluation.

import Recurrent

/// An embedding, recurrent layers, and a linear map to the logits of the next word.
struct LanguageModel: Module {
  let embedding: Embedding
  let layers: RNN
  let output: Linear

  init(_ problem: Problem) {
    let c = problem.configuration
    embedding = Embedding(count: problem.words, size: c.inputSize)
    layers = RNN(
      c.cell, inputSize: c.inputSize, hiddenSize: c.hiddenSize, layers: c.layers, bidirectional: c.bidirectional)
    output = Linear(layers.outputSize, problem.words)
  }

  func callAsFunction(_ tokens: Indices, lengths: [Int]?, _ tape: Tape) -> Variable {
    output(layers(embedding(tokens, tape), lengths: lengths).output)
  }
}

/// A training step on one batch: forward, cross-entropy, backward, Adam. For evaluation, the first
/// two.
final class LanguageModelStep: Workload {
  private let model: LanguageModel
  private let optimiser: Optimiser
  private let tape: Tape
  private let tokens: Indices
  private let targets: Indices
  private let lengths: [Int]?

  init(_ problem: Problem, backend: any Backend) {
    model = LanguageModel(problem)
    optimiser = Optimiser(model, Adam(), backend: backend)
    let isEvaluation = problem.mode == .evaluation
    tape = Tape(isEvaluation ? .evaluation : .training, backend: backend, precision: problem.precision)
    var random = RandomStream(seed: 3)
    let shape: Shape = [problem.length, problem.batch]
    func words() -> Indices { Indices.random(below: problem.words, shape: shape, using: &random) }
    (tokens, targets, lengths) = (words(), words(), problem.lengths)
  }

  var workspaceBytes: Int { tape.bytes + model.layers.savedBytes }

  func callAsFunction() {
    if tape.mode == .evaluation {
      tape.begin(step: 0)
      _ = crossEntropy(model(tokens, lengths: lengths, tape), targets)
      return
    }
    optimiser.zeroGradients()
    crossEntropy(model(tokens, lengths: lengths, tape), targets).backward()
    optimiser.step()
  }
}
