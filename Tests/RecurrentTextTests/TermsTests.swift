// Terms: words and character n-grams of a text.

import Recurrent
import Testing

@Suite struct TermsTests {
  @Test func wordsAndMarks() {
    #expect(wordTerms("") == [String]() && wordTerms(" \n\t ") == [String]())
    #expect(wordTerms("Isn't it?") == ["isn", "'", "t", "it", "?"] as [String])
    #expect(wordTerms("A  b\u{A0}C\u{3000}d") == ["a", "b", "c", "d"] as [String])
    #expect(wordTerms("¿Qué? 3€") == ["¿", "qué", "?", "3", "€"] as [String])
    #expect(wordTerms("e\u{301}t") == ["e\u{301}t"] as [String])
    #expect(wordTerms("나무、木。") == ["나무", "、", "木", "。"] as [String])
  }

  @Test func charactersAreUnicodeScalars() {
    #expect(characterTerms("") == [String]())
    #expect(characterTerms("née") == ["n", "é", "e"] as [String])
    // Two scalars that are one when composed.
    #expect(characterTerms("e\u{301}").map(\.unicodeScalars.count) == [1])
    #expect(characterTerms("Abc", upTo: 2) == ["A", "Ab", "b", "bc", "c"] as [String])
    #expect(characterTerms("ab", upTo: 5) == ["a", "ab", "b"] as [String])
  }
}
