// Long products: matrix products that sum over very many rows, for gradients of weights.

extension Backend {
  /// The greatest number of terms that a product sums in one pass.
  package var longestSum: Int { 16_384 }

  /// The number of floats of scratch memory that `multiplyLong` needs.
  package func longScratchCount(rows: Int, columns: Int, depth: Int) -> Int {
    Arena.rounded(scratchCount) + (depth > longestSum ? 2 * rows * columns : 0)
  }

  /// Computes c = a · b, plus c if `accumulating`, plus the bias, like `multiply`, with an error that
  /// does not grow with the number of terms.
  ///
  /// A sum of more than `longestSum` terms is computed in pieces, which are added with compensation
  /// (Kahan, "Further remarks on reducing truncation errors", 1965). `scratch` has room for
  /// `longScratchCount` floats.
  package func multiplyLong(
    _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool,
    bias: UnsafePointer<Float>? = nil, scratch: UnsafeMutablePointer<Float>, precision: Precision = .float32
  ) {
    if a.columns <= longestSum {
      return multiply(a, b, into: c, accumulating: accumulating, bias: bias, scratch: scratch, precision: precision)
    }
    let (rows, columns) = (a.rows, b.columns)
    let piece = scratch + Arena.rounded(scratchCount)
    let lost = piece + rows * columns
    lost.update(repeating: 0, count: rows * columns)
    // For few rows and for small products (OpenBLAS: up to M N K = 10^6), a BLAS has kernels that
    // add one term after the other. Their pieces are shorter. Those of other backends do not depend
    // on the rows, which threads divide.
    let depth = packsEveryTime && (rows < 4 || rows * columns <= 4000) ? 256 : longestSum
    for first in stride(from: 0, to: a.columns, by: depth) {
      let depths = first..<min(first + depth, a.columns)
      let isFirst = first == 0 && !accumulating
      multiply(
        a.transposed.rows(depths).transposed, b.rows(depths),
        into: isFirst ? c : MutableMatrixView(piece, rowStride: columns),
        accumulating: false, bias: nil, scratch: scratch, precision: precision)
      if isFirst { continue }
      for row in 0..<rows {
        addCompensated(piece + row * columns, to: c.base + row * c.rowStride, lost: lost + row * columns, columns)
      }
    }
    if let bias { c.add(bias, rows: rows, columns: columns) }
  }
}

/// Adds `count` floats to y with compensation: `lost` holds the rounding errors of the additions
/// before, at first zeros, and is updated.
package func addCompensated(
  _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, lost: UnsafeMutablePointer<Float>, _ count: Int
) {
  for k in 0..<count {
    let more = x[k] - lost[k]
    let sum = y[k] + more
    // The error of a sum that is not finite is not defined.
    let error = (sum - y[k]) - more
    lost[k] = error.isFinite ? error : 0
    y[k] = sum
  }
}
