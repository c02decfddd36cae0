// Orthogonal initialisation: its distribution, its singular values, and its bits.

import Recurrent
import Testing
import _TestSupport

@Suite struct OrthogonalTests {
  /// Q Q' or Q' Q, whichever is smaller, is the identity.
  @Test(arguments: [(40, 7), (7, 40), (16, 16), (1, 9), (9, 1), (1, 1)])
  func rowsOrColumnsAreOrthonormal(_ rows: Int, _ columns: Int) {
    var stream = RandomStream(seed: 5)
    let q = Initialiser.orthogonal()([rows, columns], &stream)
    let (count, isWide) = (min(rows, columns), rows < columns)
    for i in 0..<count {
      for j in 0..<count {
        let product = (0..<max(rows, columns)).reduce(0.0) {
          $0 + (isWide ? Double(q[i, $1]) * Double(q[j, $1]) : Double(q[$1, i]) * Double(q[$1, j]))
        }
        #expect(abs(product - (i == j ? 1 : 0)) < 1e-6, "[\(rows), \(columns)]: \(i), \(j)")
      }
    }
  }

  /// The bits are the same with and without OpenBLAS: continuous integration runs this test in both
  /// builds.
  @Test func theBitsDoNotDependOnOpenBLAS() {
    var stream = RandomStream(seed: 9)
    let tensor = Initialiser.orthogonal(blocks: 2)([4, 3], &stream)
    #expect(
      tensor.elements.map(\.bitPattern) == [
        3212216959, 3193398823, 1043085402, 1034998216, 3210029208, 3205237241, 3211146842, 1049886796, 3198685930,
        3202306845, 3206942096, 1059040015,
      ])
  }

  /// The mean of Haar-distributed matrices is zero and the mean square of an element is 1 / n.
  /// Without the signs of R's diagonal, Householder's Q has a negative mean on the diagonal.
  @Test func orthogonalMatricesAreHaarDistributed() {
    var stream = RandomStream(seed: 3)
    let (n, draws) = (4, 4000)
    var (sum, squares) = ([Double](repeating: 0, count: n * n), [Double](repeating: 0, count: n * n))
    for _ in 0..<draws {
      for (index, element) in Initialiser.orthogonal()([n, n], &stream).elements.enumerated() {
        sum[index] += Double(element) / Double(draws)
        squares[index] += Double(element * element) / Double(draws)
      }
    }
    // Five standard deviations: 1/2 and about 0.18 for one draw.
    #expect(sum.allSatisfy { abs($0) < 5 * 0.5 / Double(draws).squareRoot() })
    #expect(squares.allSatisfy { abs($0 - 0.25) < 5 * 0.25 / Double(draws).squareRoot() })
  }

  /// Rows or columns, whichever are fewer, are orthonormal times the gain; the same stream gives
  /// the same matrix.
  @Test(arguments: [(5, 17), (17, 5), (8, 8), (1, 3), (0, 4), (4, 0)])
  func orthogonalHasTheGainAsItsSingularValues(_ rows: Int, _ columns: Int) {
    var (stream, again) = (RandomStream(seed: 9), RandomStream(seed: 9))
    let tensor = Initialiser.orthogonal(gain: 1.5)([rows, columns], &stream)
    #expect(tensor.shape == [rows, columns])
    let values = Spectrum(tensor).singularValues
    #expect(values.count == min(rows, columns))
    #expect(values.allSatisfy { abs($0 - 1.5) < 1e-6 })
    #expect(sameBits(tensor, Initialiser.orthogonal(gain: 1.5)([rows, columns], &again)))
  }
}
