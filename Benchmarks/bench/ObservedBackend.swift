// Observed backend: a backend whose calls are counted or timed.

import Recurrent

/// A kind of call of a backend.
enum BackendCall: Int, CaseIterable {
  /// A matrix product.
  case product
  /// A step of a cell, which is a product and the gates.
  case step
  /// The preparation of weights.
  case packing
}

/// What is told of a backend's calls, on any thread.
protocol BackendObserver: Sendable {
  /// Runs a call, of a number of operations in products.
  func observe<Result>(_ call: BackendCall, operations: Int, _ body: () -> Result) -> Result
}

/// A backend that tells an observer of its products, steps and preparations.
struct ObservedBackend<Observer: BackendObserver>: Backend {
  let base: any Backend
  let observer: Observer

  var name: String { base.name }
  var pool: ThreadPool { base.pool }
  var layout: MatrixLayout { base.layout }
  var scratchCount: Int { base.scratchCount }
  var packsEveryTime: Bool { base.packsEveryTime }
  var gates: any GateKernels { base.gates }
  var dense: any DenseKernels { base.dense }
  func begin() { base.begin() }
  func end() { base.end() }
  func unitGrain(for cell: Cell) -> Int { base.unitGrain(for: cell) }

  func prepare(_ matrix: MatrixView) -> PreparedMatrix {
    observer.observe(.packing, operations: 0) { base.prepare(matrix) }
  }

  func prepare(_ matrix: MatrixView, for cell: Cell) -> PreparedMatrix {
    observer.observe(.packing, operations: 0) { base.prepare(matrix, for: cell) }
  }

  func prepare(_ matrix: MatrixView, for cell: Cell?, precision: Precision) -> PreparedMatrix? {
    observer.observe(.packing, operations: 0) { base.prepare(matrix, for: cell, precision: precision) }
  }

  func path(of precision: Precision) -> String { base.path(of: precision) }

  func multiply(
    _ a: MatrixView, _ b: PreparedMatrix, columns: Range<Int>, into c: MutableMatrixView, accumulating: Bool
  ) {
    observer.observe(.product, operations: 2 * a.rows * columns.count * a.columns) {
      base.multiply(a, b, columns: columns, into: c, accumulating: accumulating)
    }
  }

  func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    observer.observe(.product, operations: 2 * a.rows * b.columns * a.columns) {
      base.multiply(a, b, into: c, accumulating: accumulating, scratch: scratch)
    }
  }

  func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool, bias: UnsafePointer<Float>?,
    scratch: UnsafeMutablePointer<Float>, precision: Precision
  ) {
    observer.observe(.product, operations: 2 * a.rows * b.columns * a.columns) {
      base.multiply(a, b, into: c, accumulating: accumulating, bias: bias, scratch: scratch, precision: precision)
    }
  }

  func step(_ step: CellStep) {
    observer.observe(
      .step, operations: 2 * step.previous.rows * step.cell.gates * step.units.count * step.previous.columns
    ) { base.step(step) }
  }
}
