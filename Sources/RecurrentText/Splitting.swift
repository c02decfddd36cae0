// How texts come apart: at Unicode scalars, never at characters.
//
// A combining mark is one `Character` with what stands before it, be that a space, a tab or a "#".
// Text that is cut by `Character` loses the mark with the space, or does not see the tab.

extension Unicode.Scalar {
  /// Unicode's White_Space: spaces, tabs, and what ends lines and paragraphs.
  var isWhiteSpace: Bool { isASCII ? value == 0x20 || 0x09...0x0D ~= value : properties.isWhitespace }
}

extension Substring {
  /// What lies between white space.
  var words: [Substring] { unicodeScalars.split(whereSeparator: \.isWhiteSpace).map { Substring($0) } }

  /// Without anything but white space.
  var isBlank: Bool { unicodeScalars.allSatisfy(\.isWhiteSpace) }

  /// Without the white space at both ends.
  var trimmed: Substring {
    let scalars = unicodeScalars.drop(while: \.isWhiteSpace)
    guard let last = scalars.lastIndex(where: { !$0.isWhiteSpace }) else { return "" }
    return Substring(scalars[...last])
  }

  /// What lies between separators; nil when these are more than `limit` columns, of which no more
  /// are looked for.
  func columns(_ separator: UInt8, upTo limit: Int) -> [Substring]? {
    let columns = utf8.split(separator: separator, maxSplits: limit, omittingEmptySubsequences: false)
    return columns.count <= limit ? columns.map { Substring($0) } : nil
  }

  /// How many columns there are, for those who are told that these are too many.
  func columnCount(_ separator: UInt8) -> Int { 1 + utf8.count { $0 == separator } }
}
