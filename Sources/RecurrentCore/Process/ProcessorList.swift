// Processor lists: sets of processors as Linux writes them.

/// The lists of processor numbers and node numbers in files of /proc and /sys, such as
/// "0-3,8,12-15": numbers and ranges, ascending and disjoint.
enum ProcessorList {
  /// The numbers that Linux gives to processors are below this one; it has no greater builds.
  static let limit = 8192

  /// The numbers of a list, ascending; none of an empty one.
  ///
  /// - Parameter text: the text of a file, with or without a line break.
  /// - Returns: nil if it is no such list, or has a number that is not below `limit`.
  static func numbers(_ text: String) -> [Int]? {
    let text = text.split(whereSeparator: \.isWhitespace)
    guard text.count <= 1 else { return nil }
    var numbers: [Int] = []
    for part in text.first?.split(separator: ",", omittingEmptySubsequences: false) ?? [] {
      let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends[0], let last = ends[ends.count - 1], first > numbers.last ?? -1, first <= last,
        last < limit
      else { return nil }
      numbers += first...last
    }
    return numbers
  }
}
