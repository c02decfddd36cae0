// Precision drift: how far a model in a lower precision departs from itself in float32, over time.

import RecurrentCore

/// The drift of a language model in a lower precision from the same model in float32.
///
/// Both read the same text and carry their states from its first character to its last. If errors
/// accumulated in the states, the differences would grow with the steps.
package struct PrecisionDrift {
  /// |ln p - ln q| at each step, where p and q are the probabilities of the character that follows.
  package let differences: [Float]

  /// Compares the log-probabilities of the same characters in two precisions. Precondition: as many
  /// of one as of the other.
  package init(_ lower: [Float], _ reference: [Float]) {
    require(
      lower.count == reference.count,
      "PrecisionDrift: \(lower.count) and \(reference.count) log-probabilities, expected as many of both")
    differences = zip(lower, reference).map { abs($0 - $1) }
  }

  /// The differences of consecutive steps.
  package struct Part {
    /// The steps, from 0.
    package let steps: Range<Int>
    /// The mean and the greatest difference; NaN if one is.
    package let mean, greatest: Double
  }

  /// The parts of `size` steps; the last may have fewer. Precondition: `size` is 1 or more.
  package func parts(of size: Int) -> [Part] {
    stride(from: 0, to: differences.count, by: size).map { first in
      let steps = first..<min(first + size, differences.count)
      let part = differences[steps]
      return Part(
        steps: steps, mean: part.reduce(0) { $0 + Double($1) } / Double(part.count),
        greatest: part.reduce(0) { $0 > Double($1) || $0.isNaN ? $0 : Double($1) })
    }
  }
}
