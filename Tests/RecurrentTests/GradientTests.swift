// Gradients: every equation against central differences in Double, and every backend against those.

import Recurrent
import Testing
import _TestSupport

@Suite struct GradientTests {
  /// The equations themselves, in Double.
  @Test func equationsAgreeWithCentralDifferences() {
    var stream = RandomStream(seed: 5)
    func random() -> Double { Double(stream.uniform(in: -2...2)) }
    let e = 1e-6
    for _ in 0..<100 {
      let (a, dh, dc, previous) = (random(), random(), random(), random())
      for nonlinearity in [Cell.Nonlinearity.tanh, .relu] {
        let numeric = (ElmanCell.forward(a + e, nonlinearity) - ElmanCell.forward(a - e, nonlinearity)) / (2 * e) * dh
        #expect(
          abs(ElmanCell.backward(hidden: ElmanCell.forward(a, nonlinearity), gradient: dh, nonlinearity) - numeric)
            < 1e-8)
      }

      let sums = LSTMCell.Gates(i: random(), f: random(), g: random(), o: random())
      func loss(_ s: LSTMCell.Gates<Double>, _ previous: Double) -> Double {
        let next = LSTMCell.forward(s, previousCell: previous)
        return next.hidden * dh + next.cell * dc
      }
      let forward = LSTMCell.forward(sums, previousCell: previous)
      let back = LSTMCell.backward(forward.gates, previousCell: previous, hiddenGradient: dh, cellGradient: dc)
      for (path, gradient) in [
        (\LSTMCell.Gates<Double>.i, back.gates.i), (\.f, back.gates.f), (\.g, back.gates.g), (\.o, back.gates.o),
      ] {
        var (up, down) = (sums, sums)
        up[keyPath: path] += e
        down[keyPath: path] -= e
        #expect(abs(gradient - (loss(up, previous) - loss(down, previous)) / (2 * e)) < 1e-8)
      }
      #expect(abs(back.previousCell - (loss(sums, previous + e) - loss(sums, previous - e)) / (2 * e)) < 1e-8)

      let zSum = random()
      func gru(_ a: Double, _ zSum: Double, _ previous: Double) -> Double {
        GRUCell.state(candidate: a, z: GRUCell.gate(zSum), previous: previous).hidden * dh
      }
      let z = GRUCell.gate(zSum)
      let state = GRUCell.state(candidate: a, z: z, previous: previous)
      let d = GRUCell.stateBackward(n: state.n, z: z, previous: previous, gradient: dh)
      #expect(abs(d.candidate - (gru(a + e, zSum, previous) - gru(a - e, zSum, previous)) / (2 * e)) < 1e-8)
      #expect(abs(d.z - (gru(a, zSum + e, previous) - gru(a, zSum - e, previous)) / (2 * e)) < 1e-8)
      #expect(abs(d.previous - (gru(a, zSum, previous + e) - gru(a, zSum, previous - e)) / (2 * e)) < 1e-8)
    }
  }

  static let cells: [(Cell, projection: Int?)] = [
    (.elman(.tanh), nil), (.elman(.relu), nil), (.lstm, nil), (.lstm, 2), (.gru(.after), nil), (.gru(.before), nil),
    (.lstmVariant(.init(peepholes: true)), nil),
    (
      .lstmVariant(
        .init(
          peepholes: true, couplesInputAndForget: true, clip: 0.7, candidate: .softsign,
          hidden: .scaledTanh(alpha: 1.7, beta: 0.6))), 2
    ),
  ]

  static let activations: [CellActivation] = [
    .sigmoid, .tanh, .relu, .affine(alpha: 0.6, beta: -0.2), .leakyRelu(alpha: 0.1), .leakyRelu(alpha: -0.3),
    .thresholdedRelu(alpha: 0.4),
    .scaledTanh(alpha: 1.7, beta: 0.6), .hardSigmoid(alpha: 0.3, beta: 0.4), .elu(alpha: 0.8), .softsign, .softplus,
  ]

  /// Every activation, as each of an LSTM's three, with and without peepholes, coupling and
  /// clipping: equations and layers against central differences.
  @Test(arguments: GradientTests.activations)
  func everyActivationOfAnLSTM(_ activation: CellActivation) {
    var stream = RandomStream(seed: 9)
    func random() -> Double { Double(stream.uniform(in: -2...2)) }
    let e = 1e-6
    for options in 0..<8 {
      let variant = LSTMVariant(
        peepholes: options & 1 != 0, couplesInputAndForget: options & 2 != 0, clip: options & 4 != 0 ? 0.9 : nil,
        gate: activation, candidate: activation, hidden: activation)
      let cell = LSTMVariantCell(variant)
      for _ in 0..<10 {
        let (sums, previous, dh, dc) = (
          LSTMCell.Gates(i: random(), f: random(), g: random(), o: random()), random(), random(), random()
        )
        let p = options & 1 != 0 ? (i: random(), f: random(), o: random()) : (i: 0, f: 0, o: 0)
        func loss(_ s: LSTMCell.Gates<Double>, _ previous: Double) -> Double {
          let next = cell.forward(s, previousCell: previous, p)
          return next.hidden * dh + next.cell * dc
        }
        let forward = cell.forward(sums, previousCell: previous, p)
        let back = cell.backward(
          forward.sums, previousCell: previous, cell: forward.cell, p, hiddenGradient: dh, cellGradient: dc)
        for (path, gradient) in [
          (\LSTMCell.Gates<Double>.i, back.sums.i), (\.f, back.sums.f), (\.g, back.sums.g), (\.o, back.sums.o),
        ] {
          var (up, down) = (sums, sums)
          up[keyPath: path] += e
          down[keyPath: path] -= e
          #expect(abs(gradient - (loss(up, previous) - loss(down, previous)) / (2 * e)) < 1e-7, "\(variant)")
        }
        #expect(
          abs(back.previousCell - (loss(sums, previous + e) - loss(sums, previous - e)) / (2 * e)) < 1e-7, "\(variant)")
      }
      let configuration = RecurrentStack.Configuration(
        cell: .lstmVariant(variant), inputSize: 3, hiddenSize: 5, bidirectional: true)
      let oracle = Oracle(
        configuration, steps: 3, batch: 2, lengths: options & 1 == 0 ? nil : [2, 3], seed: UInt64(options))
      let expected = oracle.run()
      let gradients = oracle.variables.keys.map { ($0, oracle.gradient($0)) }
      for backend in TestBackend.all {
        let results = oracle.results(backend.backend)
        #expect(
          deviation(results["output"]!, expected.output) < 1e-5 && deviation(results["cn"]!, expected.cn) < 1e-5,
          "\(variant), \(backend)")
        for (name, gradient) in gradients {
          #expect(deviation(results["d " + name]!, gradient) < 5e-5, "\(variant), \(backend): \(name)")
        }
      }
    }
  }

  /// Vectors of eight Floats give what Double gives; NaN stays NaN, and infinities give the limits.
  @Test(arguments: GradientTests.activations)
  func activationsInFloat(_ activation: CellActivation) {
    for k in -60...60 {
      let x = Float(k) / 4 + 0.01
      let (value, slope) = (
        activation.value(SIMD8<Float>(repeating: x))[3], activation.slope(SIMD8<Float>(repeating: x))[5]
      )
      #expect(abs(Double(value) - activation.value(Double(x))) <= 1e-6 * max(1, abs(Double(value))), "\(x)")
      #expect(abs(Double(slope) - activation.slope(Double(x))) < 1e-6, "\(x)")
    }
    #expect(activation.value(SIMD8<Float>(repeating: .nan))[0].isNaN && activation.value(Double.nan).isNaN)
    for x: Float in [Float.infinity, -Float.infinity, 1e30, -1e30] where activation != .softsign {
      #expect(!activation.value(SIMD8<Float>(repeating: x))[0].isNaN, "\(x)")
    }
  }

  /// Every cell with every combination of options, on every backend, against central differences of
  /// the oracle.
  @Test(arguments: GradientTests.cells.indices)
  func everyOptionOfEveryCell(_ index: Int) {
    let (cell, projection) = GradientTests.cells[index]
    for options in 0..<32 {
      let configuration = RecurrentStack.Configuration(
        cell: cell, inputSize: 3, hiddenSize: 4, layers: options & 1 == 0 ? 1 : 2, projectionSize: projection,
        bias: options & 2 == 0,
        bidirectional: options & 4 != 0, batchFirst: options & 16 != 0)
      // Without a bias and a state, relu units have sums of exactly zero, where there is no
      // derivative.
      let initialState = options & 16 == 0 || cell == .elman(.relu)
      let oracle = Oracle(
        configuration, steps: 4, batch: 3, lengths: options & 8 == 0 ? nil : [2, 0, 4], initialState: initialState,
        seed: UInt64(100 * index + options))
      let expected = oracle.run()
      var names = oracle.variables.keys.sorted()
      if !cell.hasCellState { names.removeAll { $0 == "c0" } }
      let gradients = Dictionary(uniqueKeysWithValues: names.map { ($0, oracle.gradient($0)) })
      for backend in TestBackend.all {
        let results = oracle.results(backend.backend)
        for (name, values) in [("output", expected.output), ("hn", expected.hn), ("cn", expected.cn)] {
          if name == "cn", !cell.hasCellState { continue }
          #expect(deviation(results[name]!, values) < 1e-5, "\(configuration), \(backend): \(name)")
          #expect(
            deviation(results["training " + name]!, values) < 1e-5, "\(configuration), \(backend): training \(name)")
        }
        for (name, gradient) in gradients {
          #expect(
            deviation(results["d " + name]!, gradient) < 5e-5, "\(configuration), \(backend): gradient of \(name)")
        }
      }
    }
  }
}
