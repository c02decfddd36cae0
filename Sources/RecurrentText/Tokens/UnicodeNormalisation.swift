// Unicode normalisation: stream-safe text and canonical composition (NFC), in linear time.

import Foundation

/// Unicode's Stream-Safe Text Format (UAX #15, "Unicode Normalization Forms", section 13): at most
/// 30 non-starters in a row, more than any writing system needs. Comparing, hashing and normalising
/// sort each such run, in time quadratic in its length.
extension String {
  private static let longestRun = 30
  /// U+034F, COMBINING GRAPHEME JOINER: an invisible starter, which ends a run.
  private static let joiner: Unicode.Scalar = "\u{34F}"

  var isStreamSafe: Bool {
    // The first non-starter is U+0300, whose UTF-8 begins with the byte CC. Continuation bytes are
    // smaller.
    if utf8.allSatisfy({ $0 < 0xCC }) { return true }
    var run = 0
    for scalar in unicodeScalars {
      run = scalar.isNonStarter ? run + 1 : 0
      if run > String.longestRun { return false }
    }
    return true
  }

  /// The text with a joiner after every 30 non-starters of a longer run: the Stream-Safe Text
  /// Process.
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
  /// The scalars of the canonically composed form (NFC). Foundation's composition is quadratic in
  /// the length of texts with many marks, so the text is composed in pieces.
  var composed: UnicodeScalarView {
    // ASCII is already composed.
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
  /// Whether composition never combines this scalar with the ones before it. The scalars that may
  /// combine are marks, Hangul vowels and finals, and vowel signs of Kirat Rai.
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

  /// Whether the canonical decomposition begins with a scalar of non-zero combining class. Three
  /// Tibetan vowel signs have class 0 themselves.
  var isNonStarter: Bool {
    switch value {
    case ..<0x300: false
    case 0xF73, 0xF75, 0xF81: true
    default: properties.canonicalCombiningClass != .notReordered
    }
  }
}
