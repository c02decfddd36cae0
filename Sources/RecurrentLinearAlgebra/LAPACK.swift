// Singular values and eigenvalues by LAPACK, which is installed with OpenBLAS.

#if OpenBLAS

  import CRecurrentBLAS
  import Foundation

  /// The computations of `LinearAlgebra` by LAPACK, of finite matrices that are not empty.
  ///
  /// Each returns nil if LAPACK is not installed, reports a failure, or has integers too small for
  /// the matrix; `LinearAlgebra` then computes in Swift.
  enum LAPACK {
    private static let noVectors = CChar(UInt8(ascii: "N"))

    private static func fits(_ matrix: Matrix) -> Bool { max(matrix.rows, matrix.columns) <= Int32.max }

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
