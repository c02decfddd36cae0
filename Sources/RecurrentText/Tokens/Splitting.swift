// Splitting of text into words and columns, at Unicode scalars.
//
// A combining mark forms one `Character` with the scalar before it, even if that is a space, a tab
// or a "#". Splitting by `Character` would lose the mark with the space, or miss the tab.

extension Unicode.Scalar {
  /// Unicode's White_Space: spaces, tabs, line and paragraph separators.
  var isWhiteSpace: Bool { isASCII ? value == 0x20 || 0x09...0x0D ~= value : properties.isWhitespace }
}

extension Substring {
  /// The parts between white space.
  var words: [Substring] { unicodeScalars.split(whereSeparator: \.isWhiteSpace).map { Substring($0) } }

  /// Whether the text is empty or all white space.
  var isBlank: Bool { unicodeScalars.allSatisfy(\.isWhiteSpace) }

  /// The text without white space at both ends.
  var trimmed: Substring {
    let scalars = unicodeScalars.drop(while: \.isWhiteSpace)
    guard let last = scalars.lastIndex(where: { !$0.isWhiteSpace }) else { return "" }
    return Substring(scalars[...last])
  }

  /// The columns between separators; nil if there are more than `limit`.
  func columns(_ separator: UInt8, upTo limit: Int) -> [Substring]? {
    let columns = utf8.split(separator: separator, maxSplits: limit, omittingEmptySubsequences: false)
    return columns.count <= limit ? columns.map { Substring($0) } : nil
  }

  /// The number of columns, for error messages.
  func columnCount(_ separator: UInt8) -> Int { 1 + utf8.count { $0 == separator } }
}
