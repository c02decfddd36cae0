// The linear algebra of LAPACK, which is installed with OpenBLAS.

#if OpenBLAS

  import CRecurrentBLAS
  import Foundation

  /// Each is nil when LAPACK reports that it did not succeed, or the matrix has more rows than its
  /// integers count for certain; `LinearAlgebra` then turns to Swift. The matrices are finite and
  /// not empty.
  ///
  /// Where there is no LAPACK, each is nil.
  enum LAPACK {
    private static let noVectors = CChar(UInt8(ascii: "N"))

    private static func fits(_ matrix: Matrix) -> Bool { max(matrix.rows, matrix.columns) <= Int32.max }

    /// dgeqrf, then dorgqr.
    static func orthonormalColumns(of matrix: Matrix) -> Matrix? {
      guard fits(matrix) else { return nil }
      let (m, n) = (matrix.rows, matrix.columns)
      var q = matrix
      var factors = [Double](repeating: 0, count: n)
      guard
        LAPACKE_dgeqrf(LAPACK_ROW_MAJOR, numericCast(m), numericCast(n), &q.elements, numericCast(n), &factors) == 0
      else { return nil }
      let negative = (0..<n).map { q[$0, $0] < 0 }
      guard
        LAPACKE_dorgqr(
          LAPACK_ROW_MAJOR, numericCast(m), numericCast(n), numericCast(n), &q.elements, numericCast(n), factors) == 0
      else { return nil }
      for column in 0..<n where negative[column] {
        for row in 0..<m { q[row, column].negate() }
      }
      return q
    }

    /// dgesdd. A matrix read by columns is its transpose, whose singular values are the same.
    static func singularValues(of matrix: Matrix) -> [Double]? {
      guard fits(matrix) else { return nil }
      let (m, n) = (matrix.columns, matrix.rows)
      var (a, values) = (matrix.elements, [Double](repeating: 0, count: min(m, n)))
      guard
        LAPACKE_dgesdd(
          LAPACK_COL_MAJOR, noVectors, numericCast(m), numericCast(n), &a, numericCast(m), &values, nil, 1, nil, 1) == 0
      else { return nil }
      return values
    }

    /// dgeev, of the transpose, whose eigenvalues are the same.
    static func spectralRadius(of matrix: Matrix) -> Double? {
      guard fits(matrix) else { return nil }
      let n = matrix.rows
      var a = matrix.elements
      var real = [Double](repeating: 0, count: n)
      var imaginary = real
      guard
        LAPACKE_dgeev(
          LAPACK_COL_MAJOR, noVectors, noVectors, numericCast(n), &a, numericCast(n), &real, &imaginary, nil, 1, nil, 1)
          == 0
      else { return nil }
      return zip(real, imaginary).reduce(0) { max($0, hypot($1.0, $1.1)) }
    }
  }

#endif
