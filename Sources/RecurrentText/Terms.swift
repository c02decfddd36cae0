// What a text is to those who only count: terms, words or characters.

import RecurrentCore

/// The words of a text in lower case, split at white space; each punctuation mark or symbol is a
/// term of its own: "Isn't it?" gives "isn", "'", "t", "it", "?".
public func wordTerms(_ text: String) -> [String] {
  var terms: [String] = []
  var word = String.UnicodeScalarView()
  func endWord() {
    if !word.isEmpty { terms.append(String(word)) }
    word = .init()
  }
  for scalar in text.streamSafe.lowercased().unicodeScalars {
    if scalar.isWhiteSpace {
      endWord()
    } else if scalar.isMark {
      endWord()
      terms.append(String(scalar))
    } else {
      word.append(scalar)
    }
  }
  endWord()
  return terms
}

/// All runs of 1 to `longest` characters (`Vectoriser.Unit.character`), those that begin first
/// coming first: "né" up to 2 gives "n", "né", "é".
public func characterTerms(_ text: String, upTo longest: Int = 1) -> [String] {
  require(longest >= 1, "characterTerms: upTo \(longest) must be one or more")
  let characters = Vectoriser.tokens(of: text, .character)
  return characters.indices.flatMap { first in
    (first + 1...min(first + longest, characters.count)).map { characters[first..<$0].joined() }
  }
}

extension Unicode.Scalar {
  /// Whether this is punctuation or a symbol.
  fileprivate var isMark: Bool {
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation,
      .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
      true
    default: false
    }
  }
}

extension Vocabulary {
  /// The numbers of a document's terms, those left out that are not in the list: the special tokens
  /// are no terms.
  func terms(_ document: [String]) -> [Int] { document.map { self[$0] }.filter { $0 >= Vocabulary.special.count } }

  /// The same, each once, with how often it is there, by number.
  func counts(_ document: [String]) -> [(term: Int, count: Int)] {
    var counts: [(term: Int, count: Int)] = []
    for term in terms(document).sorted() {
      if counts.last?.term == term { counts[counts.count - 1].count += 1 } else { counts.append((term, 1)) }
    }
    return counts
  }
}
