// Layer-normalised cells: every cell, backend and direction against the oracle.

import Recurrent
import RecurrentCore
import Testing
import _TestSupport

@Suite struct LayerNormalisedCellTests {
  private static func configuration(
    _ cell: Cell, hidden: Int, input: Int = 3, layers: Int = 1, projection: Int? = nil, bias: Bool = true
  ) -> RecurrentStack.Configuration {
    .init(
      cell: cell, inputSize: input, hiddenSize: hidden, layers: layers, projectionSize: projection, bias: bias,
      bidirectional: true, layerNorm: true)
  }

  /// Outputs, states and gradients agree in both directions, for ragged and other batches, with and
  /// without bias.
  @Test(arguments: GradientTests.cells.indices.filter { GradientTests.cells[$0].0.layout.canBeNormalised })
  func agreesWithTheOracle(_ index: Int) {
    let (cell, projection) = GradientTests.cells[index]
    for (hidden, layers, bias, lengths) in [
      (1, 1, true, nil), (6, 2, true, [2, 0, 3]), (17, 1, true, [2, 0, 3]), (17, 1, false, nil),
    ] {
      // One normalised unit without bias is 0, where relu has no derivative.
      let configuration = LayerNormalisedCellTests.configuration(
        cell, hidden: hidden, layers: layers, projection: projection, bias: bias)
      let oracle = Oracle(configuration, steps: 3, batch: 3, lengths: lengths, seed: UInt64(hidden))
      checkAgainstDifferences(oracle, "\(cell), hidden \(hidden)", gradientTolerance: 1e-4)
    }
  }

  /// They agree with locked dropout and zoneout too.
  @Test(arguments: GradientTests.cells.indices.filter { GradientTests.cells[$0].0.layout.canBeNormalised })
  func agreesWithTheOracleWhenRegularised(_ index: Int) {
    let (cell, projection) = GradientTests.cells[index]
    let configuration = LayerNormalisedCellTests.configuration(cell, hidden: 9, projection: projection)
    for (kind, regularisation) in RegularisationTests.regularisations(configuration.layer(0), batch: 3).enumerated() {
      var oracle = Oracle(configuration, steps: 4, batch: 3, lengths: [2, 0, 4], seed: UInt64(kind))
      oracle.regularisation = regularisation
      checkAgainstDifferences(oracle, "\(cell), kind \(kind)", gradientTolerance: 1e-4)
    }
  }

  /// The number of threads changes no bit, and results agree at realistic sizes.
  @Test(arguments: Cell.all)
  func bitsDoNotDependOnThreads(_ cell: Cell) {
    for (hidden, batch, steps) in [(200, 1, 20), (150, 3, 20), (70, 17, 12)] {
      let configuration = LayerNormalisedCellTests.configuration(cell, hidden: hidden, input: 50)
      let oracle = Oracle(
        configuration, steps: steps, batch: batch, lengths: batch == 3 ? nil : (0..<batch).map { max(0, steps - $0) })
      checkThreads(oracle, tolerance: 1e-4, openBLASTolerance: 1e-3)
    }
  }

  @Test(arguments: Cell.all)
  func poisonedMemoryChangesNothing(_ cell: Cell) {
    checkPoisonedMemory(
      Oracle(
        LayerNormalisedCellTests.configuration(cell, hidden: 21, layers: 2), steps: 5, batch: 4, lengths: [5, 0, 3, 4]))
  }

  /// Single steps with the state carried along give the results of the whole sequence.
  @Test(arguments: Cell.all)
  func streamingEqualsTheWholeSequence(_ cell: Cell) {
    let configuration = RecurrentStack.Configuration(
      cell: cell, inputSize: 5, hiddenSize: 24, layers: 2, layerNorm: true)
    let oracle = Oracle(configuration, steps: 20, batch: 3)
    for backend in TestBackend.all {
      let stack = oracle.stack(backend.backend)
      let whole = stack(oracle.input, state: oracle.initialState)
      var (state, output) = (oracle.initialState, Tensor(zeros: [3, 24]))
      let workspace = Workspace()
      for step in 0..<20 {
        let x = Tensor(Array(oracle.input.elements[step * 15..<(step + 1) * 15]), shape: [3, 5])
        stack.step(x, state: &state, output: &output, workspace: workspace)
        #expect(
          deviation(output, Tensor(Array(whole.output.elements[step * 72..<(step + 1) * 72]), shape: [3, 24])) < 1e-5)
      }
    }
  }

  /// gamma is initialised with ones, beta with zeros, the other parameters as without layer
  /// normalisation; files hold them under their names.
  @Test func parametersBeginPlainAndAreSaved() throws {
    let backend = TestBackend.make("swift", threads: 1).backend
    for (cell, N) in [(Cell.elman(.tanh), 1), (.lstm, 4), (.gru(.after), 4), (.gru(.before), 3)] {
      var configuration = RecurrentStack.Configuration(
        cell: cell, inputSize: 2, hiddenSize: 3, layers: 2, bidirectional: true)
      let plain = RecurrentStack(configuration, seed: 4, backend: backend)
      #expect(
        plain.parameters.allSatisfy {
          $0.normalisationWeight == nil && $0.cellNormalisationWeight == nil && $0.cellNormalisationBias == nil
        })
      configuration.layerNorm = true
      let stack = RecurrentStack(configuration, seed: 4, backend: backend)
      for (a, b) in zip(stack.parameters, plain.parameters) {
        #expect(a.recurrentWeight == b.recurrentWeight && a.recurrentBias == b.recurrentBias)
        #expect(a.normalisationWeight == Tensor(Array(repeating: 1, count: N * 3)))
        #expect(a.cellNormalisationWeight == (cell == .lstm ? Tensor([1, 1, 1]) : nil))
        #expect(a.cellNormalisationBias == (cell == .lstm ? Tensor([0, 0, 0]) : nil))
      }
      #expect(stack.namedParameters.contains { $0.name == "weight_ln_l1_reverse" })
      #expect(stack.namedParameters.contains { $0.name == "bias_lc_l0" } == (cell == .lstm))
      var file = Safetensors()
      file.set(stack)
      #expect(try file.parameters(configuration) == stack.parameters)
    }
  }

  /// Rows of every length modulo the vector's agree with Double, forward and backward.
  @Test func normalisationAgreesWithDifferences() {
    var stream = RandomStream(seed: 8)
    for count in [1, 3, 7, 8, 9, 31, 32, 33, 40, 75] {
      func random(_ range: ClosedRange<Float>) -> [Float] { (0..<count).map { _ in stream.uniform(in: range) } }
      let (x, gamma, beta, dy) = (random(10...12), random(-2...2), random(-1...1), random(-1...1))
      func normalised(_ x: [Double]) -> [Double] {
        let mean = x.reduce(0, +) / Double(count)
        let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
        return x.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
      }
      let exact = normalised(x.map(Double.init))
      var (y, kept) = ([Float](repeating: .nan, count: count + 1), [Float](repeating: .nan, count: count + 1))
      let scale = LayerNormalisation.forward(x, count: count, gamma: gamma, beta: beta, into: &y, normalised: &kept)
      for k in 0..<count {
        #expect(abs(Double(y[k]) - (Double(gamma[k]) * exact[k] + Double(beta[k]))) < 1e-4)
        #expect(abs(Double(kept[k]) - exact[k]) < 1e-4)
      }
      var (dx, dGamma, dBeta) = (dy + [.nan], [Float](repeating: 1, count: count), [Float](repeating: 2, count: count))
      LayerNormalisation.backward(
        dy, count: count, gamma: gamma, normalised: kept, scale: scale, into: &dx, gammaGradient: &dGamma,
        betaGradient: &dBeta)
      func loss(_ x: [Double]) -> Double {
        normalised(x).indices.reduce(0) { $0 + normalised(x)[$1] * Double(gamma[$1] * dy[$1]) }
      }
      for k in 0..<count {
        var (up, down) = (x.map(Double.init), x.map(Double.init))
        up[k] += 1e-5
        down[k] -= 1e-5
        #expect(abs(Double(dx[k]) - (loss(up) - loss(down)) / 2e-5) < 1e-3, "count \(count)")
        #expect(abs(dGamma[k] - 1 - dy[k] * Float(exact[k])) < 1e-4 && abs(dBeta[k] - 2 - dy[k]) < 1e-5)
      }
      #expect(y[count].isNaN && kept[count].isNaN && dx[count].isNaN)
    }
  }
}
