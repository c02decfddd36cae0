// Layers as a wave: the bits of layers in turn.

import Dispatch
import Recurrent
import Testing
import _TestSupport

@Suite struct LayerChainTests {
  private struct Result: Equatable {
    let output: [UInt32]
    let state: [[UInt32]]
  }

  private static func bits(_ tensor: Tensor) -> [UInt32] { tensor.elements.map(\.bitPattern) }

  /// Runs a stack twice, the second time from the state of the first, as a wave or in turn.
  private static func run(
    _ configuration: RecurrentStack.Configuration, _ precision: Precision, steps T: Int, batch B: Int, ragged: Bool,
    _ backend: any Backend, asWave: Bool
  ) -> Result {
    let stack = RecurrentStack(configuration, seed: 1, backend: backend, precision: precision)
    var random = RandomStream(seed: 3)
    let x = Tensor(
      uniform: -1...1,
      shape: configuration.batchFirst ? [B, T, configuration.inputSize] : [T, B, configuration.inputSize],
      using: &random)
    let lengths = ragged ? (0..<B).map { row in (row * 37 + T) % (T + 1) } : nil
    var state = stack.initialState(batch: B)
    var y = Tensor(
      repeating: .nan, shape: configuration.batchFirst ? [B, T, stack.outputSize] : [T, B, stack.outputSize])
    let workspace = Workspace()
    workspace.chain.isAlwaysWave = asWave
    for _ in 0..<2 {
      stack.forward(x, lengths: lengths, state: &state, output: &y, workspace: workspace)
      workspace.arena.poison()
    }
    return Result(output: bits(y), state: [bits(state.hidden)] + (state.cell.map { [bits($0)] } ?? []))
  }

  /// Any number of layers, members, steps and rows.
  @Test(arguments: [Precision.float32, .bfloat16, .int8]) func aWaveHasTheBitsOfLayersInTurn(_ precision: Precision)
    throws
  {
    let cells: [(Cell, layerNorm: Bool, projection: Int?)] = [
      (.lstm, false, nil), (.gru(.after), false, nil), (.gru(.before), false, nil), (.elman(.tanh), false, nil),
      (.lstm, true, nil), (.lstm, false, 5),
    ]
    for name in precision == .float32 ? ["packed", "swift"] : ["packed"] {
      for (index, (cell, layerNorm, projection)) in cells.enumerated() {
        for (T, B, ragged) in [(16, 1, false), (17, 3, false), (100, 2, true), (300, 1, false), (1100, 2, true)] {
          let layers = 2 + (index + T) % 4
          let configuration = RecurrentStack.Configuration(
            cell: cell, inputSize: 7, hiddenSize: 18, layers: layers, projectionSize: projection, batchFirst: T == 17,
            layerNorm: layerNorm)
          let expected = try LayerChainTests.run(
            configuration, precision, steps: T, batch: B, ragged: ragged, Backends.make(name, threads: 1),
            asWave: false)
          for threads in [2, 3, 7] {
            let backend = try Backends.make(name, pool: ThreadPool(exactly: threads))
            let found = LayerChainTests.run(
              configuration, precision, steps: T, batch: B, ragged: ragged, backend, asWave: true)
            #expect(found == expected, "\(name), \(cell), \(layers) layers, \(threads) threads, T \(T), B \(B)")
          }
        }
      }
    }
  }

  /// Calls in both ways, as trials make them, from several callers of one pool.
  @Test func trialsChangeNoBit() throws {
    let configuration = RecurrentStack.Configuration(cell: .lstm, inputSize: 7, hiddenSize: 20, layers: 2)
    let stack = RecurrentStack(configuration, seed: 1, backend: try Backends.make("packed"))
    var random = RandomStream(seed: 3)
    let x = Tensor(uniform: -1...1, shape: [40, 2, 7], using: &random)
    let expected = LayerChainTests.bits(stack(x).output)
    DispatchQueue.concurrentPerform(iterations: 3) { _ in
      let workspace = Workspace()
      var y = Tensor(zeros: [40, 2, 20])
      for _ in 0..<200 {
        var state = stack.initialState(batch: 2)
        stack.forward(x, state: &state, output: &y, workspace: workspace)
        #expect(LayerChainTests.bits(y) == expected)
      }
    }
  }
}
