// Printable text: escapes control characters in text from outside, and shortens it.

extension Unicode.Scalar {
  /// Whether the scalar controls a terminal instead of being shown: C0 and C1 controls, DEL, line
  /// and paragraph separators, and bidirectional controls.
  fileprivate var isControl: Bool {
    if isASCII { return value < 0x20 || value == 0x7F }
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return true
    default: return properties.isBidiControl
    }
  }
}

extension String {
  /// The text with control characters escaped as in Swift, for example `\u{1B}`. If `multiline`,
  /// line breaks and tabs stay.
  package func printable(multiline: Bool = false) -> String {
    func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
      scalar.isControl && !(multiline && (scalar == "\n" || scalar == "\t"))
    }
    guard unicodeScalars.contains(where: isEscaped) else { return self }
    var text = UnicodeScalarView()
    for scalar in unicodeScalars {
      if isEscaped(scalar) {
        text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars
      } else {
        text.append(scalar)
      }
    }
    return String(text)
  }

  /// The text, shortened in the middle if it has more than `limit` Unicode scalars.
  package func shortened(to limit: Int = 1000) -> String {
    let excess = unicodeScalars.count - limit
    guard excess > 0 else { return self }
    let (head, tail) = (unicodeScalars.prefix(limit - limit / 2), unicodeScalars.suffix(limit / 2))
    return "\(String(head))… (\(excess) characters left out) …\(String(tail))"
  }
}
