// Display width: the columns that text takes on a terminal; truncation and wrapping by width.

extension Unicode.Scalar {
  /// The blocks of Unicode's East Asian Wide and Fullwidth characters (Unicode Standard Annex 11).
  /// Emoji are recognised by their own property.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE10...0xFE19,
    0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
  ]

  /// The columns that the scalar takes: 0 for marks that combine with the character before them, 2
  /// for wide characters, else 1.
  fileprivate var displayWidth: Int {
    if isASCII { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    case .format where value != 0xAD: return 0  // all but the soft hyphen
    default: break
    }
    // Hangul vowels and final consonants combine with the first consonant.
    if 0x1160...0x11FF ~= value || 0xD7B0...0xD7FF ~= value { return 0 }
    return properties.isEmojiPresentation && !(0x1F1E6...0x1F1FF ~= value)
      || Unicode.Scalar.wide.contains { $0 ~= value } ? 2 : 1
  }
}

extension StringProtocol {
  /// The columns that the text takes on a terminal. Emoji joined to one another are as wide as the
  /// first.
  package var displayWidth: Int {
    var (width, previous) = (0, 0 as UInt32)
    for scalar in unicodeScalars {
      let isJoined = previous == 0x200D || scalar.properties.isEmojiModifier && previous != 0
      if !isJoined { width += scalar.displayWidth }
      previous = scalar.value
    }
    return width
  }

  /// The longest prefix of whole characters that takes at most `columns` columns.
  package func prefix(columns: Int) -> String {
    var (text, left) = ("", columns)
    for character in self {
      left -= String(character).displayWidth
      if left < 0 { break }
      text.append(character)
    }
    return text
  }

  /// The text, shortened in the middle to at most `columns` columns, which must be three or more.
  package func shortened(toColumns columns: Int) -> String {
    if displayWidth <= columns { return String(self) }
    let room = Swift.max(0, columns - 3)
    return prefix(columns: room - room / 2) + "..." + String(String(reversed()).prefix(columns: room / 2).reversed())
  }

  /// The text, wrapped at spaces into lines of at most `columns` columns; all lines but the first
  /// are indented. A longer word has a line of its own.
  package func wrapped(to columns: Int, indent: Int = 0) -> String {
    var (lines, width): ([String], Int) = ([], 0)
    for word in split(separator: " ", omittingEmptySubsequences: false) {
      let more = word.displayWidth
      if lines.isEmpty {
        lines.append(String(word))
        width = more
      } else if width + 1 + more <= columns || width == 0 {
        lines[lines.count - 1] += " " + word
        width += 1 + more
      } else {
        lines.append(String(repeating: " ", count: indent) + word)
        width = indent + more
      }
    }
    return lines.joined(separator: "\n")
  }
}
