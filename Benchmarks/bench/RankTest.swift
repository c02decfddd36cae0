// Rank test: the Mann-Whitney U test, which assumes no distribution of the noise.

import Foundation

/// The Mann-Whitney U test.
enum RankTest {
  /// The one-sided Mann-Whitney U test: the probability that `later` ranks as high or higher among
  /// both samples if they come from the same distribution. Uses the normal approximation with
  /// corrections for ties and continuity, accurate from about eight values per sample; 1 if a
  /// sample is empty.
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
      // Equal values get the mean of their ranks, which start at 1.
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
