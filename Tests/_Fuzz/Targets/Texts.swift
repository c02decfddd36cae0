// Fuzz targets: inputs of trained systems, vocabularies, terms and scores.

import Foundation
import Recurrent

extension FuzzTarget {
  /// Input lines of models of the six systems, as in `recurrent predict`.
  static let predictions = FuzzTarget(
    name: "predictions", share: 30, format: .lines(UInt8(ascii: ",")), words: ["the", "dog", "."]
  ) {
    ["Ada, \"Bé\" (O'Neill)", "ja . nein", TinySystems.pixels].map { Array($0.utf8) }
  } reader: { _ in
    let backend = try Backends.make(threads: 1)
    let models: [any TextSystem] = try [
      TinySystems.names.model(), TinySystems.charlm.model(), TinySystems.sentiment.model(), TinySystems.tagger.model(),
      TinySystems.translate.model { $0.attention = .general }, TinySystems.caption.model(),
    ]
    return { input in
      let model = models[Int(digest(input) % UInt64(models.count))]
      // The caption writer takes numbers and refuses other lines.
      do { try ask(model, String(decoding: input, as: UTF8.self), backend) } catch is RecurrentError {}
    }
  }

  /// Vocabularies, terms and scores of texts.
  static let texts = FuzzTarget(name: "texts", share: 40, format: .lines(UInt8(ascii: " "))) {
    ["the dog saw the cat", "e\u{301}tude 한국어 d \u{301} x", "a\u{301}\u{323}\u{301}\u{323} 👨‍👩‍👧 ﬁ"]
      .map { Array($0.utf8) }
  } reader: { _ in
    { input in
      // Limited, since a dozen linear-time results are computed from each text.
      let text = String(decoding: input.prefix(1 << 18), as: UTF8.self)
      for unit in [Vectoriser.Unit.character, .word] {
        let vectoriser = Vectoriser(unit, counting: [text])
        let numbers = vectoriser(text)
        let special = ["<padding>", "<unknown>", "<begin>", "<end>"].contains { text.contains($0) }
        if !special, numbers.contains(vectoriser.vocabulary.unknown) {
          fail("a text has tokens that are not in its own vocabulary")
        }
        let again = vectoriser.text(of: numbers)
        if !special, Vectoriser.tokens(of: again, unit) != Vectoriser.tokens(of: text, unit) {
          fail("a text made of a text's tokens has other tokens")
        }
        let file = try! JSONEncoder().encode(vectoriser)
        if try! JSONDecoder().decode(Vectoriser.self, from: file) != vectoriser {
          fail("a vocabulary written and read again is another one")
        }
      }
      var bleu = BLEU()
      let words = Vectoriser.tokens(of: text, .word)
      bleu.add(hypothesis: words, reference: words.reversed())
      bleu.add(hypothesis: words, reference: words)
      if !(0...100.001 ~= bleu.score) { fail("a BLEU score of \(bleu.score)") }
      _ = (wordTerms(text), characterTerms(text, upTo: 3))
    }
  }
}
