// Vectoriser: texts to token indices, and back.

import Recurrent
import Testing

@Suite struct VectoriserTests {
  @Test func charactersComeBackAsTheyWere() {
    let text = "한글 é\n\"O'Neàl\" 👍🏽\t<padding>"
    let vectoriser = Vectoriser(.character, counting: [text])
    #expect(vectoriser.text(of: vectoriser(text)) == text)
    // Each is one: not "<padding>", nor the thumb with its colour.
    #expect(vectoriser("한글").count == 2 && vectoriser("<padding>").count == 9 && vectoriser("👍🏽").count == 2)
  }

  /// The same letters, however they are written: composed, or as a letter with its mark, or as the
  /// jamo of a syllable.
  @Test func decomposedTextHasTheSameNumbers() {
    let vectoriser = Vectoriser(.character, counting: ["한é"])
    #expect(vectoriser("\u{1112}\u{1161}\u{11AB}e\u{301}") == vectoriser("한é"))
    #expect(!vectoriser("한é").contains(vectoriser.vocabulary.unknown))
  }

  @Test func wordsAreWhatLiesBetweenWhiteSpace() {
    let vectoriser = Vectoriser(.word, counting: ["a man , a dog .", "a\u{A0}man"], minimum: 2)
    #expect(vectoriser.vocabulary == Vocabulary(["a", "man"]))
    let v = vectoriser.vocabulary
    #expect(vectoriser("a  cat\n a") == [v["a"], v.unknown, v["a"]])
    #expect(vectoriser.text(of: [v.begin, v["a"], v["man"], v.end, v.padding]) == "a man")
    #expect(vectoriser("").isEmpty && vectoriser.text(of: []).isEmpty)
  }
}
