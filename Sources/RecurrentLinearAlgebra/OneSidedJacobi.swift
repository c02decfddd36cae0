// Hestenes, "Inversion of matrices by biorthogonalization and related results", J. SIAM 6 (1958).

/// Singular values by rotations that make the columns orthogonal: then they are the columns'
/// lengths.
enum OneSidedJacobi {
  /// Convergence is quadratic: ten sweeps are usual, so sixty are a bound.
  private static let sweeps = 60

  /// See `LinearAlgebra`. The matrix is finite and not empty.
  static func singularValues(of matrix: Matrix) -> [Double] {
    // The shorter side's vectors, one after the other.
    let wide = matrix.rows <= matrix.columns ? matrix : matrix.transposed
    let (count, length) = (wide.rows, wide.columns)
    let scale = wide.maximum
    guard scale > 0 else { return Array(repeating: 0, count: count) }
    var vectors = wide.elements.map { $0 / scale }
    let tolerance = Double(length).squareRoot() * Double.ulpOfOne
    vectors.withUnsafeMutableBufferPointer { vectors in
      for _ in 0..<sweeps {
        var rotated = false
        for p in 0..<count {
          for q in p + 1..<max(count, p + 1) {
            let (x, y) = (vectors.baseAddress! + p * length, vectors.baseAddress! + q * length)
            let (xx, xy, yy) = products(x, y, length)
            if abs(xy) <= tolerance * (xx * yy).squareRoot() { continue }
            rotated = true
            let zeta = (yy - xx) / (2 * xy)
            // The smaller root of t² + 2 ζ t = 1, for an angle of at most π / 4; 0 when ζ²
            // overflows.
            let t = (zeta < 0 ? -1 : 1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
            let cosine = 1 / (1 + t * t).squareRoot()
            rotate(x, y, length, cosine: cosine, sine: cosine * t)
          }
        }
        if !rotated { break }
      }
    }
    let lengths = (0..<count).map { row in
      scale * vectors[row * length..<(row + 1) * length].reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    return lengths.sorted(by: >)
  }

  /// x·x, x·y and y·y, in four partial sums each, so that they need not wait for one another.
  private static func products(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ count: Int) -> (
    Double, Double, Double
  ) {
    var sums = (SIMD4<Double>(), SIMD4<Double>(), SIMD4<Double>())
    var index = 0
    while index + 4 <= count {
      let a = UnsafeRawPointer(x + index).loadUnaligned(as: SIMD4<Double>.self)
      let b = UnsafeRawPointer(y + index).loadUnaligned(as: SIMD4<Double>.self)
      sums.0 += a * a
      sums.1 += a * b
      sums.2 += b * b
      index += 4
    }
    var result = (sums.0.sum(), sums.1.sum(), sums.2.sum())
    while index < count {
      result.0 += x[index] * x[index]
      result.1 += x[index] * y[index]
      result.2 += y[index] * y[index]
      index += 1
    }
    return result
  }

  private static func rotate(
    _ x: UnsafeMutablePointer<Double>, _ y: UnsafeMutablePointer<Double>, _ count: Int, cosine: Double, sine: Double
  ) {
    for index in 0..<count {
      let (a, b) = (x[index], y[index])
      x[index] = cosine * a - sine * b
      y[index] = sine * a + cosine * b
    }
  }
}
