// Gelfand, "Normierte Ringe", Matematicheskii Sbornik 9 (1941).

import Foundation

/// The spectral radius as the limit of ‖A^N‖^(1/N), with N = 2^k by squaring k times.
enum Gelfand {
  /// ‖A^N‖ is at most κ N^(n-1) ρ^N, so that ln ρ is off by (ln κ + (n-1) ln N) / N: 1e-9 for a
  /// Jordan block of 40 at N = 2^40. What a squaring rounds off, the following ones divide by the
  /// power that they raise to.
  private static let squarings = 40

  /// See `LinearAlgebra`. The matrix is finite, square and not empty.
  static func spectralRadius(of matrix: Matrix) -> Double {
    var power = matrix
    var logarithm = 0.0
    var share = 1.0
    for squaring in 0...squarings {
      if squaring > 0 {
        power = power.multiplied(by: power)
        share /= 2
      }
      // What is taken out here is in A^N to the power of the squarings to come.
      let scale = power.maximum
      if scale == 0 { return 0 }
      logarithm += share * log(scale)
      for index in power.elements.indices { power.elements[index] /= scale }
    }
    return exp(logarithm + share * log(power.frobeniusNorm))
  }
}
