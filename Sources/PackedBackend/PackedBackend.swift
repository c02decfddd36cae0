// Our own matrix product, over weights that are packed once.

import CRecurrentKernels
import NativeKernels
import RecurrentCore

/// Products by the kernels in C, for the widest instruction set of the processor.
///
/// Where a BLAS packs the weights at every time step, they are packed here once, when they change. The same input gives the
/// same bits whatever the number of threads; different instruction sets may differ in the last bits.
public struct PackedBackend: Backend {
  public let name = "packed"
  public let pool: ThreadPool
  public let gates: any GateKernels
  private let kernels: UnsafePointer<RecurrentProductKernels>

  /// The rows of a panel that are multiplied before its results are stored: 32 KiB of it, which stay in the L1 cache while all
  /// rows go over them.
  private var depth: Int { 8192 / kernels.pointee.width }
  /// The columns packed at a time when a product is done once: 256 KiB of them.
  private var columnBlock: Int { 65_536 / depth }

  /// Throws when `RECURRENT_ISA` asks for an instruction set that this processor lacks.
  public init(pool: ThreadPool) throws(RecurrentError) { self.init(pool: pool, instructionSet: try InstructionSet.chosen()) }

  public init(pool: ThreadPool, instructionSet: InstructionSet) {
    self.pool = pool
    kernels = recurrent_product_kernels(instructionSet.kernels)
    gates = NativeGateKernels(instructionSet)
  }

  private func padded(_ columns: Int) -> Int { (columns + kernels.pointee.width - 1) / kernels.pointee.width * kernels.pointee.width }

  /// Panels for one block of K after another.
  public func prepare(_ matrix: MatrixView) -> PreparedMatrix {
    let width = padded(matrix.columns)
    let prepared = PreparedMatrix(rows: matrix.rows, columns: matrix.columns, count: matrix.rows * width)
    for first in stride(from: 0, to: matrix.rows, by: depth) {
      let block = matrix.rows(first..<min(first + depth, matrix.rows))
      kernels.pointee.pack(block.base, block.rowStride, block.columnStride, block.rows, block.columns, prepared.base + first * width)
    }
    return prepared
  }

  public func multiply(_ a: MatrixView, _ b: PreparedMatrix, columns: Range<Int>, into c: MutableMatrixView, accumulating: Bool) {
    if a.columns == 0, !accumulating { c.clear(rows: a.rows, columns: columns.count) }
    let width = padded(b.columns)
    for first in stride(from: 0, to: a.columns, by: depth) {
      kernels.pointee.multiply(
        a.base + first * a.columnStride, a.rowStride, a.columnStride, a.rows, min(depth, a.columns - first),
        b.base + first * width, columns.lowerBound, columns.upperBound, c.base, c.rowStride, accumulating || first > 0 ? 1 : 0)
    }
  }

  public var scratchCount: Int { depth * columnBlock }

  public func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool, scratch: UnsafeMutablePointer<Float>
  ) {
    if a.columns == 0, !accumulating { c.clear(rows: a.rows, columns: b.columns) }
    if a.rows == 0 { return }
    for column in stride(from: 0, to: b.columns, by: columnBlock) {
      let count = min(columnBlock, b.columns - column)
      for first in stride(from: 0, to: a.columns, by: depth) {
        let rows = min(depth, a.columns - first)
        kernels.pointee.pack(
          b.base + first * b.rowStride + column * b.columnStride, b.rowStride, b.columnStride, rows, count, scratch)
        kernels.pointee.multiply(
          a.base + first * a.columnStride, a.rowStride, a.columnStride, a.rows, rows, scratch, 0, count, c.base + column, c.rowStride,
          accumulating || first > 0 ? 1 : 0)
      }
    }
  }
}

// The kernels are a table of constants.
extension PackedBackend: @unchecked Sendable {}
