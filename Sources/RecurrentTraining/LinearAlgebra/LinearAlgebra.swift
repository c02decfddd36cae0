// What initialisers and diagnostics ask of dense matrices: an orthonormal basis, singular values, a
// spectral radius.

import RecurrentCore

/// Where the three computations are done: by LAPACK in builds with the trait OpenBLAS, where it is
/// installed, in plain Swift anywhere.
///
/// The two agree within rounding errors, not to the bit. Swift's are for hundreds of rows: the
/// spectral radius of a matrix of 512 takes them seconds, ten times as long as LAPACK.
package enum LinearAlgebra: Sendable, CaseIterable {
  case swift
  #if OpenBLAS
    case lapack
  #endif

  /// LAPACK in builds that have it.
  package static var preferred: LinearAlgebra { allCases.last! }

  /// The thin Q [rows, columns] of the factorisation QR in which R has no negative diagonal
  /// element, which makes Q the only one for a matrix of full rank, and Haar-distributed for a
  /// Gaussian matrix (Mezzadri, "How to generate random matrices from the classical compact
  /// groups", Notices of the AMS 54, 2007).
  ///
  /// Stops when the matrix has fewer rows than columns. All NaN when an element is not finite.
  package func orthonormalColumns(of matrix: Matrix) -> Matrix {
    require(
      matrix.rows >= matrix.columns,
      "LinearAlgebra.orthonormalColumns: a matrix [\(matrix.rows), \(matrix.columns)] has more columns than rows")
    guard matrix.isFinite else { return Matrix(repeating: .nan, rows: matrix.rows, columns: matrix.columns) }
    if matrix.columns == 0 { return matrix }
    #if OpenBLAS
      if self == .lapack, let result = LAPACK.orthonormalColumns(of: matrix) { return result }
    #endif
    return Householder.orthonormalColumns(of: matrix)
  }

  /// The min(rows, columns) singular values, in descending order. All NaN when an element is not
  /// finite.
  package func singularValues(of matrix: Matrix) -> [Double] {
    let count = min(matrix.rows, matrix.columns)
    guard matrix.isFinite else { return Array(repeating: .nan, count: count) }
    if count == 0 { return [] }
    #if OpenBLAS
      if self == .lapack, let result = LAPACK.singularValues(of: matrix) { return result }
    #endif
    return OneSidedJacobi.singularValues(of: matrix)
  }

  /// The greatest magnitude of an eigenvalue; 0 for the empty matrix, NaN when an element is not
  /// finite. Stops unless the matrix is square.
  package func spectralRadius(of matrix: Matrix) -> Double {
    require(
      matrix.rows == matrix.columns, "LinearAlgebra.spectralRadius: [\(matrix.rows), \(matrix.columns)] is not square")
    guard matrix.isFinite else { return .nan }
    if matrix.rows == 0 { return 0 }
    #if OpenBLAS
      if self == .lapack, let result = LAPACK.spectralRadius(of: matrix) { return result }
    #endif
    return Gelfand.spectralRadius(of: matrix)
  }
}
