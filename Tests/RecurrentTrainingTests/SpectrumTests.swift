// Tests of the spectra of recurrent weights, and of the step's Jacobian against central differences
// in Double.

import Recurrent
import Testing
import _TestSupport

@Suite struct SpectrumTests {
  static let cells: [(cell: Cell, projection: Int?)] = [
    (.elman(.tanh), nil), (.elman(.relu), nil), (.lstm, nil), (.lstm, 2), (.gru(.after), nil), (.gru(.before), nil),
  ]
  static let backend = TestBackend.make("swift", threads: 1).backend

  /// Every element of the Jacobian is the derivative of an element of the new state with respect to
  /// one of the old, for every cell, one and two layers, time-major and batch-first.
  @Test(arguments: SpectrumTests.cells.indices, [1, 2])
  func jacobianAgreesWithCentralDifferences(_ index: Int, layers: Int) {
    let (cell, projection) = SpectrumTests.cells[index]
    let configuration = RecurrentStack.Configuration(
      cell: cell, inputSize: 3, hiddenSize: 4, layers: layers, projectionSize: projection, batchFirst: layers == 2)
    var oracle = Oracle(configuration, steps: 1, batch: 1, seed: UInt64(10 + index))
    let names = cell == .lstm ? ["h0", "c0"] : ["h0"]
    let count = names.reduce(0) { $0 + oracle.variables[$1]!.count }
    var expected = [Double](repeating: 0, count: count * count)
    var column = 0
    for name in names {
      for number in oracle.variables[name]!.indices {
        func state(at offset: Double) -> [Double] {
          oracle.variables[name]![number] += offset
          defer { oracle.variables[name]![number] -= offset }
          let result = oracle.run()
          return result.hn + (cell == .lstm ? result.cn : [])
        }
        for (row, (up, down)) in zip(state(at: 1e-5), state(at: -1e-5)).enumerated() {
          expected[row * count + column] = (up - down) / 2e-5
        }
        column += 1
      }
    }
    for name in TestBackend.named {
      let stack = oracle.stack(TestBackend.make(name, threads: 1).backend)
      let jacobian = stack.stepJacobian(input: oracle.input.reshaped(to: [3]), state: oracle.initialState)
      #expect(jacobian.shape == [count, count])
      #expect(deviation(jacobian, expected) < 1e-5, "\(configuration), \(name)")
    }
  }

  /// For a network in its linear range, the step's Jacobian is the recurrent weight.
  @Test func jacobianOfATanhNetworkAtZeroIsItsRecurrentWeight() {
    let stack = RecurrentStack(
      .init(cell: .elman(.tanh), inputSize: 2, hiddenSize: 5, bias: false), backend: SpectrumTests.backend)
    #expect(sameBits(stack.stepJacobian(input: Tensor(zeros: [2])), stack.parameters[0].recurrentWeight))
  }

  /// A spectrum for each layer, direction and gate, named after it, of that gate's rows.
  @Test func weightsHaveASpectrumForEachGate() {
    var gru = RecurrentStack(
      .init(cell: .gru(.after), inputSize: 2, hiddenSize: 3, layers: 2, bidirectional: true),
      backend: SpectrumTests.backend)
    for slot in 0..<4 {
      for gate in 0..<3 {
        for unit in 0..<3 {
          for other in 0..<3 {
            gru.parameters[slot].recurrentWeight[3 * gate + unit, other] =
              unit == other ? Float(1 + gate + 10 * slot) : 0
          }
        }
      }
    }
    let spectra = gru.recurrentWeightSpectra()
    #expect(
      spectra.map(\.name)
        == ["_l0", "_l0_reverse", "_l1", "_l1_reverse"].flatMap { suffix in
          ["r", "z", "n"].map { "weight_hh\(suffix) \($0)" }
        })
    for (index, (_, spectrum)) in spectra.enumerated() {
      let value = Double(1 + index % 3 + 10 * (index / 3))
      #expect(spectrum.singularValues == [value, value, value])
      #expect(spectrum.norm == value)
      #expect(abs(spectrum.spectralRadius! - value) < 1e-9 * value)
    }
    let elman = RecurrentStack(.init(cell: .elman(.tanh), inputSize: 2, hiddenSize: 3), backend: SpectrumTests.backend)
    #expect(elman.recurrentWeightSpectra().map(\.name) == ["weight_hh_l0"])
    // With a projection the blocks are not square: no radius.
    let projected = RecurrentStack(
      .init(cell: .lstm, inputSize: 2, hiddenSize: 3, projectionSize: 2), backend: SpectrumTests.backend)
    #expect(projected.recurrentWeightSpectra().map(\.name) == ["i", "f", "g", "o"].map { "weight_hh_l0 \($0)" })
    #expect(
      projected.recurrentWeightSpectra().allSatisfy {
        $0.spectrum.spectralRadius == nil && $0.spectrum.singularValues.count == 2
      })
  }

  /// NaN in the weights gives NaN.
  @Test func notFiniteWeightsGiveNaN() {
    let spectrum = Spectrum(Tensor([1, .nan, 0, 1], shape: [2, 2]))
    #expect(spectrum.singularValues.allSatisfy { $0.isNaN } && spectrum.norm.isNaN && spectrum.spectralRadius!.isNaN)
    #expect(Spectrum(Tensor(zeros: [0, 0])).norm == 0)
  }
}
