// The backend that is always there: no C, no BLAS, any processor.

import RecurrentCore

/// Matrix products and gates in Swift alone. The same bits whatever the number of threads.
///
/// Without compiler flags it works on 128-bit vectors and multiplies, then adds. Built with `-Xcc
/// -march=native` it finds fused hardware at run time and uses it, on vectors as wide as there are.
public struct SwiftBackend: Backend {
  public let name = "swift"
  public let pool: ThreadPool

  public init(pool: ThreadPool) { self.pool = pool }

  /// Panels of columns, each [kc, width] for one block of K after another.
  public func prepare(_ matrix: MatrixView) -> PreparedMatrix {
    let prepared = PreparedMatrix(
      rows: matrix.rows, columns: matrix.columns, count: Panels.count(rows: matrix.rows, columns: matrix.columns),
      layout: layout)
    for block in stride(from: 0, to: matrix.rows, by: Panels.depth) {
      let depth = min(Panels.depth, matrix.rows - block)
      Panels.pack(
        matrix.rows(block..<block + depth), columns: 0..<matrix.columns,
        into: prepared.base + block * Panels.padded(matrix.columns))
    }
    return prepared
  }

  public func multiply(
    _ a: MatrixView, _ b: PreparedMatrix, columns: Range<Int>, into c: MutableMatrixView, accumulating: Bool
  ) {
    b.check(layout)
    if a.columns == 0, !accumulating { c.clear(rows: a.rows, columns: columns.count) }
    for block in stride(from: 0, to: a.columns, by: Panels.depth) {
      let depth = min(Panels.depth, a.columns - block)
      Panels.multiply(
        a, depths: block..<block + depth, by: b.base + block * Panels.padded(b.columns), columns: columns, into: c,
        accumulating: accumulating || block > 0)
    }
  }

  public var scratchCount: Int { Panels.depth * Panels.padded(SwiftBackend.columnBlock) }

  /// Columns packed at a time when a product is done once: with `Panels.depth` rows, half a
  /// megabyte of them.
  private static let columnBlock = 256

  public func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    if a.columns == 0, !accumulating { c.clear(rows: a.rows, columns: b.columns) }
    if a.rows == 0 { return }
    for first in stride(from: 0, to: b.columns, by: SwiftBackend.columnBlock) {
      let columns = first..<min(first + SwiftBackend.columnBlock, b.columns)
      for block in stride(from: 0, to: a.columns, by: Panels.depth) {
        let depths = block..<min(block + Panels.depth, a.columns)
        Panels.pack(b.rows(depths), columns: columns, into: scratch)
        Panels.multiply(
          a, depths: depths, by: scratch, columns: 0..<columns.count,
          into: MutableMatrixView(c.base + first, rowStride: c.rowStride), accumulating: accumulating || block > 0)
      }
    }
  }
}
