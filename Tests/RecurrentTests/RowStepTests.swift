// Steps of some rows of a state, and the bits of a row in batches of any size.

import Recurrent
import Testing
import _TestSupport

@Suite struct RowStepTests {
  /// The rows of the state.
  private static let S = 100

  /// Lists of rows: neighbours, and rows that are neighbours neither in memory nor in order.
  private static let lists: [[Int32]] =
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 31, 97].map { (count: Int) -> [Int32] in
      (0..<count).map { Int32((3 + 7 * $0) % S) }
    } + [Array(20..<45), [99]]

  /// Cells of sizes below, at and above vectors, tiles and the division of work among threads.
  private static let configurations: [RecurrentStack.Configuration] = {
    let variant = Cell.lstmVariant(LSTMVariant(peepholes: true, couplesInputAndForget: true))
    var all: [RecurrentStack.Configuration] = []
    for cell in Cell.all + [variant] {
      for (input, hidden, layers) in [
        (1, 1, 1), (5, 17, 2), (33, 40, 3), (16, 64, 1), (0, 12, 2), (70, 131, 1), (40, 260, 1), (1100, 24, 1),
      ] {
        all.append(.init(cell: cell, inputSize: input, hiddenSize: hidden, layers: layers))
      }
      if cell != variant { all.append(.init(cell: cell, inputSize: 20, hiddenSize: 33, layers: 2, layerNorm: true)) }
    }
    for (hidden, projection) in [(17, 3), (130, 60)] {
      all.append(.init(cell: .lstm, inputSize: 9, hiddenSize: hidden, layers: 2, projectionSize: projection))
    }
    return all
  }()

  /// A state and inputs of all rows, and what a step of each row alone makes of them.
  private struct Alone {
    let initial: RecurrentState
    let inputs: Tensor
    private(set) var states: [RecurrentState] = []
    private(set) var outputs: [Tensor] = []

    init(_ stack: RecurrentStack) {
      func random(_ shape: Shape, _ seed: UInt64) -> Tensor {
        var stream = RandomStream(seed: seed)
        return Tensor(normal: 1, shape: shape, using: &stream)
      }
      let zeros = stack.initialState(batch: S)
      initial = RecurrentState(hidden: random(zeros.hidden.shape, 1), cell: zeros.cell.map { random($0.shape, 2) })
      inputs = random([S, stack.configuration.inputSize], 3)
      let workspace = Workspace()
      for row in 0..<Int32(S) {
        var state = initial.rows([row])
        var output = Tensor(zeros: [1, stack.configuration.outputSize])
        stack.step(inputs.rows([row]), state: &state, output: &output, workspace: workspace)
        states.append(state)
        outputs.append(output)
      }
    }
  }

  /// On the packed and swift backends, the bits of a row are those of that row alone, whatever the
  /// number of rows, of threads, and the order of the rows. Other rows of the state stay as they are.
  /// The same holds for the openblas backend below float32. In float32, OpenBLAS's kernels depend on
  /// the number of rows, and results are close.
  @Test(arguments: Precision.allCases, Array(configurations.indices))
  func aRowDoesNotDependOnTheOthers(_ precision: Precision, _ index: Int) {
    let configuration = RowStepTests.configurations[index]
    for backend in TestBackend.all {
      let stack = RecurrentStack(configuration, seed: 5, backend: backend.backend, precision: precision)
      let alone = Alone(stack)
      let workspace = Workspace()
      for list in RowStepTests.lists {
        var state = alone.initial
        var output = Tensor(repeating: .nan, shape: [list.count, configuration.outputSize])
        workspace.arena.poison()
        stack.step(alone.inputs.rows(list), rows: list, state: &state, output: &output, workspace: workspace)
        let place: Comment = "\(backend) \(configuration) \(list.count) rows"
        let others = (0..<Int32(RowStepTests.S)).filter { !list.contains($0) }
        #expect(same(state.rows(others), alone.initial.rows(others)), place)
        for (place, row) in list.enumerated() {
          let (mine, expected) = (state.rows([row]), alone.states[Int(row)])
          let y = output.rows([Int32(place)])
          if backend.backend.name == "openblas", precision == .float32 {
            #expect(deviation(mine.hidden, expected.hidden) < 1e-4, "\(backend) \(configuration) \(list.count) rows")
            #expect(deviation(y, alone.outputs[Int(row)]) < 1e-4)
          } else {
            #expect(same(mine, expected), "\(backend) \(configuration) \(list.count) rows: the state of \(row)")
            #expect(sameBits(y, alone.outputs[Int(row)]), "\(backend) \(configuration) \(list.count) rows: \(row)")
          }
        }
      }
    }
  }

  private func same(_ a: RecurrentState, _ b: RecurrentState) -> Bool {
    guard let c = a.cell, let d = b.cell else { return sameBits(a.hidden, b.hidden) }
    return sameBits(a.hidden, b.hidden) && sameBits(c, d)
  }
}

extension Tensor {
  /// The given rows of a matrix [S, F], or of each of [L, S, F].
  fileprivate func rows(_ rows: [Int32]) -> Tensor {
    let (S, F) = (shape[shape.rank - 2], shape[shape.rank - 1])
    let outer = shape.rank == 3 ? shape[0] : 1
    let all = elements
    var result: [Float] = []
    for o in 0..<outer {
      for row in rows {
        let first: Int = (o * S + Int(row)) * F
        result.append(contentsOf: all[first..<first + F])
      }
    }
    return Tensor(result, shape: shape.rank == 3 ? [outer, rows.count, F] : [rows.count, F])
  }
}

extension RecurrentState {
  fileprivate func rows(_ rows: [Int32]) -> RecurrentState {
    RecurrentState(hidden: hidden.rows(rows), cell: cell.map { $0.rows(rows) })
  }
}
