// Texts in which combining marks do not pile up without end.

import Foundation

/// Unicode's Stream-Safe Text Format (UAX #15, "Unicode Normalization Forms", section 13): at most
/// 30 non-starters in a row, as many as no writing system needs. Whoever compares, hashes or
/// normalises a text sorts such a run, in a time that grows with the square of its length.
extension String {
  private static let longestRun = 30
  /// U+034F, COMBINING GRAPHEME JOINER, which parts a run and looks like nothing.
  private static let joiner: Unicode.Scalar = "\u{34F}"

  var isStreamSafe: Bool {
    // Non-starters begin with U+0300, in UTF-8 with the byte CC; the bytes that follow a first one
    // are below.
    if utf8.allSatisfy({ $0 < 0xCC }) { return true }
    var run = 0
    for scalar in unicodeScalars {
      run = scalar.isNonStarter ? run + 1 : 0
      if run > String.longestRun { return false }
    }
    return true
  }

  /// The text with a joiner after each 30 non-starters that stand in a row before another: the
  /// Stream-Safe Text Process.
  var streamSafe: String {
    if isStreamSafe { return self }
    var (text, run) = (UnicodeScalarView(), 0)
    for scalar in unicodeScalars {
      run = scalar.isNonStarter ? run + 1 : 0
      if run > String.longestRun {
        text.append(String.joiner)
        run = 1
      }
      text.append(scalar)
    }
    return String(text)
  }
}

extension String {
  /// The scalars of the canonically composed form (NFC). Foundation's composition takes a time that
  /// grows with the square of the text's length where there are many marks, so that it gets a piece
  /// at a time.
  var composed: UnicodeScalarView {
    // What is ASCII is composed.
    if utf8.allSatisfy({ $0 < 0x80 }) { return unicodeScalars }
    let longest = 1000
    var (result, piece, length) = (UnicodeScalarView(), UnicodeScalarView(), 0)
    for scalar in unicodeScalars {
      if length >= longest, scalar.beginsComposition {
        result += String(piece).precomposedStringWithCanonicalMapping.unicodeScalars
        (piece, length) = (.init(), 0)
      }
      piece.append(scalar)
      length += 1
    }
    return result + String(piece).precomposedStringWithCanonicalMapping.unicodeScalars
  }
}

extension Unicode.Scalar {
  /// Whether nothing that stands before it changes it, or changes with it, when a text is composed.
  /// Those that may change are marks, the vowels and finals of Hangul, and vowel signs of Kirat
  /// Rai.
  var beginsComposition: Bool {
    switch value {
    case ..<0x300: return true
    case 0x1160...0x11FF, 0x16D63...0x16D6A: return false
    default: break
    }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return false
    default: return !isNonStarter
    }
  }

  /// Whether its canonical decomposition begins with a scalar that has a combining class. Three
  /// vowel signs of Tibetan have none themselves.
  var isNonStarter: Bool {
    switch value {
    case ..<0x300: false
    case 0xF73, 0xF75, 0xF81: true
    default: properties.canonicalCombiningClass != .notReordered
    }
  }
}
