// Orthonormal bases, singular values and spectral radii: their definitions, matrices whose answers
// are known, and both implementations against one another.

import Foundation
import RecurrentCore
import RecurrentLinearAlgebra
import Testing

@Suite struct LinearAlgebraTests {
  static let shapes: [(rows: Int, columns: Int)] = [(1, 1), (17, 5), (5, 17), (64, 64)]

  static func random(_ rows: Int, _ columns: Int, seed: UInt64 = 1) -> Matrix {
    var stream = RandomStream(seed: seed)
    return Matrix((0..<rows * columns).map { _ in Double(stream.normal()) }, rows: rows, columns: columns)
  }

  static func diagonal(_ values: [Double]) -> Matrix {
    var matrix = Matrix(repeating: 0, rows: values.count, columns: values.count)
    for (index, value) in values.enumerated() { matrix[index, index] = value }
    return matrix
  }

  /// max |a - b|.
  static func distance(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } }

  // MARK: Orthonormal columns

  /// Q'Q = I, and R = Q'A is upper triangular with a positive diagonal: together they say that it
  /// is the Q.
  @Test func orthonormalColumnsComeFromAPositiveR() {
    for (rows, columns) in LinearAlgebraTests.shapes where rows >= columns {
      let a = LinearAlgebraTests.random(rows, columns)
      let q = Householder.orthonormalColumns(of: a)
      let identity = LinearAlgebraTests.diagonal(Array(repeating: 1, count: columns))
      #expect(LinearAlgebraTests.distance(q.transposed.multiplied(by: q).elements, identity.elements) < 1e-13)
      let r = q.transposed.multiplied(by: a)
      for row in 0..<columns {
        #expect(r[row, row] > 0)
        for column in 0..<row { #expect(abs(r[row, column]) < 1e-12) }
      }
      #expect(LinearAlgebraTests.distance(q.multiplied(by: r).elements, a.elements) < 1e-12)
    }
  }

  /// Columns of zeros, linearly dependent ones and extreme scales still give an orthonormal basis.
  @Test func orthonormalEvenWithoutFullRank() {
    let base = LinearAlgebraTests.random(6, 3).elements
    var repeated = Matrix(base, rows: 6, columns: 3)
    for row in 0..<6 { repeated[row, 2] = repeated[row, 0] }
    let scaled = [1e300, 1e-300].map { scale in Matrix(base.map { $0 * scale }, rows: 6, columns: 3) }
    for matrix in [Matrix(repeating: 0, rows: 6, columns: 3), repeated] + scaled {
      let q = Householder.orthonormalColumns(of: matrix)
      #expect(
        LinearAlgebraTests.distance(q.transposed.multiplied(by: q).elements, [1, 0, 0, 0, 1, 0, 0, 0, 1]) < 1e-13)
    }
  }

  /// Only operations whose rounding IEEE 754 defines, in one order: the bits are the same in every
  /// build, on every processor.
  @Test func orthonormalColumnsHaveTheSameBitsEverywhere() {
    let q = Householder.orthonormalColumns(of: Matrix([1, 2, 3, 4, 5, 6, 7, 9], rows: 4, columns: 2))
    #expect(
      q.elements.map(\.bitPattern) == [
        4592526548736384064, 4605979878970588144, 4599568215972820266, 4596844734479366624, 4603089049591038372,
        13824976261434473996, 4605054581609343154, 4591829353906074116,
      ])
  }

  // MARK: Singular values

  @Test(arguments: LinearAlgebra.allCases)
  func singularValuesOfKnownMatrices(_ algebra: LinearAlgebra) {
    func values(_ elements: [Double], _ rows: Int, _ columns: Int) -> [Double] {
      algebra.singularValues(of: Matrix(elements, rows: rows, columns: columns))
    }
    let (c, s) = (0.6, 0.8)
    #expect(LinearAlgebraTests.distance(values([c, -s, s, c], 2, 2), [1, 1]) < 1e-15)
    #expect(algebra.singularValues(of: LinearAlgebraTests.diagonal([-3, 0, 2, 1e-100])) == [3, 2, 1e-100, 0])
    // [[1, 1], [0, 1]]: the golden ratio and its inverse.
    let golden = (1 + 5.0.squareRoot()) / 2
    #expect(LinearAlgebraTests.distance(values([1, 1, 0, 1], 2, 2), [golden, 1 / golden]) < 1e-15)
    // An outer product has one.
    #expect(LinearAlgebraTests.distance(values([3, 4, 6, 8, 6, 8], 3, 2), [15, 0]) < 1e-14)
    #expect(values([3, 4], 1, 2).count == 1 && abs(values([3, 4], 1, 2)[0] - 5) < 1e-15)
    // Scale does not overflow.
    #expect(abs(values([3e300, 4e300], 2, 1)[0] / 5e300 - 1) < 1e-15)
  }

  /// Σ σ² = Σ a², and they come in descending order, whatever the shape.
  @Test(arguments: LinearAlgebra.allCases)
  func singularValuesHoldTheFrobeniusNorm(_ algebra: LinearAlgebra) {
    for (rows, columns) in LinearAlgebraTests.shapes {
      let a = LinearAlgebraTests.random(rows, columns)
      let values = algebra.singularValues(of: a)
      #expect(values.count == min(rows, columns))
      #expect(values == values.sorted(by: >))
      #expect(abs(values.reduce(0) { $0 + $1 * $1 }.squareRoot() / a.frobeniusNorm - 1) < 1e-13)
    }
  }

  // MARK: Spectral radius

  @Test(arguments: LinearAlgebra.allCases)
  func spectralRadiusOfKnownMatrices(_ algebra: LinearAlgebra) {
    func radius(_ elements: [Double], _ n: Int) -> Double {
      algebra.spectralRadius(of: Matrix(elements, rows: n, columns: n))
    }
    func isClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-10) -> Bool { abs(a - b) <= tolerance * abs(b) }
    // A rotation, scaled: a pair of complex eigenvalues.
    #expect(isClose(radius([0.9 * 0.6, -0.9 * 0.8, 0.9 * 0.8, 0.9 * 0.6], 2), 0.9))
    #expect(isClose(algebra.spectralRadius(of: LinearAlgebraTests.diagonal([-3, 0, 2])), 3))
    // Jordan blocks: the norm is above the radius; nilpotent ones have radius 0.
    #expect(isClose(radius([0.5, 1, 0, 0, 0.5, 1, 0, 0, 0.5], 3), 0.5))
    #expect(radius([0, 1, 0, 0, 0, 1, 0, 0, 0], 3) == 0)
    // The companion matrix of (x - 2)(x + 3)(x² + 16) = x⁴ + x³ + 10x² + 16x - 96.
    #expect(isClose(radius([-1, -10, -16, 96, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], 4), 4))
    // A permutation: all the roots of unity.
    #expect(isClose(radius([0, 1, 0, 0, 0, 1, 1, 0, 0], 3), 1))
    // Far from normal: the norm says nothing.
    #expect(isClose(radius([0.5, 1e8, 0, 0.25], 2), 0.5))
    #expect(isClose(radius([1e200, 0, 0, 1], 2), 1e200))
    #expect(isClose(radius([-7], 1), 7))
  }

  // MARK: Both implementations

  @Test func implementationsAgree() {
    for (rows, columns) in LinearAlgebraTests.shapes {
      let a = LinearAlgebraTests.random(rows, columns, seed: UInt64(rows))
      let expected = LinearAlgebra.swift.singularValues(of: a)
      for algebra in LinearAlgebra.allCases {
        #expect(LinearAlgebraTests.distance(algebra.singularValues(of: a), expected) < 1e-13 * expected[0])
        if rows == columns {
          let radius = LinearAlgebra.swift.spectralRadius(of: a)
          #expect(abs(algebra.spectralRadius(of: a) - radius) < 1e-9 * radius)
        }
      }
    }
  }

  /// What is not finite gives NaN, what is empty gives nothing; neither stops or never ends.
  @Test(arguments: LinearAlgebra.allCases)
  func notFiniteAndEmpty(_ algebra: LinearAlgebra) {
    for bad in [Double.nan, .infinity, -.infinity] {
      var matrix = LinearAlgebraTests.random(3, 3)
      matrix[1, 2] = bad
      #expect(Householder.orthonormalColumns(of: matrix).elements.allSatisfy { $0.isNaN })
      #expect(algebra.singularValues(of: matrix).count == 3)
      #expect(algebra.singularValues(of: matrix).allSatisfy { $0.isNaN })
      #expect(algebra.spectralRadius(of: matrix).isNaN)
    }
    for (rows, columns) in [(0, 0), (3, 0), (0, 3)] {
      let empty = Matrix([], rows: rows, columns: columns)
      #expect(algebra.singularValues(of: empty).isEmpty)
      if rows >= columns { #expect(Householder.orthonormalColumns(of: empty) == empty) }
    }
    #expect(algebra.spectralRadius(of: Matrix([], rows: 0, columns: 0)) == 0)
  }
}
