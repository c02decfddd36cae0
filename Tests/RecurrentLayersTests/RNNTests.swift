// Recurrent layers as a part of a model: against the engine's stack, and against layers put
// together by hand.

import Recurrent
import Testing
import _TestSupport

@Suite struct RNNTests {
  static let cells: [Cell] = [.elman(.tanh), .lstm, .gru(.after), .gru(.before)]

  /// Σ u · x over some variables, with random weights u: a loss that gives every element a
  /// gradient.
  static func loss(_ parts: [Variable], seed: UInt64 = 11) -> (loss: Variable, weights: [Tensor]) {
    var random = RandomStream(seed: seed)
    let weights = parts.map { Tensor(uniform: -1...1, shape: $0.shape, using: &random) }
    let terms = zip(parts, weights).map { ($0 * $0.tape.constant($1)).sum() }
    return (terms.dropFirst().reduce(terms[0], +), weights)
  }

  static func random(_ shape: Shape, seed: UInt64 = 2) -> Tensor {
    var random = RandomStream(seed: seed)
    return Tensor(uniform: -1...1, shape: shape, using: &random)
  }

  // MARK: One stack

  struct Size: Sendable {
    let I, H, layers, T, B: Int
    let bidirectional: Bool
    let lengths: [Int]?
    /// LSTMs only.
    var projection: Int? = nil
  }

  static let sizes = [
    Size(I: 1, H: 1, layers: 1, T: 4, B: 1, bidirectional: false, lengths: nil),
    Size(I: 17, H: 17, layers: 2, T: 5, B: 3, bidirectional: true, lengths: [5, 0, 2]),
    Size(I: 3, H: 17, layers: 1, T: 1, B: 3, bidirectional: true, lengths: nil),
    Size(I: 5, H: 4, layers: 3, T: 6, B: 3, bidirectional: false, lengths: [1, 6, 3]),
    Size(I: 3, H: 6, layers: 2, T: 4, B: 2, bidirectional: true, lengths: [4, 2], projection: 2),
    Size(I: 2, H: 3, layers: 2, T: 0, B: 3, bidirectional: true, lengths: nil),
    Size(I: 2, H: 3, layers: 2, T: 4, B: 0, bidirectional: false, lengths: []),
  ]

  /// With nothing between its layers it is one stack: output, state, and all gradients have the
  /// same bits.
  @Test(arguments: cells.indices, sizes.indices) func isTheEnginesStack(_ cell: Int, _ size: Int) throws {
    let (cell, s) = (RNNTests.cells[cell], RNNTests.sizes[size])
    let projection = cell == .lstm ? s.projection : nil
    for backend in TestBackend.all {
      let stack = RecurrentStack(
        .init(
          cell: cell, inputSize: s.I, hiddenSize: s.H, layers: s.layers, projectionSize: projection,
          bidirectional: s.bidirectional),
        seed: 3, backend: backend.backend)
      let model = RNN(
        cell, inputSize: s.I, hiddenSize: s.H, layers: s.layers, projectionSize: projection,
        bidirectional: s.bidirectional)
      let values = Dictionary(uniqueKeysWithValues: stack.namedParameters.map { ($0.name, $0.tensor) })
      #expect(model.parameters.map(\.name) == stack.namedParameters.map(\.name))
      model.setParameters { values[$0]! }
      let input = Parameter(RNNTests.random([s.T, s.B, s.I]))
      let slots = s.layers * (s.bidirectional ? 2 : 1)
      let initial = RecurrentState(
        hidden: RNNTests.random([slots, s.B, projection ?? s.H], seed: 4),
        cell: cell == .lstm ? RNNTests.random([slots, s.B, s.H], seed: 5) : nil)
      let (h, c) = (Parameter(initial.hidden), initial.cell.map { Parameter($0) })

      let tape = Tape(backend: backend.backend)
      var state = model.state(initial, tape)
      state.hidden = tape.variable(h)
      state.cell = c.map(tape.variable)
      let (y, final) = model(tape.variable(input), lengths: s.lengths, state: state)
      let (loss, weights) = RNNTests.loss([y, final.hidden] + (final.cell.map { [$0] } ?? []))
      let record = SavedStackActivations(for: stack)
      let expected = stack.forward(input.value, lengths: s.lengths, state: initial, saved: record)
      #expect(sameBits(y.value, expected.output) && sameBits(final.hidden.value, expected.state.hidden))
      if let cell = final.cell { #expect(sameBits(cell.value, try #require(expected.state.cell))) }

      loss.backward()
      var gradients = stack.zeroGradients()
      let below = stack.backward(
        record, outputGradient: weights[0],
        stateGradient: RecurrentState(hidden: weights[1], cell: c == nil ? nil : weights[2]),
        gradients: &gradients)
      #expect(sameBits(try #require(input.gradient), try #require(below.input)))
      #expect(sameBits(try #require(h.gradient), below.state.hidden))
      if let c { #expect(sameBits(try #require(c.gradient), try #require(below.state.cell))) }
      let byName = gradients.enumerated().flatMap { slot, g in
        g.all.map { ($0.parameter.rawValue + stack.configuration.suffix(slot: slot), $0.value) }
      }
      for (name, gradient) in byName {
        #expect(
          sameBits(try #require(model.parameter(name).gradient), gradient), "\(cell), \(backend): gradient of \(name)")
      }

      let evaluated = model(Tape(.evaluation, backend: backend.backend).constant(input.value), lengths: s.lengths)
      #expect(sameBits(evaluated.output.value, stack(input.value, lengths: s.lengths).output))
    }
  }

  // MARK: State

  /// The gradients of one call over a sequence are those of two calls that carry the state, up to
  /// the order of sums: 2e-6.
  @Test(arguments: cells.indices, RNN.Skip.allCases) func theStateCarriesGradients(_ index: Int, _ skip: RNN.Skip)
    throws
  {
    let cell = RNNTests.cells[index]
    for backend in TestBackend.all {
      let model = RNN(cell, inputSize: 3, hiddenSize: 5, layers: 2, skip: skip)
      model.initialise(seed: 1)
      let input = Parameter(RNNTests.random([7, 2, 3]))
      func gradients(_ run: (Variable) -> (Variable, RNN.State)) throws -> (Tensor, [Tensor]) {
        for parameter in model.parameters.map(\.parameter) + [input] { parameter.zeroGradient() }
        let (y, state) = run(Tape(backend: backend.backend).variable(input))
        RNNTests.loss([y, state.hidden] + (state.cell.map { [$0] } ?? [])).loss.backward()
        return (y.value, try (model.parameters.map(\.parameter) + [input]).map { try #require($0.gradient) })
      }
      let whole = try gradients { model($0) }
      let parts = try gradients { x in
        let first = model(x.slice(0..<3))
        let second = model(x.slice(3..<7), state: first.state)
        return (concatenated([first.output, second.output]), second.state)
      }
      #expect(deviation(parts.0, whole.0) < 1e-6)
      for (a, b) in zip(parts.1, whole.1) { #expect(deviation(a, b) < 2e-6, "\(cell), \(backend)") }

      // Detached, the numbers are the same, and the first part gets only what comes from its own
      // outputs.
      let cut = try gradients { x in
        let first = model(x.slice(0..<3))
        let second = model(x.slice(3..<7), state: first.state.detached)
        return (second.output, second.state)
      }
      #expect(deviation(Tensor(Array(whole.0.elements.dropFirst(30)), shape: [4, 2, 5]), cut.0) < 1e-6)
      let ofInput = cut.1.last!.elements
      #expect(ofInput[..<18].allSatisfy { $0 == 0 } && ofInput[18...].allSatisfy { $0 != 0 })
    }
  }

  @Test func theLastStateIsEachRowsLastOutput() {
    let tape = Tape(.evaluation, backend: TestBackend.all[0].backend)
    for (bidirectional, dropout) in [(false, Float(0)), (true, 0), (true, 0.5)] {
      let model = RNN(.lstm, inputSize: 3, hiddenSize: 4, layers: 2, bidirectional: bidirectional, dropout: dropout)
      let lengths = [5, 1, 3]
      let (y, state) = model(tape.constant(RNNTests.random([5, 3, 3])), lengths: lengths)
      let last = state.last.value
      #expect(last.shape == [3, bidirectional ? 8 : 4])
      for (row, length) in lengths.enumerated() {
        for k in 0..<4 { #expect(last[row, k] == y.value[length - 1, row, k]) }
        // The reverse direction ends at the first step.
        if bidirectional { for k in 4..<8 { #expect(last[row, k] == y.value[0, row, k]) } }
      }
    }
  }

  // MARK: Skips

  /// The model's layers as models of one layer each, with the same values.
  static func singleLayers(of model: RNN, bidirectional: Bool) -> [RNN] {
    (0..<model.layers).map { layer in
      let width = model.parameter("weight_ih_l\(layer)").shape[1]
      let single = RNN(model.cell, inputSize: width, hiddenSize: model.hiddenSize, bidirectional: bidirectional)
      single.setParameters { model.parameter($0.replacing("_l0", with: "_l\(layer)")).value }
      return single
    }
  }

  /// Against the same put together from single layers and plain arithmetic, up to the order of
  /// sums: 1e-6, gradients 5e-6.
  @Test(arguments: RNN.Skip.allCases, [false, true]) func skipsAreWhatTheirEquationsSay(
    _ skip: RNN.Skip, _ bidirectional: Bool
  ) throws {
    let width = bidirectional ? 8 : 4
    for (inputSize, cell) in [(width, Cell.lstm), (3, .gru(.after))] {
      for backend in TestBackend.all {
        // A dropout so small that nothing is dropped, where nothing else would divide the stack.
        let model = RNN(
          cell, inputSize: inputSize, hiddenSize: 4, layers: 3, bidirectional: bidirectional, skip: skip,
          dropout: skip == .none ? 1e-9 : 0)
        model.initialise(seed: 5)
        let singles = RNNTests.singleLayers(of: model, bidirectional: bidirectional)
        let gates = (0..<3).map { layer in
          skip == .highway && (layer > 0 || inputSize == width)
            ? ["weight", "bias"].map { Parameter(model.parameter("\($0)_skip_l\(layer)").value) } : nil
        }
        #expect(model.parameters.filter { $0.name.contains("skip") }.count == 2 * gates.compactMap { $0 }.count)
        // The gates begin nearly closed.
        #expect(gates.allSatisfy { $0 == nil || $0![1].value.elements.allSatisfy { $0 == -1 } })
        let inputs = (0..<2).map { _ in Parameter(RNNTests.random([4, 2, inputSize])) }
        let tapes = (0..<2).map { _ in Tape(backend: backend.backend) }
        let composed = model(tapes[0].variable(inputs[0]))

        var x = tapes[1].variable(inputs[1])
        var all = x
        var states: [Variable] = []
        for (layer, single) in singles.enumerated() {
          var (y, state) = single(skip == .dense ? all : x)
          if skip == .residual, x.shape == y.shape { y = x + y }
          if let gate = gates[layer] {
            let t = (matmul(x, tapes[1].variable(gate[0]), transposingRight: true) + tapes[1].variable(gate[1]))
              .sigmoid()
            y = t * y + (1 - t) * x
          }
          states.append(state.hidden)
          all = concatenated([all, y], along: 2)
          x = y
        }
        #expect(deviation(composed.output.value, x.value) < 1e-6, "\(backend)")
        #expect(deviation(composed.state.hidden.value, concatenated(states).value) < 1e-6, "\(backend)")
        RNNTests.loss([composed.output, composed.state.hidden]).loss.backward()
        RNNTests.loss([x, concatenated(states)]).loss.backward()
        #expect(deviation(try #require(inputs[0].gradient), try #require(inputs[1].gradient)) < 5e-6, "\(backend)")
        for (layer, single) in singles.enumerated() {
          for named in single.parameters {
            let mine = try #require(model.parameter(named.name.replacing("_l0", with: "_l\(layer)")).gradient)
            #expect(
              deviation(mine, try #require(named.parameter.gradient)) < 5e-6,
              "\(backend): \(named.name) of layer \(layer)")
          }
          for (name, parameter) in zip(["weight", "bias"], gates[layer] ?? []) {
            let mine = try #require(model.parameter("\(name)_skip_l\(layer)").gradient)
            #expect(deviation(mine, try #require(parameter.gradient)) < 5e-6, "\(backend): \(name) of gate \(layer)")
          }
        }
      }
    }
  }

  /// Each row of a ragged batch gets what it gets alone, and zeros beyond its length, whatever the
  /// padding holds.
  @Test(arguments: RNN.Skip.allCases) func rowsAreIndependentOfOneAnotherAndOfPadding(_ skip: RNN.Skip) throws {
    let (T, I) = (5, 6)
    let lengths = [3, 5, 0, 1]
    for backend in TestBackend.all {
      let model = RNN(.lstm, inputSize: I, hiddenSize: 3, layers: 2, bidirectional: true, skip: skip)
      model.initialise(seed: 6)
      var x = RNNTests.random([T, 4, I])
      for (row, length) in lengths.enumerated() {
        for t in length..<T { for k in 0..<I { x[t, row, k] = .nan } }
      }
      let input = Parameter(x)
      let (y, state) = model(Tape(backend: backend.backend).variable(input), lengths: lengths)
      RNNTests.loss([y, state.hidden]).loss.backward()
      let gradient = try #require(input.gradient)
      for (row, length) in lengths.enumerated() {
        for t in length..<T {
          for k in 0..<I {
            #expect(y.value[t, row, k] == 0 && gradient[t, row, k] == 0, "\(backend): step \(t) of row \(row)")
          }
        }
        for t in 0..<length { for k in 0..<I { #expect(gradient[t, row, k].isFinite && gradient[t, row, k] != 0) } }
        let own = Tensor((0..<length * I).map { x[$0 / I, row, $0 % I] }, shape: [length, 1, I])
        let alone = model(Tape(.evaluation, backend: backend.backend).constant(own))
        let mine = Tensor((0..<length * I).map { y.value[$0 / I, row, $0 % I] }, shape: [length, 1, I])
        #expect(deviation(mine, alone.output.value) < 1e-6, "\(backend): row \(row)")
      }
      #expect(model.parameters.allSatisfy { $0.parameter.gradient?.elements.allSatisfy(\.isFinite) == true })
    }
  }

  // MARK: Noise

  /// Dropout between the layers, locked or not, is that of a dropout put there by hand; the last
  /// layer's output has none.
  @Test(arguments: [false, true]) func dropoutIsBetweenTheLayers(_ locked: Bool) throws {
    for backend in TestBackend.all {
      let model = RNN(.gru(.after), inputSize: 3, hiddenSize: 17, layers: 2, dropout: 0.4, lockedDropout: locked)
      model.initialise(seed: 7)
      let singles = RNNTests.singleLayers(of: model, bidirectional: false)
      let x = RNNTests.random([6, 3, 3])
      let tape = Tape(seed: 9, backend: backend.backend)
      func output(step: Int, _ run: (Variable) -> Variable) -> Tensor {
        tape.begin(step: step)
        return run(tape.constant(x)).value
      }
      let third = output(step: 3) { model($0).output }
      #expect(sameBits(third, output(step: 3) { model($0).output }))
      #expect(!sameBits(third, output(step: 4) { model($0).output }))
      let byHand = output(step: 3) { singles[1](Dropout(0.4, locked: locked)(singles[0]($0).output)).output }
      #expect(sameBits(third, byHand))
      #expect(third.elements.allSatisfy { $0 != 0 })
    }
  }

  /// An element of the recurrent weight has no gradient exactly where the call did not see it.
  @Test(arguments: TestBackend.all) func droppedWeightsHaveNoGradient(_ backend: TestBackend) throws {
    let model = RNN(.elman(.tanh), inputSize: 3, hiddenSize: 5, bidirectional: true, weightDrop: 0.5)
    model.initialise(seed: 8)
    let tape = Tape(seed: 1, backend: backend.backend)
    let x = RNNTests.random([4, 2, 3])
    func output() -> Variable {
      tape.begin(step: 2)
      return model(tape.constant(x)).output
    }
    let y = output()
    RNNTests.loss([y]).loss.backward()
    let base = y.value
    var dropped = 0
    for name in ["weight_hh_l0", "weight_hh_l0_reverse"] {
      let parameter = model.parameter(name)
      let (value, gradient) = (parameter.value, try #require(parameter.gradient))
      for k in 0..<25 {
        var moved = value
        moved[k / 5, k % 5] += 0.5
        parameter.value = moved
        let isSeen = !sameBits(output().value, base)
        #expect(isSeen == (gradient[k / 5, k % 5] != 0), "\(name), element \(k)")
        if !isSeen { dropped += 1 }
      }
      parameter.value = value
    }
    // 25 of 50 are expected, with a standard deviation of 3.5.
    #expect((11...39).contains(dropped))

    let plain = RNN(.elman(.tanh), inputSize: 3, hiddenSize: 5, bidirectional: true)
    plain.setParameters { model.parameter($0).value }
    let evaluation = Tape(.evaluation, backend: backend.backend)
    #expect(sameBits(model(evaluation.constant(x)).output.value, plain(evaluation.constant(x)).output.value))
  }

  /// A weight that is kept counts 1 / (1 - p) times, and so does its gradient; both a kept and a
  /// dropped one occur.
  @Test(arguments: TestBackend.all) func keptWeightsAreScaledUp(_ backend: TestBackend) {
    // One unit that copies its input and adds w = 3 times its state: after x = 1 and 2 it is 2 + 4
    // · 3, or 2.
    let model = RNN(.elman(.relu), inputSize: 1, hiddenSize: 1, bias: false, weightDrop: 0.75)
    model.parameter("weight_ih_l0").value = Tensor([1], shape: [1, 1])
    model.parameter("weight_hh_l0").value = Tensor([3], shape: [1, 1])
    let tape = Tape(backend: backend.backend)
    var seen = Set<Float>()
    for step in 0..<40 {
      tape.begin(step: step)
      model.parameter("weight_hh_l0").zeroGradient()
      let y = model(tape.constant(Tensor([1, 2], shape: [2, 1, 1]))).output
      seen.insert(y.value[1, 0, 0])
      let isKept = y.value[1, 0, 0] != 2
      y.slice(1..<2).sum().backward()
      #expect(model.parameter("weight_hh_l0").gradient?[0, 0] == (isKept ? 4 : 0))
    }
    #expect(seen == [2, 14])
  }

  // MARK: Nothing

  /// No steps, or no rows: shapes are kept, states pass through, and gradients are zero.
  @Test(arguments: RNN.Skip.allCases) func sequencesAndBatchesMayBeEmpty(_ skip: RNN.Skip) throws {
    for backend in TestBackend.all {
      for (T, B) in [(0, 2), (3, 0), (0, 0)] {
        let model = RNN(
          .lstm, inputSize: 4, hiddenSize: 4, layers: 2, skip: skip, dropout: 0.5, lockedDropout: true, weightDrop: 0.5)
        let input = Parameter(Tensor(zeros: [T, B, 4]))
        let initial = RecurrentState(hidden: RNNTests.random([2, B, 4]), cell: RNNTests.random([2, B, 4], seed: 3))
        let tape = Tape(backend: backend.backend)
        let (y, state) = model(
          tape.variable(input), lengths: Array(repeating: T, count: B), state: model.state(initial, tape))
        #expect(y.shape == [T, B, 4] && state.last.shape == [B, 4])
        if T == 0 { #expect(state.hidden.value == initial.hidden && state.cell?.value == initial.cell) }
        (y.sum() + state.last.sum()).backward()
        #expect(
          model.parameters.allSatisfy {
            $0.parameter.gradient == nil || $0.parameter.gradient == Tensor(zeros: $0.parameter.shape)
          })
      }
    }
  }

  // MARK: Parameters

  @Test func theForgetGateBeginsOpen() {
    let model = RNN(.lstm, inputSize: 2, hiddenSize: 3, layers: 2, bidirectional: true, dropout: 0.1)
    model.initialise(seed: 2)
    let before = model.parameters.map(\.parameter.value)
    model.setForgetGateBias(1)
    for (named, old) in zip(model.parameters, before) {
      let isBias = named.name.hasPrefix("bias_")
      for k in 0..<old.count {
        let expected = isBias && (3..<6).contains(k) ? (named.name.hasPrefix("bias_ih") ? 1 : 0) : old.elements[k]
        #expect(named.parameter.value.elements[k] == expected, "\(named.name)")
      }
    }
  }

  /// A variant of the LSTM begins as the plain one does; where f is 1 - i, by the opposite bias of
  /// i.
  @Test func variantsBeginAsThePlainLSTM() {
    func biases(_ cell: Cell, _ change: (RNN) -> Void) -> [Float] {
      let model = RNN(cell, inputSize: 2, hiddenSize: 3)
      model.initialise(seed: 2)
      change(model)
      return model.parameters.first { $0.name == "bias_ih_l0" }!.parameter.value.elements
    }
    func timescales(_ model: RNN) {
      var random = RandomStream(seed: 3)
      model.initialiseTimescales(upTo: 20, using: &random)
    }
    let coupled = Cell.lstmVariant(.init(couplesInputAndForget: true))
    #expect(
      biases(.lstmVariant(.init(peepholes: true))) { $0.setForgetGateBias(5) }
        == biases(.lstm) { $0.setForgetGateBias(5) })
    #expect(biases(.lstmVariant(.init()), timescales) == biases(.lstm, timescales))
    #expect(biases(coupled) { $0.setForgetGateBias(5) }[0..<3] == [-5, -5, -5])
    #expect(biases(coupled, timescales)[0..<3] == biases(.lstm, timescales)[0..<3])
  }

  /// What was packed from the old values is not used again.
  @Test(arguments: TestBackend.all) func evaluationSeesEveryUpdate(_ backend: TestBackend) throws {
    let model = RNN(.gru(.after), inputSize: 3, hiddenSize: 4)
    model.initialise(seed: 1)
    let x = RNNTests.random([3, 2, 3])
    func evaluated() -> Tensor { model(Tape(.evaluation, backend: backend.backend).constant(x)).output.value }
    let before = evaluated()
    model(Tape(backend: backend.backend).constant(x)).output.sum().backward()
    Optimiser(model, SGD(learningRate: 0.1), backend: backend.backend).step()
    let after = evaluated()
    #expect(after != before)
    #expect(deviation(after, model(Tape(backend: backend.backend).constant(x)).output.value) < 1e-6)
  }

  @Test func misuseIsRefused() async {
    await #expect(processExitsWith: .failure) { RNN(.gru(.after), inputSize: 2, hiddenSize: 3).setForgetGateBias(1) }
    await #expect(processExitsWith: .failure) {
      RNN(.lstm, inputSize: 2, hiddenSize: 3, bias: false).setForgetGateBias(1)
    }
    await #expect(processExitsWith: .failure) {
      var variant = LSTMVariant()
      variant.clip = -1
    }
    await #expect(processExitsWith: .failure) { _ = RNN(.lstm, inputSize: 2, hiddenSize: 3, weightDrop: 1) }
    await #expect(processExitsWith: .failure) {
      _ = RNN(.lstm, inputSize: 2, hiddenSize: 3)(
        Tape(backend: TestBackend.all[0].backend).constant(Tensor(zeros: [2, 2])))
    }
  }
}
