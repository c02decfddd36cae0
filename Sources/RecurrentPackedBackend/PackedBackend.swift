// The packed backend: matrix products on weights packed once, and cell steps that compute the gates
// within the product.

import CRecurrentKernels
import RecurrentNativeKernels
import RecurrentCore

/// The backend of our own kernels in C, for the widest instruction set of the processor.
///
/// - Weights are packed once, when they change. A BLAS packs them at every time step.
/// - A step computes the gates while the sums of its product are in registers.
/// - The same input gives the same bits with any number of threads. Different instruction sets may
///   differ in the last bits.
public struct PackedBackend: Backend {
  /// "packed".
  public let name = "packed"
  /// The threads that layers run on.
  public let pool: ThreadPool
  /// The gate kernels in C.
  public let gates: any GateKernels
  /// The dense kernels in C.
  public let dense: any DenseKernels
  private let float32: Kernels
  private let bfloat16: Kernels
  private let int8: Kernels
  private let instructionSet: InstructionSet

  /// The kernels of a precision, and the layout of their plain matrices.
  private struct Kernels {
    let table: UnsafePointer<RecurrentProductKernels>
    let layout: MatrixLayout

    /// Names of up to 15 bytes are compared without counting references.
    init(_ set: InstructionSet, _ code: RecurrentPrecision, maker: String, _ precision: Precision) {
      table = recurrent_product_kernels(set.kernels, code)
      layout = MatrixLayout(maker: maker, precision: precision)
    }
  }

  /// Creates the backend for the widest instruction set of this processor, or for the one that
  /// `RECURRENT_ISA` names.
  ///
  /// - Parameter pool: the threads that layers run on.
  /// - Throws: `RecurrentError.invalidOption` if this processor lacks the instruction set that
  ///   `RECURRENT_ISA` names.
  public init(pool: ThreadPool) throws(RecurrentError) {
    self.init(pool: pool, instructionSet: try InstructionSet.chosen())
  }

  /// Creates the backend for an instruction set that this processor has.
  public init(pool: ThreadPool, instructionSet: InstructionSet) {
    self.pool = pool
    self.instructionSet = instructionSet
    let name = instructionSet.rawValue
    float32 = Kernels(
      instructionSet, RECURRENT_FLOAT32, maker: "packed \(instructionSet.float32.rawValue)", .float32)
    bfloat16 = Kernels(instructionSet, RECURRENT_BFLOAT16, maker: name, .bfloat16)
    int8 = Kernels(instructionSet, RECURRENT_INT8, maker: name, .int8)
    gates = NativeGateKernels(instructionSet)
    dense = NativeDenseKernels(instructionSet)
  }

  /// The layout of the kernels' instruction set, in float32.
  public var layout: MatrixLayout { float32.layout }

  /// The kernels of a precision.
  private func kernels(of precision: Precision) -> Kernels {
    switch precision {
    case .float32: float32
    case .bfloat16: bfloat16
    case .int8: int8
    }
  }

  // MARK: Packing

  /// Packs a matrix for products.
  public func prepare(_ matrix: MatrixView) -> PreparedMatrix { pack(matrix, for: nil, float32) }

  /// Packs recurrent weights for a cell's step, with the gates of a unit side by side.
  public func prepare(_ matrix: MatrixView, for cell: Cell) -> PreparedMatrix { pack(matrix, for: cell, float32) }

  /// Packs a matrix in a precision, for products or for a cell's step.
  public func prepare(_ matrix: MatrixView, for cell: Cell?, precision: Precision) -> PreparedMatrix? {
    pack(matrix, for: cell, kernels(of: precision))
  }

  private func pack(_ matrix: MatrixView, for cell: Cell?, _ kernels: Kernels) -> PreparedMatrix {
    let gates = cell.map(PackedBackend.fusedGates) ?? 1
    let bytes = kernels.table.pointee.size(matrix.rows, matrix.columns, gates)
    let prepared = PreparedMatrix(
      rows: matrix.rows, columns: matrix.columns,
      count: bytes / MemoryLayout<Float>.stride + Int(RECURRENT_FETCHED_AHEAD),
      layout: kernels.layout.together(gates: gates))
    kernels.table.pointee.pack(
      matrix.base, matrix.rowStride, matrix.columnStride, matrix.rows, matrix.columns, gates, prepared.base)
    return prepared
  }

  /// The instructions of a precision's products on this processor, and what is missing for faster
  /// ones.
  public func path(of precision: Precision) -> String { instructionSet.path(of: precision) }

  /// The number of units of a panel, the greatest of all precisions.
  public func unitGrain(for cell: Cell) -> Int {
    let gates = cell.gates
    return max(
      PackedBackend.panelUnits(float32, gates: gates), PackedBackend.panelUnits(bfloat16, gates: gates),
      PackedBackend.panelUnits(int8, gates: gates))
  }

  /// The number of gates that a panel has side by side for a cell's step; 1 for cells without a
  /// step kernel.
  private static func fusedGates(of cell: Cell) -> Int {
    switch cell {
    case .elman, .lstm, .gru: cell.gates
    case .lstmVariant: 1
    }
  }

  /// The number of units of a panel, which has all their gates side by side.
  private static func panelUnits(_ kernels: Kernels, gates: Int) -> Int {
    gates == 1 ? kernels.table.pointee.width : kernels.table.pointee.lanes
  }

  // MARK: Products

  /// Computes c = a · b[all rows, columns], plus c if `accumulating`.
  public func multiply(
    _ a: MatrixView, _ b: PreparedMatrix, columns: Range<Int>, into c: MutableMatrixView, accumulating: Bool
  ) {
    let kernels = kernels(of: b.layout.precision)
    b.check(kernels.layout)
    if a.columns == 0, !accumulating { c.clear(rows: a.rows, columns: columns.count) }
    kernels.table.pointee.multiply(
      a.base, a.rowStride, a.columnStride, a.rows, a.columns, b.base, b.columns, columns.lowerBound, columns.upperBound,
      c.base, c.rowStride, accumulating ? 1 : 0, nil)
  }

  /// The block that is packed at a time for a right factor used once: 256 KiB, which stays in the
  /// L2 cache.
  private static let blockBytes = 1 << 18
  private static let blockColumns = 512

  /// The floats of a packed block.
  public var scratchCount: Int { PackedBackend.blockBytes / 4 + Int(RECURRENT_FETCHED_AHEAD) }

  /// Computes c = a · b, plus c if `accumulating`, packing b block by block.
  public func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    multiply(a, b, into: c, accumulating: accumulating, bias: nil, scratch: scratch, precision: .float32)
  }

  /// Computes c = a · b, plus c if `accumulating`, plus the bias, packing b block by block: in
  /// bfloat16 where the processor multiplies it, else in float32.
  public func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool, bias: UnsafePointer<Float>?,
    scratch: UnsafeMutablePointer<Float>, precision: Precision
  ) {
    let precision = instructionSet.multipliesBFloat16 ? precision : .float32
    let kernels = kernels(of: precision)
    let blockDepth = PackedBackend.blockBytes / (PackedBackend.blockColumns * precision.bytes)
    if a.columns == 0 {
      if !accumulating { c.clear(rows: a.rows, columns: b.columns) }
      if let bias { c.add(bias, rows: a.rows, columns: b.columns) }
    }
    if a.rows == 0 { return }
    for column in stride(from: 0, to: b.columns, by: PackedBackend.blockColumns) {
      let count = min(PackedBackend.blockColumns, b.columns - column)
      for first in stride(from: 0, to: a.columns, by: blockDepth) {
        let depth = min(blockDepth, a.columns - first)
        kernels.table.pointee.pack(
          b.base + first * b.rowStride + column * b.columnStride, b.rowStride, b.columnStride, depth, count, 1, scratch)
        kernels.table.pointee.multiply(
          a.base + first * a.columnStride, a.rowStride, a.columnStride, a.rows, depth, scratch, count, 0, count,
          c.base + column, c.rowStride, accumulating || first > 0 ? 1 : 0,
          first + depth < a.columns ? nil : bias.map { $0 + column })
      }
    }
  }

  // MARK: Steps

  /// Computes a step with the cell's kernel; an LSTM variant, which has none, by the portable step.
  public func step(_ s: CellStep) {
    let kernels = kernels(of: s.weights.layout.precision)
    s.weights.check(kernels.layout.together(gates: PackedBackend.fusedGates(of: s.cell)))
    let isReLU = if case .elman(.relu) = s.cell { true } else { false }
    var step = RecurrentStep(
      previous: s.previous.base, carried: s.carried, previous_row: s.previous.rowStride, rows: s.previous.rows,
      depth: s.previous.columns, weights: s.weights.base, first: s.units.lowerBound, end: s.units.upperBound,
      hidden_size: s.hiddenSize, gates: s.gates.base,
      gates_row: s.gates.rowStride, keeps_gates: s.keepsGates ? 1 : 0, relu: isReLU ? 1 : 0, bias: s.bias,
      recurrent_bias: s.recurrentBias, cell: s.cellState, kept_cell: s.keptCell, hidden: s.hidden.base,
      hidden_row: s.hidden.rowStride, hidden_rows: s.hiddenRows,
      outputs: s.outputs.map { UnsafeRawPointer($0).assumingMemoryBound(to: UnsafeMutablePointer<Float>?.self) })
    switch s.cell {
    case .elman: kernels.table.pointee.elman_step(&step)
    case .lstm: kernels.table.pointee.lstm_step(&step)
    case .gru: kernels.table.pointee.gru_step(&step)
    case .lstmVariant: portableStep(s)
    }
  }
}

// `Kernels` point to immutable tables.
extension PackedBackend: @unchecked Sendable {}
