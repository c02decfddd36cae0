// The examples of the reference's articles that no other suite has, word for word.

import Recurrent
import Testing
import _TestSupport

@Suite struct ReferenceExampleTests {
  @Test func theOverview() throws {
    let x = Tensor(repeating: 1, shape: [5, 2, 64])
    let lengths = [5, 3]

    let lstm = RNN(.lstm, inputSize: 64, hiddenSize: 256, layers: 2, bidirectional: true)
    let tape = try Tape(.evaluation)
    let (output, state) = lstm(tape.constant(x), lengths: lengths)  // [T, B, 512]

    #expect(output.shape == [5, 2, 512] && state.last.shape == [2, 512])
  }

  @Test func raggedBatches() throws {
    let tape = try Tape(.evaluation)

    let gru = RNN(.gru(.after), inputSize: 8, hiddenSize: 16)
    let x = tape.constant(Tensor(repeating: 1, shape: [20, 3, 8]))  // [T, B, I]
    let (output, state) = gru(x, lengths: [20, 0, 7])
    let last = state.last  // [B, O]: the state after each row's last step

    for (row, length) in [20, 0, 7].enumerated() {
      for step in 0..<20 {
        let values = output[step][row].value.elements
        #expect(values.allSatisfy { $0 == 0 } == (step >= length))
      }
      if length > 0 { #expect(last[row].value == output[length - 1][row].value) }
    }
    #expect(last[1].value == Tensor(zeros: [16]))
  }

  @Test func checkpointing() throws {
    let lstm = RNN(.lstm, inputSize: 16, hiddenSize: 32, layers: 2, checkpointing: true)

    let x = try Tape().constant(Tensor(zeros: [3, 1, 16]))
    #expect(lstm(x).output.shape == [3, 1, 32])
  }

  @Test func aStackIsRoundedAndStored() throws {
    let lstm = try RecurrentStack(.init(cell: .lstm, inputSize: 64, hiddenSize: 256))
    let small = lstm.converted(to: .int8)
    print(small.parameterBytes, lstm.parameterBytes)
    var file = Safetensors()
    file.set(small)  // in int8, too
    let restored = RecurrentStack(
      small.configuration, parameters: try file.parameters(small.configuration), backend: small.backend,
      precision: .int8)

    #expect(4 * small.parameterBytes < 5 * lstm.parameterBytes / 4)
    let x = Tensor(repeating: 0.5, shape: [3, 2, 64])
    #expect(restored(x).output == small(x).output)
    expectClose(try RecurrentStack(lstm.configuration, precision: .int8)(x).output, small(x).output)
  }

  @Test func manyThreadsServeOneModel() async throws {
    struct Model: Module, Sendable {
      let gru = RNN(.gru(.after), inputSize: 4, hiddenSize: 8)
      let output = Linear(8, 2)

      func callAsFunction(_ x: Variable) -> Variable { output(gru(x).state.last) }
    }
    let (backend, model) = (try Backends.make(), Model())
    model.initialise(seed: 1)
    let requests = (1...20).map { Tensor(repeating: Float($0) / 10, shape: [$0, 1, 4]) }

    let answers = await withTaskGroup(of: (Int, Tensor).self) { group in
      for (index, request) in requests.enumerated() {
        group.addTask {
          let tape = Tape(.evaluation, backend: backend, precision: model.precision)
          return (index, model(tape.constant(request)).value)  // request: [T, 1, I]
        }
      }
      return await group.reduce(into: [Int: Tensor]()) { $0[$1.0] = $1.1 }
    }

    let tape = Tape(.evaluation, backend: backend)
    for (index, request) in requests.enumerated() {
      #expect(answers[index]!.shape == [1, 2])
      expectClose(answers[index]!, model(tape.constant(request)).value)
    }
  }

  @Test func manyStreams() async throws {
    let frames = (0..<20).map { [Float](repeating: Float($0) / 20, count: 40) }
    func print(_ count: Int) { #expect(count == 256) }

    let stack = try RecurrentStack(.init(cell: .lstm, inputSize: 40, hiddenSize: 256))
    let pool = try StreamPool(stack, .init(slots: 100, frameInterval: .milliseconds(10)))

    let stream = try pool.open()  // throws if the pool cannot keep another stream's deadlines
    let reader = Task {
      for await output in stream.outputs { print(output.count) }  // [Float], of 256
    }
    for frame in frames { try await stream.push(frame) }  // [Float], of 40; waits for room
    stream.finish()  // the sequence ends after the last output
    await reader.value

    #expect(pool.statistics.frames == 20)
  }

  @Test func streamsWithACallback() async throws {
    final class Sum: Sendable {
      let outputs = AsyncStream<Float>.makeStream()
      func add(_ output: Float) { outputs.continuation.yield(output) }
    }
    let stack = try RecurrentStack(.init(cell: .lstm, inputSize: 4, hiddenSize: 8))
    let (pool, sum, frame) = (try StreamPool(stack), Sum(), [1, 2, 3, 4] as [Float])

    let stream = try pool.open { stream, output in  // output: Span<Float>
      sum.add(output[0])
    }
    let hasRoom = try stream.tryPush(frame)  // false if the stream has `room` frames under way

    #expect(hasRoom)
    let expected = stack(Tensor(frame, shape: [1, 1, 4])).output.elements[0]
    for await output in sum.outputs.stream {
      #expect(abs(output - expected) < 1e-5)
      break
    }
    withExtendedLifetime(stream) {}
  }

  private func expectClose(_ a: Tensor, _ b: Tensor) {
    #expect(zip(a.elements, b.elements).allSatisfy { abs($0 - $1) < 1e-5 }, "\(a) \(b)")
  }

  @Test func aChosenBackend() throws {
    let backend = try Backends.make("packed", threads: 2)
    let configuration = RecurrentStack.Configuration(cell: .lstm, inputSize: 64, hiddenSize: 256)
    let stack = RecurrentStack(configuration, seed: 1, backend: backend)

    #expect(stack.backend.name == "packed")
  }

  @Test func aVariantOfTheLSTM() throws {
    var variant = LSTMVariant(peepholes: true, couplesInputAndForget: true)
    variant.gate = .hardSigmoid(alpha: 0.2, beta: 0.5)
    let layer = RNN(.lstmVariant(variant), inputSize: 16, hiddenSize: 32)

    let x = try Tape().constant(Tensor(zeros: [3, 1, 16]))
    #expect(layer(x).output.shape == [3, 1, 32])
    #expect(layer.parameters.map(\.name).contains { $0.contains("weight_ph") })
  }
}
