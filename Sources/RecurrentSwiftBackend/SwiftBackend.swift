// The Swift backend: portable, without C or BLAS, on any processor.

import RecurrentCore

/// The backend in Swift alone. The same input gives the same bits with any number of threads.
///
/// By default it uses 128-bit vectors and separate multiplications and additions. A build with
/// `-Xcc -march=native` uses wider vectors and, if a measurement at run time finds it, fused
/// multiply-add.
public struct SwiftBackend: Backend {
  /// "swift".
  public let name = "swift"
  /// The threads that layers run on.
  public let pool: ThreadPool

  /// Creates the backend.
  public init(pool: ThreadPool) { self.pool = pool }

  /// Packs a matrix into panels of columns, [kc, width] each, for one block of K after another.
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

  /// Computes c = a · b[all rows, columns], plus c if `accumulating`.
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

  /// The floats of a packed block of columns.
  public var scratchCount: Int { Panels.depth * Panels.padded(SwiftBackend.columnBlock) }

  /// The number of columns packed at a time for a right factor used once: with `Panels.depth` rows,
  /// half a megabyte.
  private static let columnBlock = 256

  /// Computes c = a · b, plus c if `accumulating`, packing b block by block.
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
