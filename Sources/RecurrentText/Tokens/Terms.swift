// Terms: the words or character n-grams that the baselines count.

import RecurrentCore

/// The words of a text in lower case, split at white space. Each punctuation mark or symbol is a
/// separate term: "Isn't it?" gives "isn", "'", "t", "it", "?".
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

/// All n-grams of 1 to `longest` characters (`Vectoriser.Unit.character`), by start and then by
/// length: "né" up to 2 gives "n", "né", "é".
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
  /// The indices of a document's terms, without unknown terms and special tokens.
  func terms(_ document: [String]) -> [Int] { document.map { self[$0] }.filter { $0 >= Vocabulary.special.count } }

  /// The indices of a document's different terms in ascending order, with their counts.
  func counts(_ document: [String]) -> [(term: Int, count: Int)] {
    var counts: [(term: Int, count: Int)] = []
    for term in terms(document).sorted() {
      if counts.last?.term == term { counts[counts.count - 1].count += 1 } else { counts.append((term, 1)) }
    }
    return counts
  }
}
