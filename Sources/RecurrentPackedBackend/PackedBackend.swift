// Our own matrix products, over weights that are packed once, and a cell's steps, whose gates are
// computed within the product.

import CRecurrentKernels
import RecurrentNativeKernels
import RecurrentCore

/// Products and steps by the kernels in C, for the widest instruction set of the processor.
///
/// Where a BLAS packs the weights at every time step, they are packed here once, when they change;
/// and a step's gates are computed while the sums of its product are still in registers. The same
/// input gives the same bits whatever the number of threads; different instruction sets may differ
/// in the last bits.
public struct PackedBackend: Backend {
  public let name = "packed"
  public let pool: ThreadPool
  public let gates: any GateKernels
  public let dense: any DenseKernels
  public let layout: MatrixLayout
  private let kernels: UnsafePointer<RecurrentProductKernels>

  /// Throws when `RECURRENT_ISA` asks for an instruction set that this processor lacks.
  public init(pool: ThreadPool) throws(RecurrentError) {
    self.init(pool: pool, instructionSet: try InstructionSet.chosen())
  }

  public init(pool: ThreadPool, instructionSet: InstructionSet) {
    self.pool = pool
    layout = MatrixLayout(maker: "packed \(instructionSet.rawValue)")
    kernels = recurrent_product_kernels(instructionSet.kernels)
    gates = NativeGateKernels(instructionSet)
    dense = NativeDenseKernels(instructionSet)
  }

  // MARK: Packing

  public func prepare(_ matrix: MatrixView) -> PreparedMatrix { pack(matrix, gates: 1) }

  public func prepare(_ matrix: MatrixView, for cell: Cell) -> PreparedMatrix {
    pack(matrix, gates: PackedBackend.fusedGates(of: cell))
  }

  public func unitGrain(for cell: Cell) -> Int { panelUnits(gates: cell.gates) }

  /// The gates that a panel has side by side, for the kernel of a cell's step; 1 for cells that
  /// there is no such kernel for.
  private static func fusedGates(of cell: Cell) -> Int {
    switch cell {
    case .elman, .lstm, .gru: cell.gates
    case .lstmVariant: 1
    }
  }

  /// The units of a panel, which has all of their gates side by side.
  private func panelUnits(gates: Int) -> Int { gates == 1 ? kernels.pointee.width : kernels.pointee.lanes }

  private func pack(_ matrix: MatrixView, gates: Int) -> PreparedMatrix {
    let grain = panelUnits(gates: gates)
    let units = (matrix.columns / gates + grain - 1) / grain * grain
    let prepared = PreparedMatrix(
      rows: matrix.rows, columns: matrix.columns, count: matrix.rows * gates * units + Int(RECURRENT_FETCHED_AHEAD),
      layout: layout.together(gates: gates))
    kernels.pointee.pack(
      matrix.base, matrix.rowStride, matrix.columnStride, matrix.rows, matrix.columns, gates, prepared.base)
    return prepared
  }

  // MARK: Products

  public func multiply(
    _ a: MatrixView, _ b: PreparedMatrix, columns: Range<Int>, into c: MutableMatrixView, accumulating: Bool
  ) {
    b.check(layout)
    if a.columns == 0, !accumulating { c.clear(rows: a.rows, columns: columns.count) }
    kernels.pointee.multiply(
      a.base, a.rowStride, a.columnStride, a.rows, a.columns, b.base, b.columns, columns.lowerBound, columns.upperBound,
      c.base,
      c.rowStride, accumulating ? 1 : 0)
  }

  /// What is packed at a time when a product is done once: 256 KiB, which stay in the L2 cache. A
  /// transposed left factor has each of its columns on a page of its own; of so few, lines and
  /// pages stay at hand from one tile to the next.
  private static let blockDepth = 128
  private static let blockColumns = 512

  public var scratchCount: Int { PackedBackend.blockDepth * PackedBackend.blockColumns + Int(RECURRENT_FETCHED_AHEAD) }

  public func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    if a.columns == 0, !accumulating { c.clear(rows: a.rows, columns: b.columns) }
    if a.rows == 0 { return }
    for column in stride(from: 0, to: b.columns, by: PackedBackend.blockColumns) {
      let count = min(PackedBackend.blockColumns, b.columns - column)
      for first in stride(from: 0, to: a.columns, by: PackedBackend.blockDepth) {
        let depth = min(PackedBackend.blockDepth, a.columns - first)
        kernels.pointee.pack(
          b.base + first * b.rowStride + column * b.columnStride, b.rowStride, b.columnStride, depth, count, 1, scratch)
        kernels.pointee.multiply(
          a.base + first * a.columnStride, a.rowStride, a.columnStride, a.rows, depth, scratch, count, 0, count,
          c.base + column,
          c.rowStride, accumulating || first > 0 ? 1 : 0)
      }
    }
  }

  // MARK: Steps

  public func step(_ s: CellStep) {
    s.weights.check(layout.together(gates: PackedBackend.fusedGates(of: s.cell)))
    let isReLU = if case .elman(.relu) = s.cell { true } else { false }
    var step = RecurrentStep(
      previous: s.previous.base, carried: s.carried, previous_row: s.previous.rowStride, rows: s.previous.rows,
      depth: s.previous.columns, weights: s.weights.base, first: s.units.lowerBound, end: s.units.upperBound,
      hidden_size: s.hiddenSize, gates: s.gates.base,
      gates_row: s.gates.rowStride, keeps_gates: s.keepsGates ? 1 : 0, relu: isReLU ? 1 : 0, bias: s.bias,
      recurrent_bias: s.recurrentBias, cell: s.cellState, kept_cell: s.keptCell, hidden: s.hidden.base,
      hidden_row: s.hidden.rowStride,
      hidden_rows: s.hiddenRows,
      outputs: s.outputs.map { UnsafeRawPointer($0).assumingMemoryBound(to: UnsafeMutablePointer<Float>?.self) })
    switch s.cell {
    case .elman: kernels.pointee.elman_step(&step)
    case .lstm: kernels.pointee.lstm_step(&step)
    case .gru: kernels.pointee.gru_step(&step)
    case .lstmVariant: portableStep(s)
    }
  }
}

// The kernels are a table of constants.
extension PackedBackend: @unchecked Sendable {}
