// Products that sum over very many rows: gradients of weights.

extension Backend {
  /// The columns of a left factor, such as the rows of a batch at all its steps, that a product
  /// sums over in one go.
  package var longestSum: Int { 16_384 }

  /// The floats of scratch memory for `multiplyLong`.
  package func longScratchCount(rows: Int, columns: Int, depth: Int) -> Int {
    Arena.rounded(scratchCount) + (depth > longestSum ? 2 * rows * columns : 0)
  }

  /// c = a · b, plus c when `accumulating`, like `multiply`; but sums over more than `longestSum`
  /// columns of a are made piece by piece, and the pieces added with what the additions before have
  /// rounded off (Kahan, "Further remarks on reducing truncation errors", 1965), so that the error
  /// does not grow with their number. `scratch` has room for `longScratchCount` floats.
  package func multiplyLong(
    _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    if a.columns <= longestSum { return multiply(a, b, into: c, accumulating: accumulating, scratch: scratch) }
    let (rows, columns) = (a.rows, b.columns)
    let piece = scratch + Arena.rounded(scratchCount)
    let lost = piece + rows * columns
    lost.update(repeating: 0, count: rows * columns)
    // A BLAS has other kernels for few rows, and for small products (OpenBLAS up to M N K = 10^6),
    // which add one after the other.
    let depth = rows < 4 || rows * columns <= 4000 ? 256 : longestSum
    for first in stride(from: 0, to: a.columns, by: depth) {
      let depths = first..<min(first + depth, a.columns)
      let isFirst = first == 0 && !accumulating
      multiply(
        a.transposed.rows(depths).transposed, b.rows(depths),
        into: isFirst ? c : MutableMatrixView(piece, rowStride: columns),
        accumulating: false, scratch: scratch)
      if isFirst { continue }
      for row in 0..<rows {
        addCompensated(piece + row * columns, to: c.base + row * c.rowStride, lost: lost + row * columns, columns)
      }
    }
  }
}

/// Adds `count` floats to others, less what the additions before have rounded off, which is in
/// `lost`, at first zeros, and then what this one has.
package func addCompensated(
  _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, lost: UnsafeMutablePointer<Float>, _ count: Int
) {
  for k in 0..<count {
    let more = x[k] - lost[k]
    let sum = y[k] + more
    // What is not finite has lost nothing that can be told.
    let error = (sum - y[k]) - more
    lost[k] = error.isFinite ? error : 0
    y[k] = sum
  }
}
