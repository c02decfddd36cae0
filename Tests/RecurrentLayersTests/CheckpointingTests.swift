// Checkpointing over time: the same numbers from less memory.

import Recurrent
import Testing
import _TestSupport

@Suite struct CheckpointingTests {
  struct Results {
    let output: Tensor
    let state: RecurrentState
    let gradients: [(name: String, tensor: Tensor)]
    let bytes: Int
  }

  /// A training step of a layer whose parameters and dropout depend on nothing but the arguments.
  static func run(_ layer: RNN, T: Int, B: Int, lengths: [Int]?, _ backend: any Backend) -> Results {
    layer.initialise(seed: 3)
    let tape = Tape(seed: 4, backend: backend)
    var random = RandomStream(seed: 5)
    let x = Parameter(Tensor(normal: 1, shape: [T, B, layer.inputSize], using: &random))
    let slots = layer.layers
    let hidden = Parameter(Tensor(normal: 1, shape: [slots, B, layer.hiddenSize], using: &random))
    let cell = Parameter(Tensor(normal: 1, shape: [slots, B, layer.hiddenSize], using: &random))
    let initial = RNN.State(
      hidden: tape.variable(hidden), cell: layer.cell == .lstm ? tape.variable(cell) : nil, directions: 1)
    let (output, state) = layer(tape.variable(x), lengths: lengths, state: initial)
    let weights = Tensor(normal: 1, shape: output.shape, using: &random)
    let values = state.values
    var loss = (output * tape.constant(weights)).sum() + (state.hidden * state.hidden).sum()
    if let cell = state.cell { loss = loss + (cell * 0.5).sum() }
    loss.backward()
    let all =
      layer.parameters + [NamedParameter("x", x), NamedParameter("h", hidden)]
      + (layer.cell == .lstm ? [NamedParameter("c", cell)] : [])
    return Results(
      output: output.value, state: values, gradients: all.map { ($0.name, $0.parameter.gradient!) },
      bytes: layer.savedBytes)
  }

  static let cells: [Cell] = [.elman(.tanh), .lstm, .gru(.after), .gru(.before)]

  /// Ragged rows, an initial state, a final state that is used, and dropout: the same bits; with
  /// OpenBLAS, whose kernels depend on shapes, nearly the same numbers.
  @Test(arguments: cells) func gradientsHaveTheSameBits(_ cell: Cell) {
    let (T, B) = (700, 5)
    for lengths in [nil, [700, 130, 0, 699, 410]] {
      for backend in TestBackend.all.map(\.backend) {
        let results = [false, true].map { checkpointing in
          CheckpointingTests.run(
            RNN(
              cell, inputSize: 3, hiddenSize: 6, layers: 2, dropout: 0.2, recurrentDropout: 0.3, weightDrop: 0.1,
              checkpointing: checkpointing),
            T: T, B: B, lengths: lengths, backend)
        }
        let same = { (a: Tensor, b: Tensor) in backend.name == "openblas" ? deviation(a, b) < 1e-4 : sameBits(a, b) }
        #expect(same(results[0].output, results[1].output))
        #expect(same(results[0].state.hidden, results[1].state.hidden))
        for (plain, saved) in zip(results[0].gradients, results[1].gradients) {
          #expect(
            same(plain.tensor, saved.tensor),
            "\(backend.name), \(backend.pool.threads) threads, ragged \(lengths != nil): \(plain.name)")
        }
      }
    }
  }

  /// What is kept between forward and backward grows with the square root of the length.
  @Test func memoryGrowsWithTheSquareRoot() {
    let backend = TestBackend.make("swift", threads: 1).backend
    func bytes(_ T: Int, _ checkpointing: Bool) -> Int {
      CheckpointingTests.run(
        RNN(.lstm, inputSize: 4, hiddenSize: 32, checkpointing: checkpointing), T: T, B: 8, lengths: nil, backend
      ).bytes
    }
    let (short, long) = (bytes(64, true), bytes(4096, true))
    #expect(short == bytes(64, false))
    #expect(long < 2 * short && bytes(4096, false) > 30 * long, "\(short), \(long), \(bytes(4096, false))")
  }

  /// A layer-normalised cell adds up its biases' gradients in another order.
  @Test func layerNormalisedCellsAgree() {
    let backend = TestBackend.make("swift", threads: 2).backend
    let results = [false, true].map {
      CheckpointingTests.run(
        RNN(.lstm, inputSize: 3, hiddenSize: 6, layerNorm: true, checkpointing: $0), T: 600, B: 5, lengths: nil, backend
      )
    }
    for (plain, saved) in zip(results[0].gradients, results[1].gradients) {
      #expect(
        deviation(plain.tensor, saved.tensor) < 1e-5 * Double(max(1, plain.tensor.elements.map(abs).max()!)),
        "\(plain.name)")
    }
  }
}

@Suite struct LayerRegularisationTests {
  /// In training each option changes the output; in evaluation only zoneout does, whose expectation
  /// is taken.
  @Test(arguments: CheckpointingTests.cells) func optionsActInTraining(_ cell: Cell) {
    let backend = TestBackend.make("packed", threads: 2).backend
    var random = RandomStream(seed: 1)
    let x = Tensor(normal: 1, shape: [9, 4, 3], using: &random)
    func output(_ layer: RNN, _ mode: Tape.Mode, step: Int = 0) -> Tensor {
      layer.initialise(seed: 2)
      let tape = Tape(mode, seed: 3, backend: backend)
      tape.begin(step: step)
      return layer(tape.constant(x), lengths: [9, 0, 4, 7]).output.value
    }
    let plain = output(RNN(cell, inputSize: 3, hiddenSize: 5, layers: 2), .training)
    for layer in [
      RNN(cell, inputSize: 3, hiddenSize: 5, layers: 2, recurrentDropout: 0.5),
      RNN(cell, inputSize: 3, hiddenSize: 5, layers: 2, zoneout: (0.3, 0.2)),
      RNN(cell, inputSize: 3, hiddenSize: 5, layers: 2, weightDrop: 0.5),
      RNN(cell, inputSize: 3, hiddenSize: 5, layers: 2, dropout: 0.5, lockedDropout: true),
    ] {
      let first = output(layer, .training)
      #expect(sameBits(first, output(layer, .training)) && !sameBits(first, output(layer, .training, step: 1)))
      #expect(!sameBits(first, plain))
      #expect(sameBits(output(layer, .evaluation), plain) == (layer.zoneout.hidden == 0))
    }
  }

  /// A trained model is served by the engine alone, with or without dropout between its layers.
  @Test(arguments: CheckpointingTests.cells) func theEngineServesTheSame(_ cell: Cell) {
    let backend = TestBackend.make("packed", threads: 1).backend
    let layer = RNN(cell, inputSize: 3, hiddenSize: 5, layers: 2, layerNorm: true, dropout: 0.5)
    var random = RandomStream(seed: 1)
    let x = Tensor(normal: 1, shape: [9, 4, 3], using: &random)
    let tape = Tape(.evaluation, backend: backend)
    let (output, state) = layer(tape.constant(x))
    let served = layer.stack(backend: backend)(x)
    #expect(sameBits(output.value, served.output) && sameBits(state.hidden.value, served.state.hidden))
  }

  /// Names and initial values of a layer-normalised cell's own parameters.
  @Test func layerNormalisedCellsHaveTheirParameters() {
    let layer = RNN(.lstm, inputSize: 3, hiddenSize: 5, layers: 2, layerNorm: true)
    let byName = Dictionary(uniqueKeysWithValues: layer.parameters.map { ($0.name, $0.parameter.value) })
    for name in ["weight_ln_l0", "weight_ln_l1"] { #expect(byName[name] == Tensor(repeating: 1, shape: [20])) }
    #expect(byName["weight_lc_l1"] == Tensor(repeating: 1, shape: [5]) && byName["bias_lc_l0"] == Tensor(zeros: [5]))
  }

  @Test func layerNormAgreesWithItsEquation() {
    for backend in TestBackend.all.map(\.backend) {
      for shape: Shape in [[2, 3, 17], [5, 1], [300, 64]] {
        let F = shape.dimensions.last!
        let layer = LayerNorm(F)
        var random = RandomStream(seed: 8)
        layer.weight.value = Tensor(uniform: 0.5...1.5, shape: [F], using: &random)
        layer.bias.value = Tensor(uniform: -1...1, shape: [F], using: &random)
        let (gamma, beta) = (layer.weight.value.elements.map(Double.init), layer.bias.value.elements.map(Double.init))
        let x = Tensor(normal: 2, shape: shape, using: &random)
        func normalised(_ row: [Double]) -> [Double] {
          let mean = row.reduce(0, +) / Double(F)
          let variance = row.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(F)
          return row.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
        }
        // Central differences of a large array would take long.
        if shape.count < 200 {
          let found = deviation(
            of: { layer($0[0]) },
            from: { $0[0].mapRows { row in zip(normalised(row), zip(gamma, beta)).map { $0 * $1.0 + $1.1 } } },
            inputs: [x],
            backend: backend)
          #expect(found.result < 2e-6 && found.gradients[0] < 5e-6)
          layer.weight.zeroGradient()
          layer.bias.zeroGradient()
        }
        let tape = Tape(backend: backend)
        let dy = Tensor(uniform: -1...1, shape: shape, using: &random)
        layer(tape.constant(x)).backward(dy)
        var (atGamma, atBeta) = ([Double](repeating: 0, count: F), [Double](repeating: 0, count: F))
        let hats = DoubleArray(x).mapRows(normalised).elements
        for (k, d) in dy.elements.enumerated() {
          atGamma[k % F] += Double(d) * hats[k]
          atBeta[k % F] += Double(d)
        }
        #expect(deviation(layer.weight.gradient!, atGamma) < 1e-5 && deviation(layer.bias.gradient!, atBeta) < 1e-5)
      }
    }
  }
}
