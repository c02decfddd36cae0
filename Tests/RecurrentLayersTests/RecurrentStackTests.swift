// What a stack asks of its callers.

import RecurrentLayers
import RecurrentCore
import RecurrentSwiftBackend
import Testing

@Suite struct RecurrentStackTests {
  static func stack(_ cell: Cell = .lstm, bidirectional: Bool = false, batchFirst: Bool = false) -> RecurrentStack {
    RecurrentStack(
      .init(cell: cell, inputSize: 3, hiddenSize: 4, layers: 2, bidirectional: bidirectional, batchFirst: batchFirst),
      backend: SwiftBackend(pool: ThreadPool(threads: 1)))
  }

  @Test func shapesAndNamesArePyTorchs() {
    let stack = RecurrentStackTests.stack(bidirectional: true)
    #expect(
      stack.namedParameters.map(\.name)
        == ["_l0", "_l0_reverse", "_l1", "_l1_reverse"].flatMap { s in
          ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map { $0 + s }
        })
    #expect(stack.parameters[2].inputWeight.shape == [16, 8])
    let (output, state) = stack(Tensor(zeros: [5, 2, 3]))
    #expect(output.shape == [5, 2, 8] && state.hidden.shape == [4, 2, 4] && state.cell?.shape == [4, 2, 4])
    let batchFirst = RecurrentStackTests.stack(batchFirst: true)
    #expect(batchFirst(Tensor(zeros: [2, 5, 3])).output.shape == [2, 5, 4])
    let projected = RecurrentStack(
      .init(cell: .lstm, inputSize: 3, hiddenSize: 4, projectionSize: 2, bias: false),
      backend: SwiftBackend(pool: ThreadPool(threads: 1)))
    #expect(projected.namedParameters.map(\.name) == ["weight_ih_l0", "weight_hh_l0", "weight_hr_l0"])
    #expect(projected(Tensor(zeros: [5, 2, 3])).state.hidden.shape == [1, 2, 2])
  }

  @Test func initialisationIsPyTorchsAndReproducible() {
    let a = RecurrentStackTests.stack()
    let b = RecurrentStackTests.stack()
    #expect(a.parameters == b.parameters)
    for (_, tensor) in a.namedParameters {
      #expect(tensor.elements.allSatisfy { abs($0) <= 0.5 })
      #expect(Set(tensor.elements).count > 1)
    }
    #expect(a.parameters[0].recurrentWeight != a.parameters[1].recurrentWeight)
  }

  @Test func operationsAreCountedAsDocumented() {
    #expect(
      RecurrentStackTests.stack().configuration.operations(rows: 10, training: false) == 10 * 2 * 16 * (3 + 4 + 4 + 4))
    #expect(
      RecurrentStackTests.stack(.gru(.after)).configuration.operations(rows: 1, training: true) == 3 * 2 * 12
        * (3 + 4 + 4 + 4))
  }

  /// Shape mismatches stop; what they print names the function and both shapes.
  @Test func misuseStopsWithTheFunctionAndBothShapes() async {
    func message(_ result: ExitTest.Result?) -> String {
      String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    }
    let wrongInput = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = RecurrentStackTests.stack()(Tensor(zeros: [5, 2, 7]))
    }
    #expect(message(wrongInput).contains("RecurrentStack.forward: input has shape [5, 2, 7], expected [T, B, 3]"))
    let wrongState = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = RecurrentStackTests.stack()(
        Tensor(zeros: [5, 2, 3]), state: RecurrentState(hidden: Tensor(zeros: [2, 3, 4])))
    }
    #expect(
      message(wrongState).contains("RecurrentStack.forward: state.hidden has shape [2, 3, 4], expected [2, 2, 4]"))
    let longLength = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = RecurrentStackTests.stack()(Tensor(zeros: [5, 2, 3]), lengths: [5, 6])
    }
    #expect(message(longLength).contains("RecurrentStack.forward: the length of row 1 is 6, expected 0...5"))
    let wrongGradient = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let stack = RecurrentStackTests.stack()
      let saved = SavedStackActivations(for: stack)
      _ = stack.forward(Tensor(zeros: [5, 2, 3]), saved: saved)
      var gradients = stack.zeroGradients()
      _ = stack.backward(saved, outputGradient: Tensor(zeros: [5, 2, 3]), gradients: &gradients)
    }
    #expect(
      message(wrongGradient).contains("RecurrentStack.backward: outputGradient has shape [5, 2, 3], expected [5, 2, 4]")
    )
    let twice = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let stack = RecurrentStackTests.stack()
      let saved = SavedStackActivations(for: stack)
      _ = stack.forward(Tensor(zeros: [5, 2, 3]), saved: saved)
      var gradients = stack.zeroGradients()
      for _ in 0..<2 { _ = stack.backward(saved, outputGradient: Tensor(zeros: [5, 2, 4]), gradients: &gradients) }
    }
    #expect(message(twice).contains("its backward pass is done"))
    let wrongParameter = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var stack = RecurrentStackTests.stack()
      stack.parameters[1].inputBias = Tensor([1, 2])
    }
    #expect(message(wrongParameter).contains("bias_ih has shape [2], the configuration asks for [16]"))
    await #expect(processExitsWith: .failure) {
      _ = RecurrentStackTests.stack()(Tensor(zeros: [5, 2, 3]), lengths: [5])
    }
    await #expect(processExitsWith: .failure) {
      _ = RecurrentStackTests.stack()(Tensor(zeros: [5, 2, 3]), lengths: [5, -1])
    }
    await #expect(processExitsWith: .failure) {
      _ = RecurrentStack.Configuration(cell: .gru(.after), inputSize: 3, hiddenSize: 4, projectionSize: 2)
    }
    await #expect(processExitsWith: .failure) {
      _ = RecurrentStack.Configuration(cell: .lstm, inputSize: 3, hiddenSize: 0)
    }
    await #expect(processExitsWith: .failure) {
      let stack = RecurrentStackTests.stack(bidirectional: true)
      var (state, output) = (stack.initialState(batch: 1), Tensor(zeros: [1, 8]))
      stack.step(Tensor(zeros: [1, 3]), state: &state, output: &output, workspace: Workspace())
    }
  }
}
