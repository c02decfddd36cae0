// Whether one sample is larger than another, whatever the shape of their noise.

import Foundation

enum RankTest {
  /// The one-sided Mann-Whitney U test: how probable it is that `later` ranks so high among both
  /// samples, or higher, when they come from the same distribution. By the normal approximation
  /// with corrections for ties and continuity, good from about eight values in each on; 1 when
  /// either is empty.
  ///
  /// Mann & Whitney 1947, "On a Test of Whether one of Two Random Variables is Stochastically
  /// Larger than the Other".
  static func probability(that later: [Double], isNoLargerThan earlier: [Double]) -> Double {
    let (m, n) = (Double(later.count), Double(earlier.count))
    guard m > 0, n > 0 else { return 1 }
    let all = (later.map { (value: $0, isLater: true) } + earlier.map { (value: $0, isLater: false) }).sorted {
      $0.value < $1.value
    }
    var (rankSum, ties) = (0.0, 0.0)
    var first = 0
    while first < all.count {
      var end = first
      while end < all.count, all[end].value == all[first].value { end += 1 }
      // Equal values share the mean of their ranks, which begin with 1.
      let rank = Double(first + end + 1) / 2
      rankSum += rank * Double(all[first..<end].count { $0.isLater })
      let tied = Double(end - first)
      ties += tied * tied * tied - tied
      first = end
    }
    let u = rankSum - m * (m + 1) / 2
    let total = m + n
    let variance = m * n / 12 * (total + 1 - ties / (total * (total - 1)))
    guard variance > 0 else { return 1 }  // all equal
    return erfc((u - m * n / 2 - 0.5) / (2 * variance).squareRoot()) / 2
  }
}
