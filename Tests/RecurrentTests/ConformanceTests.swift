// Conformance: the properties of every backend, at every shape.

import CRecurrentAllocationCounter
import Foundation
import Recurrent
import Testing
import _TestSupport

extension Cell {
  static let all: [Cell] = [.elman(.tanh), .elman(.relu), .lstm, .gru(.after), .gru(.before)]
}

@Suite struct ConformanceTests {
  /// Results agree at sizes below, at and above every vector, tile and division of work.
  static let shapes: [(I: Int, H: Int, B: Int, T: Int)] = [
    (1, 1, 1, 1), (5, 1, 2, 3), (1, 7, 3, 4), (17, 17, 1, 5), (3, 8, 6, 2), (9, 15, 5, 3), (16, 16, 4, 4),
    (31, 33, 7, 3), (0, 12, 3, 4),
    (64, 65, 13, 3), (40, 130, 1, 60), (20, 150, 3, 30), (48, 100, 17, 24), (70, 48, 64, 8), (600, 24, 9, 4),
    (10, 530, 2, 3),
  ]

  @Test(arguments: Cell.all)
  func oddSizesAgreeWithTheOracle(_ cell: Cell) {
    for shape in ConformanceTests.shapes {
      for bidirectional in [false, true] {
        let configuration = RecurrentStack.Configuration(
          cell: cell, inputSize: shape.I, hiddenSize: shape.H, bidirectional: bidirectional)
        var stream = RandomStream(seed: UInt64(shape.H))
        let lengths = bidirectional ? (0..<shape.B).map { _ in Int.random(in: 0...shape.T, using: &stream) } : nil
        let oracle = Oracle(configuration, steps: shape.T, batch: shape.B, lengths: lengths)
        let expected = oracle.run()
        var reference: [String: Tensor]?
        for backend in TestBackend.all {
          let results = oracle.results(backend.backend)
          #expect(deviation(results["output"]!, expected.output) < 1e-5, "\(shape) \(backend)")
          #expect(deviation(results["hn"]!, expected.hn) < 1e-5, "\(shape) \(backend)")
          #expect(deviation(results["training output"]!, expected.output) < 1e-5, "\(shape) \(backend)")
          if let cn = results["cn"] { #expect(deviation(cn, expected.cn) < 1e-5, "\(shape) \(backend)") }
          // Gradients are compared between backends here, and with central differences in
          // GradientTests.
          if let reference {
            for (name, tensor) in results {
              #expect(deviation(tensor, reference[name]!) < 5e-5, "\(shape) \(backend) \(name)")
            }
          } else {
            reference = results
          }
        }
      }
    }
  }

  @Test func projectionsOfOddSizes() {
    for (hidden, projection) in [(1, 1), (17, 3), (20, 33), (130, 60)] {
      let configuration = RecurrentStack.Configuration(
        cell: .lstm, inputSize: 5, hiddenSize: hidden, layers: 2, projectionSize: projection, bidirectional: true)
      let oracle = Oracle(configuration, steps: 6, batch: 3, lengths: [6, 1, 4])
      let expected = oracle.run()
      for backend in TestBackend.all {
        let results = oracle.results(backend.backend)
        #expect(deviation(results["output"]!, expected.output) < 1e-5)
        #expect(deviation(results["training cn"]!, expected.cn) < 1e-5)
      }
    }
  }

  /// The swift backend gives the same bits with any number of threads; every backend gives them run
  /// after run.
  @Test(arguments: Cell.all)
  func sameInputSameBits(_ cell: Cell) {
    for (hidden, batch, steps) in [(130, 1, 40), (150, 3, 30), (100, 17, 24), (64, 64, 16), (33, 9, 70)] {
      let configuration = RecurrentStack.Configuration(
        cell: cell, inputSize: 50, hiddenSize: hidden, layers: 2, bidirectional: true)
      for ragged in [false, true] {
        var stream = RandomStream(seed: 9)
        let oracle = Oracle(
          configuration, steps: steps, batch: batch,
          lengths: ragged ? (0..<batch).map { _ in Int.random(in: 0...steps, using: &stream) } : nil)
        for name in TestBackend.named {
          for threads in [1, 2, 3] {
            let first = oracle.results(TestBackend.make(name, threads: threads).backend)
            let again = oracle.results(TestBackend.make(name, threads: threads).backend)
            for (key, tensor) in first { #expect(sameBits(tensor, again[key]!), "\(name), \(threads) threads: \(key)") }
            if name == "openblas" { continue }
            let alone = oracle.results(TestBackend.make(name, threads: 1).backend)
            for (key, tensor) in first {
              #expect(sameBits(tensor, alone[key]!), "\(name), \(threads) threads against 1: \(key)")
            }
          }
        }
      }
    }
  }

  /// A ragged batch gives each row the results of that row alone.
  @Test(arguments: Cell.all)
  func raggedEqualsRowByRow(_ cell: Cell) {
    let lengths = [3, 0, 7, 1, 7, 5, 2, 6, 4, 7]
    let configuration = RecurrentStack.Configuration(
      cell: cell, inputSize: 6, hiddenSize: 20, layers: 2, bidirectional: true)
    let oracle = Oracle(configuration, steps: 7, batch: lengths.count, lengths: lengths)
    for backend in TestBackend.all {
      let stack = oracle.stack(backend.backend)
      let (output, state) = stack(oracle.input, lengths: lengths, state: oracle.initialState)
      for (row, length) in lengths.enumerated() {
        let x = Tensor((0..<length).flatMap { t in (0..<6).map { oracle.input[t, row, $0] } }, shape: [length, 1, 6])
        let initial = RecurrentState(
          hidden: ConformanceTests.row(row, of: oracle.initialState.hidden),
          cell: oracle.initialState.cell.map { ConformanceTests.row(row, of: $0) })
        let alone = stack(x, state: initial)
        let mine = Tensor((0..<length).flatMap { t in (0..<40).map { output[t, row, $0] } }, shape: [length, 1, 40])
        #expect(deviation(mine, alone.output) < 1e-5, "\(backend), row \(row)")
        #expect(
          deviation(ConformanceTests.row(row, of: state.hidden), alone.state.hidden) < 1e-5, "\(backend), row \(row)")
        for t in length..<7 { #expect((0..<40).allSatisfy { output[t, row, $0] == 0 }) }
        if length == 0 { #expect(ConformanceTests.row(row, of: state.hidden) == initial.hidden) }
      }
    }
  }

  private static func row(_ row: Int, of state: Tensor) -> Tensor {
    Tensor(
      (0..<state.shape[0]).flatMap { s in (0..<state.shape[2]).map { state[s, row, $0] } },
      shape: [state.shape[0], 1, state.shape[2]])
  }

  /// Single steps, and chunks with the state carried along, give the results of the whole sequence.
  @Test(arguments: Cell.all)
  func streamingEqualsTheWholeSequence(_ cell: Cell) {
    for (hidden, batch) in [(20, 1), (40, 3), (24, 9)] {
      let configuration = RecurrentStack.Configuration(cell: cell, inputSize: 5, hiddenSize: hidden, layers: 2)
      let oracle = Oracle(configuration, steps: 150, batch: batch)
      let x = oracle.input
      for backend in TestBackend.all {
        let stack = oracle.stack(backend.backend)
        let whole = stack(x, state: oracle.initialState)
        var state = oracle.initialState
        var output = Tensor(zeros: [batch, hidden])
        let workspace = Workspace()
        for step in 0..<150 {
          stack.step(
            Tensor(Array(x.elements[step * batch * 5..<(step + 1) * batch * 5]), shape: [batch, 5]), state: &state,
            output: &output,
            workspace: workspace)
          let expected = Tensor(
            Array(whole.output.elements[step * batch * hidden..<(step + 1) * batch * hidden]), shape: [batch, hidden])
          #expect(deviation(output, expected) < 1e-5)
        }
        #expect(deviation(state.hidden, whole.state.hidden) < 1e-5)
      }
    }
  }

  /// No result depends on old contents of the output, the workspace or the saved activations.
  @Test(arguments: Cell.all)
  func poisonedMemoryChangesNothing(_ cell: Cell) {
    let configuration = RecurrentStack.Configuration(
      cell: cell, inputSize: 6, hiddenSize: 21, layers: 2, projectionSize: cell == .lstm ? 9 : nil, bidirectional: true,
      batchFirst: true)
    let lengths = [5, 0, 3, 5]
    let oracle = Oracle(configuration, steps: 5, batch: 4, lengths: lengths)
    for backend in TestBackend.all {
      let clean = oracle.results(backend.backend)
      let stack = oracle.stack(backend.backend)
      let workspace = Workspace()
      let poison = Tensor(
        Array(repeating: .nan, count: clean["output"]!.count), shape: clean["output"]!.transposedOuter().shape)
      for _ in 0..<2 {
        var (state, output) = (oracle.initialState, poison)
        stack.forward(oracle.input, lengths: lengths, state: &state, output: &output, workspace: workspace)
        #expect(sameBits(output.transposedOuter(), clean["output"]!), "\(backend)")
        workspace.arena.poison()
      }
      let tape = SavedStackActivations(for: stack)
      for _ in 0..<2 {
        var (state, output, gradients) = (oracle.initialState, poison, stack.zeroGradients())
        stack.forward(oracle.input, lengths: lengths, state: &state, output: &output, saved: tape)
        tape.poisonScratch()
        var stateGradient = oracle.stateGradient
        var inputGradient: Tensor? = Tensor(
          Array(repeating: .nan, count: oracle.input.count), shape: oracle.input.shape)
        stack.backward(
          tape, outputGradient: oracle.outputGradient, stateGradient: &stateGradient, inputGradient: &inputGradient,
          gradients: &gradients)
        #expect(sameBits(inputGradient!.transposedOuter(), clean["d input"]!), "\(backend)")
        #expect(sameBits(gradients[0].inputWeight, clean["d weight_ih_l0"]!), "\(backend)")
        #expect(sameBits(gradients[3].recurrentWeight, clean["d weight_hh_l1_reverse"]!), "\(backend)")
        tape.poison()
      }
    }
  }

  /// The gradients of padded outputs are not read, and gradients of parameters are added to.
  @Test func paddedGradientsAreIgnoredAndGradientsAccumulate() {
    let lengths = [2, 4, 0]
    let oracle = Oracle(.init(cell: .gru(.after), inputSize: 3, hiddenSize: 9), steps: 4, batch: 3, lengths: lengths)
    for backend in TestBackend.all {
      let clean = oracle.results(backend.backend)
      let stack = oracle.stack(backend.backend)
      var upstream = oracle.outputGradient
      for (row, length) in lengths.enumerated() {
        for t in length..<4 { for j in 0..<9 { upstream[t, row, j] = .nan } }
      }
      var gradients = stack.zeroGradients()
      let tape = SavedStackActivations(for: stack)
      for _ in 0..<2 {
        _ = stack.forward(oracle.input, lengths: lengths, state: oracle.initialState, saved: tape)
        let below = stack.backward(
          tape, outputGradient: upstream, stateGradient: oracle.stateGradient, gradients: &gradients,
          wantsInputGradient: false)
        #expect(below.input == nil)
        #expect(sameBits(below.state.hidden, clean["d h0"]!))
      }
      #expect(deviation(gradients[0].inputWeight, clean["d weight_ih_l0"]!.elements.map { 2 * Double($0) }) < 1e-5)
      #expect(deviation(gradients[0].recurrentBias!, clean["d bias_hh_l0"]!.elements.map { 2 * Double($0) }) < 1e-5)
    }
  }

  /// Batches without rows and sequences without steps return the initial state.
  @Test(arguments: Cell.all)
  func nothingToDo(_ cell: Cell) {
    for (steps, batch) in [(0, 3), (4, 0), (0, 0)] {
      let oracle = Oracle(
        .init(cell: cell, inputSize: 3, hiddenSize: 5, layers: 2, bidirectional: true), steps: steps, batch: batch)
      for backend in TestBackend.all {
        let results = oracle.results(backend.backend)
        #expect(results["output"]!.shape == [steps, batch, 10])
        #expect(results["hn"] == oracle.initialState.hidden)
        #expect(results["d h0"] == oracle.stateGradient.hidden)
        #expect(results["d weight_ih_l0"] == Tensor(zeros: results["d weight_ih_l0"]!.shape))
      }
    }
  }

  /// Saturated gates, infinities and NaN give what the equations give.
  @Test func extremeInputs() {
    for backend in TestBackend.all {
      for cell in Cell.all {
        let stack = RecurrentStack(.init(cell: cell, inputSize: 2, hiddenSize: 19), backend: backend.backend)
        for scale: Float in [1e3, -1e20] {
          let (output, _) = stack(Tensor(Array(repeating: scale, count: 5 * 3 * 2), shape: [5, 3, 2]))
          #expect(output.elements.allSatisfy { cell == .elman(.relu) || abs($0) <= 1 }, "\(backend) \(cell) \(scale)")
        }
        var x = Tensor(zeros: [4, 3, 2])
        x[1, 2, 0] = .nan
        let (output, _) = stack(x)
        #expect((0..<19).allSatisfy { !output[3, 0, $0].isNaN && !output[0, 2, $0].isNaN })
        #expect((0..<19).allSatisfy { output[1, 2, $0].isNaN && output[3, 2, $0].isNaN })
      }
    }
  }

  /// Changing a parameter changes the next result; a copy keeps the old parameters.
  @Test func changedParametersAreUsed() {
    for backend in TestBackend.all {
      var stack = RecurrentStack(.init(cell: .lstm, inputSize: 4, hiddenSize: 8), backend: backend.backend)
      var stream = RandomStream(seed: 3)
      let x = Tensor(normal: 1, shape: [5, 2, 4], using: &stream)
      let before = stack(x).output
      let copy = stack
      stack.parameters[0].recurrentWeight[3, 2] += 0.5
      #expect(stack(x).output != before)
      #expect(copy(x).output == before)
    }
  }

  /// Many threads can run and train the same stack at once.
  @Test func concurrentCallers() async {
    let oracle = Oracle(.init(cell: .lstm, inputSize: 40, hiddenSize: 96, layers: 2), steps: 20, batch: 16)
    for backend in TestBackend.all {
      let expected = oracle.results(backend.backend)
      let stack = oracle.stack(backend.backend)
      let (x, initial, upstream) = (oracle.input, oracle.initialState, oracle.outputGradient)
      await withTaskGroup(of: Bool.self) { group in
        for task in 0..<8 {
          group.addTask {
            (0..<6).allSatisfy { _ in
              if task % 2 == 0 { return deviation(stack(x, state: initial).output, expected["output"]!) < 1e-6 }
              let tape = SavedStackActivations(for: stack)
              var gradients = stack.zeroGradients()
              _ = stack.forward(x, state: initial, saved: tape)
              let below = stack.backward(tape, outputGradient: upstream, gradients: &gradients)
              return below.input!.elements.allSatisfy(\.isFinite)
            }
          }
        }
        for await succeeded in group { #expect(succeeded) }
      }
    }
  }

  /// After the first call of a shape, inference, streaming and training allocate nothing on any
  /// thread. With OpenBLAS, whose AVX-512 kernels for small matrices allocate, they allocate no
  /// more than a bare chain of the same calls.
  @Test func nothingIsAllocatedAfterTheFirstCall() async {
    await #expect(processExitsWith: .success) {
      // Nothing to test where allocations cannot be counted.
      if allocation_count() < 0 { return }
      for backend in TestBackend.all {
        for cell in Cell.all {
          for (hidden, batch, bidirectional) in [(32, 16, true), (200, 2, false), (128, 1, false)] {
            let configuration = RecurrentStack.Configuration(
              cell: cell, inputSize: 24, hiddenSize: hidden, layers: 2, bidirectional: bidirectional,
              batchFirst: bidirectional)
            var normalised = configuration
            (normalised.layers, normalised.layerNorm) = (1, true)
            let regularised = RecurrentStack(normalised, backend: backend.backend)
            let regularisation = RecurrentRegularisation(
              recurrentMask: RecurrentRegularisation.lockedMask(
                probability: 0.5, for: normalised.layer(0), batch: batch, seed: 1),
              zoneout: .init(hidden: 0.1, cell: 0.1, seed: 2))
            var regularisedState = regularised.initialState(batch: batch)
            let stack = RecurrentStack(configuration, backend: backend.backend)
            let steps = 70
            let lengths: [Int]? = bidirectional ? (0..<batch).map { $0 * 4 } : nil
            let input = Tensor(zeros: bidirectional ? [batch, steps, 24] : [steps, batch, 24])
            let features = configuration.directions * hidden
            var output = Tensor(zeros: bidirectional ? [batch, steps, features] : [steps, batch, features])
            var state = stack.initialState(batch: batch)
            let workspace = Workspace()
            let x = Tensor(zeros: [batch, 24])
            var y = Tensor(zeros: [batch, hidden])
            let (streaming, otherWorkspace) = (Workspace(), Workspace())
            let (tape, outputGradient) = (SavedStackActivations(for: stack), output)
            var gradients = stack.zeroGradients()
            var inputGradient: Tensor? = Tensor(zeros: input.shape)
            let (bfloat16, int8) = (stack.converted(to: .bfloat16), stack.converted(to: .int8))
            let reducedTape = SavedStackActivations(for: stack)
            func call() {
              int8.forward(input, lengths: lengths, state: &state, output: &output, workspace: workspace)
              if !bidirectional { int8.step(x, state: &state, output: &y, workspace: streaming) }
              bfloat16.forward(input, lengths: lengths, state: &state, output: &output, workspace: workspace)
              if !bidirectional { bfloat16.step(x, state: &state, output: &y, workspace: streaming) }
              bfloat16.forward(input, lengths: lengths, state: &state, output: &output, saved: reducedTape)
              bfloat16.backward(
                reducedTape, outputGradient: outputGradient, stateGradient: &state, inputGradient: &inputGradient,
                gradients: &gradients)
              stack.forward(input, lengths: lengths, state: &state, output: &output, saved: tape)
              stack.backward(
                tape, outputGradient: outputGradient, stateGradient: &state, inputGradient: &inputGradient,
                gradients: &gradients)
              stack.forward(input, lengths: lengths, state: &state, output: &output, workspace: workspace)
              if !bidirectional { stack.step(x, state: &state, output: &y, workspace: streaming) }
              regularised.forward(
                input, lengths: lengths, state: &regularisedState, output: &output, regularisation: regularisation,
                workspace: otherWorkspace)
            }
            call()
            let before = allocation_count()
            for _ in 0..<3 { call() }
            let count = allocation_count() - before
            #expect(
              count == 0,
              """
              \(backend), \(TestBackend.kernels), \(cell), hidden \(hidden), batch \(batch), \
              bidirectional \(bidirectional): \(count) allocations in 3 calls
              """
            )
          }
        }
      }
    }
  }

  /// The scratch memory of inference does not grow with the length.
  @Test func inferenceMemoryDoesNotGrowWithTheLength() {
    for backend in TestBackend.all {
      let stack = RecurrentStack(.init(cell: .lstm, inputSize: 8, hiddenSize: 16, layers: 3), backend: backend.backend)
      func bytes(_ steps: Int) -> Int {
        let workspace = Workspace()
        var (state, output) = (stack.initialState(batch: 4), Tensor(zeros: [steps, 4, 16]))
        stack.forward(Tensor(zeros: [steps, 4, 8]), state: &state, output: &output, workspace: workspace)
        return workspace.bytes
      }
      #expect(bytes(200) == bytes(5000))
    }
  }

  /// Saved activations take the memory that `SavedActivations` documents.
  @Test func tapeMemoryFollowsItsFormula() {
    let (T, B, I, H, O) = (9, 5, 7, 12, 4)
    func rounded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
    let lengths = [9, 3, 0, 5, 2]
    let P = 19
    let cases: [(Cell, Int?, [Int]?, floats: Int)] = [
      (.elman(.tanh), nil, nil, rounded(T * B * H) * 2),
      (.lstm, nil, nil, rounded(T * B * 4 * H) + 2 * rounded(T * B * H)),
      (.gru(.after), nil, nil, rounded(T * B * 4 * H) + rounded(T * B * H)),
      (.lstm, O, nil, rounded(T * B * 4 * H) + 2 * rounded(T * B * O) + 2 * rounded(T * B * H)),
      (
        .lstm, nil, lengths,
        rounded(P * 4 * H) + 2 * rounded(P * H) + rounded(P * I) + 2 * rounded(B) + 2 * rounded(T + 1)
      ),
    ]
    let normalised: [(Cell, Int?, [Int]?, floats: Int)] = [
      (.lstm, nil, nil, cases[1].floats + rounded(T * B * 4 * H) + rounded(T * B * H) + rounded(T * B * 5)),
      (.gru(.before), nil, nil, cases[2].floats + rounded(T * B * 3 * H) + rounded(T * B * 4)),
    ]
    for (index, (cell, projection, lengths, floats)) in (cases + normalised).enumerated() {
      let stack = RecurrentStack(
        .init(cell: cell, inputSize: I, hiddenSize: H, projectionSize: projection, layerNorm: index >= cases.count),
        backend: TestBackend.make("swift", threads: 1).backend)
      let tape = SavedStackActivations(for: stack)
      _ = stack.forward(Tensor(zeros: [T, B, I]), lengths: lengths, saved: tape)
      #expect(tape.layers[0].bytes == 4 * floats, "\(cell)")
    }
  }

  /// A call restores the caller's floating-point mode, denormals included.
  @Test func floatingPointModeIsRestored() {
    for backend in TestBackend.all {
      let stack = RecurrentStack(.init(cell: .gru(.after), inputSize: 4, hiddenSize: 64), backend: backend.backend)
      _ = stack(Tensor(zeros: [40, 16, 4]))
      let tiny = Float.leastNormalMagnitude
      #expect(tiny * Float(stack.configuration.inputSize) / 8 > 0)
    }
  }
}
