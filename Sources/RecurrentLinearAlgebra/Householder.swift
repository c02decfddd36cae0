// QR factorisation: Householder, "Unitary triangularization of a nonsymmetric matrix", JACM 5 (1958).

import RecurrentCore

/// The factorisation QR by reflections I - β v v', from additions, multiplications, divisions and
/// square roots alone, in a fixed order: the same bits in every build and on every processor.
package enum Householder {
  /// v from the row on at which it begins, and β.
  private struct Reflection {
    var v: [Double]
    var beta: Double

    /// Applies it to the rows from `first` on, in the columns from `column` on. Row by row, as the
    /// matrix lies.
    func apply(to matrix: inout Matrix, first: Int, column: Int) {
      if beta == 0 || column == matrix.columns { return }
      let width = matrix.columns
      var product = [Double](repeating: 0, count: width)
      matrix.elements.withUnsafeMutableBufferPointer { a in
        product.withUnsafeMutableBufferPointer { w in
          for (i, x) in v.enumerated() {
            let row = (first + i) * width
            for j in column..<width { w[j] += x * a[row + j] }
          }
          for (i, x) in v.enumerated() {
            let row = (first + i) * width
            let factor = beta * x
            for j in column..<width { a[row + j] -= factor * w[j] }
          }
        }
      }
    }
  }

  /// The thin Q [rows, columns] of the factorisation QR in which R has no negative diagonal
  /// element, which makes Q the only one for a matrix of full rank, and Haar-distributed for a
  /// Gaussian matrix (Mezzadri, "How to generate random matrices from the classical compact
  /// groups", Notices of the AMS 54, 2007).
  ///
  /// All NaN if an element is not finite. Precondition: at least as many rows as columns.
  package static func orthonormalColumns(of matrix: Matrix) -> Matrix {
    let (m, n) = (matrix.rows, matrix.columns)
    require(m >= n, "Householder.orthonormalColumns: a matrix [\(m), \(n)] has more columns than rows")
    guard matrix.isFinite else { return Matrix(repeating: .nan, rows: m, columns: n) }
    var r = matrix
    // Q does not change with the matrix's scale; elements of at most 1 do not overflow.
    let scale = r.maximum
    if scale > 0 { for index in r.elements.indices { r.elements[index] /= scale } }
    var reflections: [Reflection] = []
    var negative: [Bool] = []
    for k in 0..<n {
      var v = (k..<m).map { r[$0, k] }
      // The direction alone counts: scaled, so that the squares of small columns do not vanish.
      let greatest = v.reduce(0) { max($0, abs($1)) }
      if greatest == 0 {
        reflections.append(Reflection(v: [], beta: 0))
        negative.append(false)
        continue
      }
      for index in v.indices { v[index] /= greatest }
      let norm = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      // The diagonal element of R gets the sign that keeps v from cancelling.
      negative.append(v[0] >= 0)
      let beta = 1 / (norm * (norm + abs(v[0])))
      v[0] += v[0] >= 0 ? norm : -norm
      let reflection = Reflection(v: v, beta: beta)
      reflection.apply(to: &r, first: k, column: k + 1)
      reflections.append(reflection)
    }
    var q = Matrix(repeating: 0, rows: m, columns: n)
    for k in 0..<n { q[k, k] = 1 }
    for k in (0..<n).reversed() { reflections[k].apply(to: &q, first: k, column: k) }
    for column in 0..<n where negative[column] {
      for row in 0..<m { q[row, column].negate() }
    }
    return q
  }
}
