// Panels: the packed right factor of a matrix product, and the product with it.
//
// The right factor is packed into panels of `width` columns, [k][width], so that the innermost loop
// reads it in order. The left factor is read in place. Every element is the sum over k in order, in
// blocks of `depth`, in whatever tile it is, so that results do not depend on how work is divided.

import RecurrentCore

/// Packs matrices into panels and multiplies by them.
enum Panels {
  /// The number of rows of a panel that are multiplied before its results are stored.
  static let depth = 256

  /// The number of columns of a panel.
  static let width = isFused ? 16 : 8

  /// `columns`, rounded up to whole panels.
  static func padded(_ columns: Int) -> Int { (columns + width - 1) / width * width }

  /// The number of floats of a packed matrix [rows, columns].
  static func count(rows: Int, columns: Int) -> Int { rows * padded(columns) }

  /// Packs some columns of a matrix of at most `depth` rows. The last panel is padded with zeros.
  static func pack(_ matrix: MatrixView, columns: Range<Int>, into target: UnsafeMutablePointer<Float>) {
    var panel = target
    for first in stride(from: columns.lowerBound, to: columns.upperBound, by: width) {
      let count = min(width, columns.upperBound - first)
      if count < width { panel.update(repeating: 0, count: matrix.rows * width) }
      if matrix.columnStride == 1 {
        for k in 0..<matrix.rows {
          (panel + k * width).update(from: matrix.base + k * matrix.rowStride + first, count: count)
        }
      } else {
        for column in 0..<count {
          let source = matrix.base + (first + column) * matrix.columnStride
          for k in 0..<matrix.rows { panel[k * width + column] = source[k * matrix.rowStride] }
        }
      }
      panel += matrix.rows * width
    }
  }

  /// Computes c = a[all rows, depths] · the panels' `columns`, plus c if `accumulating`. `panels`
  /// holds depths.count rows of all columns.
  static func multiply(
    _ a: MatrixView, depths: Range<Int>, by panels: UnsafePointer<Float>, columns: Range<Int>,
    into c: MutableMatrixView, accumulating: Bool
  ) {
    let product = PanelProduct(
      a: a.base + depths.lowerBound * a.columnStride, rowStride: a.rowStride, step: a.columnStride, rows: a.rows,
      depth: depths.count, panels: panels, columns: columns, c: c, accumulating: accumulating)
    if isFused { product.run(SIMD16<Float>.self, Fused.self) } else { product.run(SIMD8<Float>.self, Separate.self) }
  }

  /// Whether this build has fused multiply-add in hardware. Swift cannot tell, so it is measured:
  /// without hardware, `addingProduct` calls a library function for every lane and takes more than
  /// ten times as long.
  static let isFused: Bool = {
    func time<M: MultiplyAdd>(_: M.Type) -> Duration {
      var best = Duration.seconds(1)
      var sum = SIMD16<Float>(repeating: 0)
      for _ in 0..<8 {
        let start = ContinuousClock.now
        for _ in 0..<256 { sum = M.add(sum, SIMD16(repeating: 0.5), sum) }
        best = min(best, ContinuousClock.now - start)
      }
      return sum[0] == 1 ? .seconds(1) : best
    }
    return time(Fused.self) < time(Separate.self) * 3
  }()
}
