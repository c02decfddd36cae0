// Prepared matrices: they know their layout, and kernels of another one refuse them.

import RecurrentCore
import RecurrentLayers
import RecurrentNativeKernels
import RecurrentPackedBackend
import RecurrentSwiftBackend
import Testing

@Suite struct PreparedMatrixTests {
  static let pool = ThreadPool(threads: 1)
  /// By layout: the packed backend for each instruction set of this processor, and the Swift one.
  static let backends: [any Backend] =
    InstructionSet.availableForFloat32.map { PackedBackend(pool: pool, instructionSet: $0) } + [
      SwiftBackend(pool: pool)
    ]

  private static func product(_ matrix: PreparedMatrix, by backend: any Backend) -> [Float] {
    let x: [Float] = [1, 2, 3]
    return [Float](unsafeUninitializedCapacity: matrix.columns) { result, count in
      x.withUnsafeBufferPointer {
        backend.multiply(
          MatrixView($0.baseAddress!, rows: 1, columns: 3, rowStride: 3), matrix, columns: 0..<matrix.columns,
          into: MutableMatrixView(result.baseAddress!, rowStride: matrix.columns), accumulating: false)
      }
      count = matrix.columns
    }
  }

  private static func prepared(_ backend: any Backend, for cell: Cell? = nil) -> PreparedMatrix {
    let values = (0..<3 * 40).map { Float($0) }
    return values.withUnsafeBufferPointer {
      let view = MatrixView($0.baseAddress!, rows: 3, columns: 40, rowStride: 40)
      return cell.map { backend.prepare(view, for: $0) } ?? backend.prepare(view)
    }
  }

  @Test(arguments: backends.indices, backends.indices) func aMatrixServesItsOwnLayoutOnly(_ maker: Int, _ user: Int)
    async
  {
    if maker == user {
      let result = PreparedMatrixTests.product(
        PreparedMatrixTests.prepared(PreparedMatrixTests.backends[maker]), by: PreparedMatrixTests.backends[user])
      let expected = (0..<40).map { (column: Int) -> Float in Float(column + 2 * (40 + column) + 3 * (80 + column)) }
      #expect(result == expected)
    } else {
      #expect(PreparedMatrixTests.backends[maker].layout != PreparedMatrixTests.backends[user].layout)
    }
  }

  @Test func kernelsOfAnotherLayoutRefuseTheMatrix() async {
    await #expect(processExitsWith: .failure) {
      let matrix = PreparedMatrixTests.prepared(PreparedMatrixTests.backends[0])
      _ = PreparedMatrixTests.product(matrix, by: PreparedMatrixTests.backends.last!)
    }
    await #expect(processExitsWith: .failure) {
      let matrix = PreparedMatrixTests.prepared(PreparedMatrixTests.backends.last!)
      _ = PreparedMatrixTests.product(matrix, by: PreparedMatrixTests.backends[0])
    }
    // The recurrent weights of an LSTM have its four gates side by side.
    await #expect(processExitsWith: .failure) {
      let matrix = PreparedMatrixTests.prepared(PreparedMatrixTests.backends[0], for: .lstm)
      _ = PreparedMatrixTests.product(matrix, by: PreparedMatrixTests.backends[0])
    }
  }

  /// A layer that runs on one backend and then on another of the same pool prepares its weights
  /// again.
  @Test func layersPrepareTheirWeightsForEachLayout() {
    var random = RandomStream(seed: 1)
    let linear = Linear(5, 7)
    let lstm = RNN(.lstm, inputSize: 7, hiddenSize: 9)
    let x = Tensor((0..<4 * 2 * 5).map { _ in Float.random(in: -1...1, using: &random) }, shape: [4, 2, 5])
    let results = PreparedMatrixTests.backends.map { backend in
      let tape = Tape(backend: backend)
      return lstm(linear(tape.constant(x))).output.value.elements
    }
    #expect(results[0].contains { $0 != 0 })
    for result in results {
      #expect(zip(result, results[0]).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  /// A backend of its own name that has the layout of another one, and counts its steps.
  private struct Renamed: Backend {
    let name = "renamed"
    let base: any Backend
    let steps = Locked(0)
    var pool: ThreadPool { base.pool }
    var layout: MatrixLayout { base.layout }
    var scratchCount: Int { base.scratchCount }
    var gates: any GateKernels { base.gates }
    var dense: any DenseKernels { base.dense }
    func unitGrain(for cell: Cell) -> Int { base.unitGrain(for: cell) }
    func prepare(_ matrix: MatrixView) -> PreparedMatrix { base.prepare(matrix) }
    func prepare(_ matrix: MatrixView, for cell: Cell) -> PreparedMatrix { base.prepare(matrix, for: cell) }
    func multiply(
      _ a: MatrixView, _ b: PreparedMatrix, columns: Range<Int>, into c: MutableMatrixView, accumulating: Bool
    ) {
      base.multiply(a, b, columns: columns, into: c, accumulating: accumulating)
    }
    func multiply(
      _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool,
      scratch: UnsafeMutablePointer<Float>
    ) {
      base.multiply(a, b, into: c, accumulating: accumulating, scratch: scratch)
    }
    func step(_ step: CellStep) {
      steps.withLock { $0 += 1 }
      base.step(step)
    }
  }

  @Test func layersRunOnTheBackendOfTheCallThoughAnotherHasItsLayout() throws {
    let renamed = Renamed(base: PreparedMatrixTests.backends[0])
    let lstm = RNN(.lstm, inputSize: 3, hiddenSize: 4)
    for backend: any Backend in [renamed.base, renamed] {
      _ = lstm(Tape(backend: backend).constant(Tensor(zeros: [5, 2, 3])))
    }
    #expect(renamed.steps.withLock { $0 } == 5)
  }
}
