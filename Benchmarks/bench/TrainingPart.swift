// Parts of a training step: what trainers run besides recurrent layers, each by itself.

import Recurrent

/// An optimiser's step, a loss, a layer that is not recurrent, or the tape; forward and backward.
final class TrainingPart: Workload {
  private let tape: Tape
  private let run: () -> Void

  init(_ problem: Problem, backend: any Backend) {
    let tape = Tape(backend: backend, precision: problem.precision)
    self.tape = tape
    var random = RandomStream(seed: 3)
    let features = problem.configuration.directions * problem.hidden
    func sequence() -> Tensor {
      Tensor(normal: 1, shape: [problem.length, problem.batch, features], using: &random)
    }
    /// A layer on a sequence, with the gradients of its parameters and of the sequence.
    func step(_ layer: some Module, _ forward: @escaping (Variable) -> Variable) -> () -> Void {
      let (x, gradient, parameters) = (Parameter(sequence()), sequence(), layer.parameters.map(\.parameter))
      return {
        x.zeroGradient()
        for parameter in parameters {
          parameter.zeroGradient()
          // Weights are prepared anew, as after an update.
          parameter.value = parameter.value
        }
        forward(tape.variable(x)).backward(gradient)
      }
    }
    switch problem.mode {
    case .adam:
      let model = LanguageModel(problem)
      let optimiser = Optimiser(model, Adam(), backend: backend)
      for parameter in model.parameters.map(\.parameter) {
        parameter.addGradient { target, _ in target.update(repeating: 0.01, count: parameter.shape.count) }
      }
      run = { optimiser.step() }
    case .crossentropy:
      let shape: Shape = [problem.length, problem.batch, problem.words]
      let targets = Indices.random(below: problem.words, shape: [problem.length, problem.batch], using: &random)
      let anchor = Parameter(Tensor(zeros: [1]))
      var logits: Tensor? = Tensor(normal: 1, shape: shape, using: &random)
      run = {
        // The loss writes its gradient over the logits. They are those of the next run, so that
        // nothing is copied.
        crossEntropy(
          tape.record(logits.take()!, from: [tape.variable(anchor)]) { gradient, _ in logits = gradient }, targets
        ).backward()
      }
    case .dropout:
      let dropout = Dropout(0.3)
      run = step(dropout) { dropout($0) }
    case .layernorm:
      let norm = LayerNorm(features)
      run = step(norm) { norm($0) }
    case .attention:
      let attention = Attention(.general, querySize: features, keySize: features)
      run = step(attention) { attention($0, attention.memory($0)).context }
    case .tape:
      let shape: Shape = [problem.batch, features]
      let x = Parameter(Tensor(uniform: 0.1...0.9, shape: shape, using: &random))
      let gradient = Tensor(repeating: 1, shape: shape)
      run = {
        x.zeroGradient()
        let first = tape.variable(x)
        var y = first
        for _ in 0..<problem.length { y = y + (y * first).tanh() }
        y.backward(gradient)
      }
    case .inference, .training, .streaming, .languagemodel, .evaluation:
      fatalError("not a part of a training step: \(problem.mode)")
    }
  }

  var workspaceBytes: Int { tape.bytes }

  func callAsFunction() {
    tape.begin(step: 0)
    run()
  }
}

extension Indices {
  /// Random indices in 0..<limit.
  static func random(below limit: Int, shape: Shape, using random: inout RandomStream) -> Indices {
    Indices((0..<shape.count).map { _ in .random(in: 0..<limit, using: &random) }, shape: shape)
  }
}
