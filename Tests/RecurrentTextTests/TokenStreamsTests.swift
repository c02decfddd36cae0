// Token models in a pool of streams.

import Recurrent
import Testing
import _TestSupport

@Suite struct TokenStreamsTests {
  private static let options = StreamPool.Options(slots: 20, frameInterval: .seconds(60), deadline: .seconds(60))

  /// The logits of many streams at once have the bits of each stream alone, through the tape.
  @Test(arguments: Precision.allCases, [8, 0])
  func logitsHaveTheBitsOfEachStreamAlone(_ precision: Precision, _ size: Int) async throws {
    for name in TestBackend.named where name != "openblas" {
      let backend = TestBackend.make(name, threads: 2).backend
      let (V, H) = (37, 21)
      let embedding = size > 0 ? Embedding(count: V, size: size) : nil
      let recurrent = RNN(.lstm, inputSize: size > 0 ? size : V, hiddenSize: H, layers: 2)
      let output = Linear(H, V)
      struct Model: Module {
        let embedding: Embedding?
        let recurrent: RNN
        let output: Linear
      }
      let model = Model(embedding: embedding, recurrent: recurrent, output: output)
      model.initialise(seed: 3)
      try model.store(as: precision)
      let streams = TokenStreams(
        embedding: embedding, recurrent: recurrent, output: output, backend: backend, precision: precision)
      let pool = try StreamPool(streams, TokenStreamsTests.options)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<20 {
          let stack = recurrent.stack(backend: backend, precision: precision)
          group.addTask {
            let stream = try pool.open()
            var outputs = stream.outputs.makeAsyncIterator()
            var (state, y) = (stack.initialState(batch: 1), Tensor(zeros: [1, H]))
            let (workspace, tape) = (Workspace(), Tape(.evaluation, backend: backend, precision: precision))
            for step in 0..<40 {
              let token = (index * 7 + step * step) % V
              try await stream.push([Float(token)])
              let logits = try #require(await outputs.next())
              tape.begin(step: 0)
              var x = Tensor(zeros: [1, V])
              x[0, token] = 1
              if let embedding { x = embedding(Indices([token]), tape).value }
              stack.step(x, state: &state, output: &y, workspace: workspace)
              let expected = output(tape.constant(y)).value
              #expect(sameBits(Tensor(logits, shape: [1, V]), expected), "\(name) \(precision), step \(step)")
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  /// A character model's pool gives the probabilities of its texts; a frame that is no token is refused.
  @Test func aCharacterModelStreams() async throws {
    let text = "to be or not to be"
    var settings = CharacterModel.defaults
    settings.hiddenSize = 24
    let model = CharacterModel(settings, try CharacterModel.vocabularies(of: [text], settings))
    model.initialise(seed: 1)
    let backend = TestBackend.make("packed", threads: 1).backend
    let pool = try StreamPool(model.streams(backend: backend), TokenStreamsTests.options)
    let stream = try pool.open()
    var outputs = stream.outputs.makeAsyncIterator()
    let tokens = model.vocabularies.characters(text)
    for (index, expected) in model.logProbabilities(of: text, backend: backend).enumerated() {
      try await stream.push([Float(tokens[index])])
      let logits = try #require(await outputs.next())
      let scores = Tape(.evaluation, backend: backend).constant(Tensor(logits, shape: [logits.count])).logSoftmax()
      #expect(abs(scores.value.elements[tokens[index + 1]] - expected) < 1e-4)
    }
    for wrong in [-1, 0.5, Float(model.vocabularies.characters.vocabulary.count), .nan, .infinity] {
      #expect(throws: StreamPoolError.self) { try stream.tryPush([wrong]) }
    }
  }
}
