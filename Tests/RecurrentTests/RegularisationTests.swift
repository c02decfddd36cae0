// Locked dropout and zoneout: every cell, backend and direction against the oracle, and what the
// masks promise.

import Recurrent
import RecurrentCore
import Testing
import _TestSupport

@Suite struct RegularisationTests {
  typealias Zoneout = RecurrentRegularisation.Zoneout

  /// Every kind, and both at once.
  static func regularisations(_ layer: LayerConfiguration, batch: Int) -> [RecurrentRegularisation] {
    let mask = RecurrentRegularisation.lockedMask(probability: 0.4, for: layer, batch: batch, seed: 5)
    let training = Zoneout(hidden: 0.4, cell: 0.5, seed: 1 << 40 | 9, stream: 1 << 35 | 2)
    return [
      .init(recurrentMask: mask), .init(zoneout: training),
      .init(zoneout: Zoneout(hidden: 0.3, cell: 0.2, seed: 0, isTraining: false)),
      .init(zoneout: Zoneout(hidden: 0, cell: 0.5, seed: 2)), .init(recurrentMask: mask, zoneout: training),
    ]
  }

  /// Outputs, states and gradients, in both directions, with and without a row of no steps.
  @Test(arguments: GradientTests.cells.indices)
  func agreesWithTheOracle(_ index: Int) {
    let (cell, projection) = GradientTests.cells[index]
    for hidden in [1, 17] {
      let configuration = RecurrentStack.Configuration(
        cell: cell, inputSize: 2, hiddenSize: hidden, projectionSize: projection, bidirectional: true)
      for (kind, regularisation) in RegularisationTests.regularisations(configuration.layer(0), batch: 3).enumerated() {
        var oracle = Oracle(
          configuration, steps: 4, batch: 3, lengths: kind % 2 == 0 ? [2, 0, 4] : nil, seed: UInt64(hidden + kind))
        oracle.regularisation = regularisation
        checkAgainstDifferences(oracle, "\(cell), hidden \(hidden), kind \(kind)")
      }
    }
  }

  /// The same bits whatever the number of threads, whether they divide rows or units among
  /// themselves.
  @Test(arguments: Cell.all)
  func bitsDoNotDependOnThreads(_ cell: Cell) {
    for (hidden, batch, steps) in [(200, 1, 20), (150, 3, 20), (70, 17, 12)] {
      let configuration = RecurrentStack.Configuration(
        cell: cell, inputSize: 50, hiddenSize: hidden, bidirectional: batch != 17)
      for (kind, regularisation) in RegularisationTests.regularisations(configuration.layer(0), batch: batch)
        .enumerated()
      {
        var oracle = Oracle(
          configuration, steps: steps, batch: batch,
          lengths: kind % 2 == 0 ? nil : (0..<batch).map { max(0, steps - $0) })
        oracle.regularisation = regularisation
        checkThreads(oracle, "kind \(kind)", tolerance: 1e-5, openBLASTolerance: 1e-4)
      }
    }
  }

  /// A mask of ones and no zoneout change no bit.
  @Test(arguments: Cell.all)
  func nothingRegularisedIsPlain(_ cell: Cell) {
    var oracle = Oracle(
      .init(cell: cell, inputSize: 9, hiddenSize: 40, bidirectional: true), steps: 7, batch: 5,
      lengths: [7, 3, 0, 5, 2])
    for backend in TestBackend.all {
      oracle.regularisation = nil
      let plain = oracle.results(backend.backend)
      let ones = RecurrentRegularisation.lockedMask(
        probability: 0, for: oracle.configuration.layer(0), batch: 5, seed: 1)
      for zoneout in [nil, Zoneout(hidden: 0, cell: 0, seed: 1)] {
        oracle.regularisation = RecurrentRegularisation(recurrentMask: ones, zoneout: zoneout)
        // The reset gate's gradient, added before the product's here and after it there, may round
        // otherwise.
        for (key, tensor) in oracle.results(backend.backend) {
          #expect(
            cell == .gru(.before) || cell == .gru(.after)
              ? deviation(tensor, plain[key]!) < 1e-6 : sameBits(tensor, plain[key]!), "\(backend): \(key)")
        }
      }
    }
  }

  /// Nothing depends on what the memory held before.
  @Test(arguments: Cell.all)
  func poisonedMemoryChangesNothing(_ cell: Cell) {
    let configuration = RecurrentStack.Configuration(cell: cell, inputSize: 3, hiddenSize: 21, bidirectional: true)
    var oracle = Oracle(configuration, steps: 5, batch: 4, lengths: [5, 0, 3, 4])
    oracle.regularisation = RegularisationTests.regularisations(configuration.layer(0), batch: 4).last
    checkPoisonedMemory(oracle)
  }

  /// A step in evaluation is the mean of that step in training.
  @Test func evaluationIsTheExpectation() {
    let backend = TestBackend.make("packed", threads: 1).backend
    var oracle = Oracle(.init(cell: .lstm, inputSize: 2, hiddenSize: 5), steps: 1, batch: 2)
    oracle.regularisation = .init(zoneout: Zoneout(hidden: 0.3, cell: 0.4, seed: 1, isTraining: false))
    let evaluation = oracle.results(backend, training: false)
    let draws = 2000
    var means = (output: [Double](repeating: 0, count: 10), cell: [Double](repeating: 0, count: 10))
    for draw in 0..<draws {
      oracle.regularisation = .init(zoneout: Zoneout(hidden: 0.3, cell: 0.4, seed: 1, stream: UInt64(draw)))
      let training = oracle.results(backend, training: false)
      for k in 0..<10 {
        means.output[k] += Double(training["output"]!.elements[k]) / Double(draws)
        means.cell[k] += Double(training["cn"]!.elements[k]) / Double(draws)
      }
    }
    #expect(deviation(evaluation["output"]!, means.output) < 0.05 && deviation(evaluation["cn"]!, means.cell) < 0.05)
  }

  /// Steps of a stream give what the whole sequence gives: locked dropout, and zoneout's
  /// expectation.
  @Test(arguments: Cell.all)
  func streamingEqualsTheWholeSequence(_ cell: Cell) {
    var oracle = Oracle(.init(cell: cell, inputSize: 5, hiddenSize: 24), steps: 9, batch: 3)
    let mask = RecurrentRegularisation.lockedMask(
      probability: 0.4, for: oracle.configuration.layer(0), batch: 3, seed: 5)
    oracle.regularisation = .init(
      recurrentMask: mask, zoneout: Zoneout(hidden: 0.3, cell: 0.2, seed: 0, isTraining: false))
    let expected = oracle.run()
    for backend in TestBackend.all {
      let stack = oracle.stack(backend.backend)
      var (state, output) = (oracle.initialState, Tensor(zeros: [3, 24]))
      let workspace = Workspace()
      for step in 0..<9 {
        let x = Tensor(Array(oracle.input.elements[step * 15..<(step + 1) * 15]), shape: [3, 5])
        stack.step(x, state: &state, output: &output, regularisation: oracle.regularisation, workspace: workspace)
        #expect(deviation(output, Array(expected.output[step * 72..<(step + 1) * 72])) < 1e-5, "\(backend)")
      }
    }
  }

  /// The masks have the probabilities asked for, and are those of their seed, stream, time, row,
  /// direction and state.
  @Test func masksAreRandom() {
    let layer = LayerConfiguration(cell: .lstm, inputSize: 1, hiddenSize: 1000, bidirectional: true)
    func shares(_ zoneout: Zoneout, _ state: Zoneout.State = .hidden, time: Int = 3, row: Int = 1, direction: Int = 0)
      -> [Float]
    {
      zoneout.newShares(state, time: time, row: row, batch: 4, direction: direction, of: layer)
    }
    let zoneout = Zoneout(hidden: 0.2, cell: 0.2, seed: 7)
    let base = shares(zoneout)
    #expect(base.allSatisfy { $0 == 0 || $0 == 1 } && abs(base.reduce(0, +) / 1000 - 0.8) < 0.05)
    #expect(base == shares(zoneout))
    let others = [
      shares(Zoneout(hidden: 0.2, cell: 0.2, seed: 8)), shares(Zoneout(hidden: 0.2, cell: 0.2, seed: 7, stream: 1)),
      shares(zoneout, .cell),
      shares(zoneout, time: 4), shares(zoneout, row: 2), shares(zoneout, direction: 1),
    ]
    for other in others { #expect(zip(base, other).count { $0 == $1 } < 750) }
    #expect(shares(Zoneout(hidden: 0.25, seed: 7, isTraining: false)).allSatisfy { $0 == 0.75 })
    let mask = RecurrentRegularisation.lockedMask(probability: 0.5, for: layer, batch: 3, seed: 1)
    #expect(mask.shape == [2, 3, 1000])
    #expect(mask.elements.allSatisfy { $0 == 0 || $0 == 2 } && abs(mask.elements.reduce(0, +) / 6000 - 1) < 0.05)
  }
}

/// Every backend's results and gradients against the oracle's, by central differences.
func checkAgainstDifferences(
  _ oracle: Oracle, _ what: String, outputTolerance: Double = 1e-5, gradientTolerance: Double = 5e-5
) {
  let expected = oracle.run()
  let isLSTM = oracle.configuration.cell == .lstm
  let gradients = oracle.variables.keys.filter { isLSTM || $0 != "c0" }.map { ($0, oracle.gradient($0)) }
  for backend in TestBackend.all {
    let results = oracle.results(backend.backend)
    for (name, values) in [("output", expected.output), ("hn", expected.hn)] + (isLSTM ? [("cn", expected.cn)] : []) {
      for key in [name, "training " + name] {
        let difference = deviation(results[key]!, values)
        #expect(difference < outputTolerance, "\(what), \(backend): \(key)")
      }
    }
    for (name, gradient) in gradients {
      let difference = deviation(results["d " + name]!, gradient)
      #expect(difference < gradientTolerance, "\(what), \(backend): gradient of \(name)")
    }
  }
}

/// On every backend the same bits with one, two and three threads (with OpenBLAS, whose kernels
/// depend on shapes, numbers so near), and with a pool's threads for none but the caller too; and
/// outputs so near the oracle.
func checkThreads(_ oracle: Oracle, _ what: String = "", tolerance: Double, openBLASTolerance: Double) {
  let expected = oracle.run()
  for name in TestBackend.named {
    let alone = oracle.results(TestBackend.make(name, threads: 1).backend)
    #expect(
      deviation(alone["output"]!, expected.output) < tolerance && deviation(alone["hn"]!, expected.hn) < tolerance,
      "\(name), \(what)")
    for threads in [2, 3] {
      let backend = TestBackend.make(name, threads: threads).backend
      let together = oracle.results(backend)
      let team = backend.pool.enter()
      let lonely = oracle.results(backend)
      backend.pool.leave(team)
      for (key, tensor) in together {
        #expect(
          name == "openblas" ? deviation(tensor, alone[key]!) < openBLASTolerance : sameBits(tensor, alone[key]!),
          "\(name), \(threads) threads, \(what): \(key)")
        #expect(sameBits(tensor, lonely[key]!), "\(name), one of \(threads) threads, \(what): \(key)")
      }
    }
  }
}

/// Every backend's results are the same when workspaces and tapes are full of NaN before.
func checkPoisonedMemory(_ oracle: Oracle) {
  for backend in TestBackend.all {
    let clean = oracle.results(backend.backend)
    let stack = oracle.stack(backend.backend)
    let (workspace, tape) = (Workspace(), SavedStackActivations(for: stack))
    for _ in 0..<2 {
      var (state, output) = (
        oracle.initialState,
        Tensor(Array(repeating: .nan, count: clean["output"]!.count), shape: clean["output"]!.shape)
      )
      stack.forward(
        oracle.input, lengths: oracle.lengths, state: &state, output: &output, regularisation: oracle.regularisation,
        workspace: workspace)
      #expect(sameBits(output, clean["output"]!) && sameBits(state.hidden, clean["hn"]!), "\(backend)")
      workspace.arena.poison()
      let forward = stack.forward(
        oracle.input, lengths: oracle.lengths, state: oracle.initialState, regularisation: oracle.regularisation,
        saved: tape)
      #expect(sameBits(forward.output, clean["training output"]!), "\(backend)")
      tape.poisonScratch()
      var gradients = stack.zeroGradients()
      let below = stack.backward(
        tape, outputGradient: oracle.outputGradient, stateGradient: oracle.stateGradient, gradients: &gradients)
      #expect(sameBits(below.input!, clean["d input"]!) && sameBits(below.state.hidden, clean["d h0"]!), "\(backend)")
      for (slot, gradient) in gradients.enumerated() {
        for (parameter, tensor) in gradient.all {
          #expect(
            sameBits(tensor, clean["d " + parameter.rawValue + oracle.configuration.suffix(slot: slot)]!),
            "\(backend): \(parameter.rawValue)")
        }
      }
      tape.poison()
    }
  }
}
