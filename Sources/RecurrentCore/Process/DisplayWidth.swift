// The columns that text takes on a terminal, and what is aligned, cut and wrapped by them.

extension Unicode.Scalar {
  /// The blocks of Unicode's East Asian Wide and Fullwidth characters (Unicode Standard Annex 11);
  /// emoji are known by a property of their own.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE10...0xFE19,
    0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
  ]

  /// 0 for marks that join the character before them, 2 for wide characters, else 1.
  fileprivate var displayWidth: Int {
    if isASCII { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    case .format where value != 0xAD: return 0  // all but the soft hyphen
    default: break
    }
    // Vowels and final consonants of Hangul, which join the first one.
    if 0x1160...0x11FF ~= value || 0xD7B0...0xD7FF ~= value { return 0 }
    return properties.isEmojiPresentation && !(0x1F1E6...0x1F1FF ~= value)
      || Unicode.Scalar.wide.contains { $0 ~= value } ? 2 : 1
  }
}

extension StringProtocol {
  /// The columns that the text takes on a terminal. Emoji that are joined to one another are as
  /// wide as the first.
  package var displayWidth: Int {
    var (width, previous) = (0, 0 as UInt32)
    for scalar in unicodeScalars {
      let isJoined = previous == 0x200D || scalar.properties.isEmojiModifier && previous != 0
      if !isJoined { width += scalar.displayWidth }
      previous = scalar.value
    }
    return width
  }

  /// As many of the first characters as take up to `columns`.
  package func prefix(columns: Int) -> String {
    var (text, left) = ("", columns)
    for character in self {
      left -= String(character).displayWidth
      if left < 0 { break }
      text.append(character)
    }
    return text
  }

  /// The text without its middle, in up to `columns`, three or more.
  package func shortened(toColumns columns: Int) -> String {
    if displayWidth <= columns { return String(self) }
    let room = Swift.max(0, columns - 3)
    return prefix(columns: room - room / 2) + "..." + String(String(reversed()).prefix(columns: room / 2).reversed())
  }

  /// The text in lines of up to `columns`, each but the first indented, parted at spaces: a longer
  /// word has a line of its own.
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
