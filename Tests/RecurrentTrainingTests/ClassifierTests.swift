// Tests of whole models against PyTorch's: names, order, loss and every gradient.

import Recurrent
import Testing
import _TestSupport

@Suite struct ClassifierTests {
  /// Tokens [T, B] to classes, by the last states of a recurrent stack.
  struct Classifier: Module {
    var embedding = Embedding(count: 11, size: 4, paddingIndex: 0)
    var recurrent: RNN
    var output = Linear(10, 3)

    init(_ cell: Cell, dropout: Float) {
      recurrent = RNN(cell, inputSize: 4, hiddenSize: 5, layers: 2, bidirectional: true, dropout: dropout)
    }

    func callAsFunction(_ tokens: Indices, lengths: [Int], _ tape: Tape) -> Variable {
      output(recurrent(embedding(tokens, tape), lengths: lengths).state.last)
    }
  }

  static let cells: [String: Cell] = ["lstm": .lstm, "gru": .gru(.after), "elman": .elman(.tanh)]

  /// Parameters taken by their names, as from a model that PyTorch has saved. 2e-6 for logits and
  /// loss, 5e-6 for gradients, which sums over up to six steps and two layers precede.
  @Test(arguments: cells.keys.sorted()) func everyGradientIsPyTorchs(_ name: String) throws {
    let fixture = try TrainingFixture("classifier-" + name)
    let lengths = try fixture.indices("lengths").elements
    for backend in TestBackend.all {
      let model = Classifier(ClassifierTests.cells[name]!, dropout: 0)
      #expect(model.parameters.map(\.name) == (try fixture.list("names", of: String.self)))
      try model.setParameters(fixture.tensor)
      let logits = model(try fixture.indices("tokens"), lengths: lengths, Tape(backend: backend.backend))
      let loss = crossEntropy(logits, try fixture.indices("targets"))
      loss.backward()
      #expect(deviation(logits.value, try fixture.tensor("logits")) < 2e-6, "\(backend)")
      #expect(deviation(loss.value, try fixture.tensor("loss")) < 2e-6, "\(backend)")
      for named in model.parameters {
        let error = deviation(try #require(named.parameter.gradient), try fixture.tensor("gradient." + named.name))
        #expect(error < 5e-6, "\(backend): gradient of \(named.name) is off by \(error)")
      }
    }
  }

  /// With dropout the layers are stacks of their own, but names, order, and results in evaluation
  /// remain.
  @Test(arguments: cells.keys.sorted()) func inEvaluationDropoutChangesNothing(_ name: String) throws {
    let fixture = try TrainingFixture("classifier-" + name)
    let model = Classifier(ClassifierTests.cells[name]!, dropout: 0.5)
    #expect(model.parameters.map(\.name) == (try fixture.list("names", of: String.self)))
    try model.setParameters(fixture.tensor)
    for backend in TestBackend.all {
      let tape = Tape(.evaluation, backend: backend.backend)
      let logits = model(try fixture.indices("tokens"), lengths: try fixture.indices("lengths").elements, tape)
      #expect(deviation(logits.value, try fixture.tensor("logits")) < 2e-6, "\(backend)")
    }
  }
}
