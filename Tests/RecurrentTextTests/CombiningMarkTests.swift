// Combining marks: none is lost, and long runs of them take linear time.

import Foundation
import Recurrent
import Testing

@Suite struct CombiningMarkTests {
  /// Two marks whose order a comparison has to sort, over and over: half a million of each.
  private static let pile = String(
    String.UnicodeScalarView((0..<1_000_000).map { $0 % 2 == 0 ? "\u{301}" : "\u{323}" }))

  private static func scalars(_ tokens: [String]) -> [[UInt32]] { tokens.map { $0.unicodeScalars.map(\.value) } }

  /// With the space before it, a mark is one character, which is white space.
  @Test func aMarkAfterWhiteSpaceIsKept() {
    for space in [" ", "\t", "\n", "\r\n", "\u{A0}", "\u{3000}", "\u{2028}", " \n "] {
      #expect(
        CombiningMarkTests.scalars(Vectoriser.tokens(of: "d\(space)\u{301}e\(space)\u{301}", .word)) == [
          [0x64], [0x301, 0x65], [0x301],
        ])
      #expect(
        CombiningMarkTests.scalars(wordTerms("D\(space)\u{301}e\(space)\u{301}")) == [[0x64], [0x301, 0x65], [0x301]])
    }
    #expect(Vocabulary(counting: Vectoriser.tokens(of: "a \u{301}", .word)).contains("\u{301}"))
    #expect(Vectoriser.tokens(of: " \u{301}", .character) == [" ", "\u{301}"])
  }

  /// From sacreBLEU 2.6.0, `BLEU(tokenize="none", smooth_method="none").corpus_score`.
  @Test func bleuSeesTheMark() {
    var bleu = BLEU()
    for (hypothesis, reference) in [
      ("a b c d \u{301}e", "a b c d e"), ("the man goes there .", "the man goes there ."),
    ] {
      bleu.add(hypothesis: Vectoriser.tokens(of: hypothesis, .word), reference: Vectoriser.tokens(of: reference, .word))
    }
    #expect(abs(bleu.score - 83.759) < 1e-3)
  }

  @Test func aTaggerReadsTheMark() throws {
    var settings = Tagger.defaults(for: .builtIn(isTest: false))
    settings.heldOut = 0
    (settings.epochs, settings.hiddenSize) = (1, 4)
    let samples = [
      TaggedSentence(words: ["d", "\u{301}e"], tags: ["X", "\u{301}"]),
      TaggedSentence(words: ["(", "!", ")"], tags: ["X", "X", "X"]),
    ]
    let (model, _) = try Tagger.train(on: samples, settings: settings, progress: .none, backend: SystemTests.backend)
    #expect(model.vocabularies.tags == ["X", "\u{301}"] && model.vocabularies.words.contains("\u{301}e"))
    let answer = try SystemTests.answer(model, "d \u{301}e (\"\u{301}!\u{301})")
    let words = answer.unicodeScalars.split(separator: "\t").map { String(Substring($0)) }
    #expect(
      CombiningMarkTests.scalars(words).map { $0.prefix { $0 != 0x2F } } == [
        [0x64], [0x301, 0x65], [0x28], [0x22, 0x301], [0x21, 0x301], [0x29],
      ])
  }

  /// Unicode's Stream-Safe Text Format: a joiner after 30 non-starters that others follow.
  @Test func longRunsOfMarksAreParted() {
    func file(_ marks: Int) -> String {
      TextFile(name: "a", text: "e" + String(repeating: "\u{301}", count: marks) + "f").text
    }
    func places(_ text: String) -> [Int] {
      text.unicodeScalars.enumerated().filter { $0.element == "\u{34F}" }.map(\.offset)
    }
    #expect(places(file(30)).isEmpty && file(30).unicodeScalars.count == 32)
    #expect(places(file(31)) == [31] && file(31).unicodeScalars.count == 34)
    #expect(places(file(61)) == [31, 62] && places(file(60)) == [31])
    // Every scalar that begins with a mark when it is decomposed counts as one, and no other.
    for value in UInt32(0)..<0x2_0000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let first = String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars.first!
      let isParted =
        TextFile(name: "a", text: String(repeating: String(scalar), count: 31)).text.unicodeScalars.count == 32
      if isParted != (first.properties.canonicalCombiningClass != .notReordered) {
        Issue.record("U+\(String(value, radix: 16))")
      }
    }
  }

  /// Each of these would take minutes if sorting a pile took the square of its height. (No time is
  /// asserted.)
  @Test func aPileOfMarksTakesNoTime() throws {
    let pile = CombiningMarkTests.pile
    #expect(Vectoriser.tokens(of: "a" + pile, .character).count > 1_000_000)
    #expect(Vocabulary(counting: Vectoriser.tokens(of: "a \(pile) b", .word)).count == 4 + 3)
    #expect(wordTerms("A" + pile + " b").count == 2 && characterTerms(pile).count > 1_000_000)
    try DataSourceTests.withFiles([
      "a.tsv": "a\(pile)\tb\(pile)\na\tc\n",
      "b.conllu": "1\t\(pile)\t_\tX\(pile)" + String(repeating: "\t_", count: 6) + "\n", "c": "a \(pile)\n",
    ]) { folder in
      let labelled = try NameClassifier.samples(in: .path(folder + "/a.tsv"))
      #expect(Set(labelled.map(\.label)).count == 2 && Set(labelled.map(\.text)).count == 2)
      let sentences = try Tagger.samples(in: .path(folder + "/b.conllu"))
      let vocabularies = try Tagger.vocabularies(of: sentences, Tagger.defaults)
      #expect(vocabularies.tags.count == 1)
      let pairs = try Translator.samples(in: .pair(source: folder + "/c", target: folder + "/c"))
      #expect(
        try Translator.vocabularies(of: pairs, Translator.defaults(for: .builtIn(isTest: false))).source.vocabulary
          .count == 4 + 2)
    }
  }

  /// Piece by piece: the same as at once, wherever a piece may end.
  @Test func longTextsAreComposedInPieces() {
    let parts = [
      "a\u{301}", "\u{1112}\u{1161}\u{11AB}", "\u{B4}", "\u{30AB}\u{3099}", "x", "\u{9C7}\u{9BE}", "\u{1E0A}\u{323}",
      "\u{16D67}\u{16D67}", "\u{F71}\u{F72}",
    ]
    var random = RandomStream(seed: 1)
    let text = (0..<5000).map { _ in parts.randomElement(using: &random)! }.joined()
    #expect(
      Vectoriser.tokens(of: text, .character)
        == text.precomposedStringWithCanonicalMapping.unicodeScalars.map { String($0) })
    #expect(Vectoriser.tokens(of: String(repeating: "a\u{301}", count: 1_000_000), .character).count == 1_000_000)
  }

  /// In what a model's file says.
  @Test func vocabulariesWithPilesOfMarksAreRefused() throws {
    let pile = CombiningMarkTests.pile
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Vocabulary.self, from: JSONEncoder().encode(["a", pile]))
    }
    let letters = try JSONEncoder().encode(Vectoriser(.character, counting: ["a"]))
    let classes = ["b", "a" + pile]
    let text =
      Data(#"{"characters": "#.utf8) + letters + Data(#", "classes": "#.utf8) + (try JSONEncoder().encode(classes))
      + Data("}".utf8)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(ClassifierVocabularies.self, from: text) }
  }
}
