// Singular values and spectral radii of dense matrices, by LAPACK or in Swift.

import RecurrentCore

/// Where singular values and spectral radii are computed: by LAPACK in builds with the trait
/// OpenBLAS, if it is installed, else in Swift.
///
/// The two agree within rounding errors, not to the bit, so their results are for people to read:
/// nothing that a model computes depends on them. Swift's are for hundreds of rows: the spectral
/// radius of a matrix of 512 takes seconds, ten times as long as with LAPACK.
package enum LinearAlgebra: Sendable, CaseIterable {
  case swift
  #if OpenBLAS
    case lapack
  #endif

  /// LAPACK in builds that have it.
  package static var preferred: LinearAlgebra { allCases.last! }

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
