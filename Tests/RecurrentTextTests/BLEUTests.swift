// BLEU: equal to sacreBLEU's scores.

import Recurrent
import Testing

@Suite struct BLEUTests {
  struct Example: Sendable {
    let hypotheses: [String]
    let references: [String]
    let score: Double
    let precisions: [Double]
    let brevityPenalty: Double
    let lengthRatio: Double
  }

  /// From sacreBLEU 2.6.0, `BLEU(tokenize="none", smooth_method="none").corpus_score`.
  static let examples = [
    Example(
      hypotheses: ["the cat sat on the mat"], references: ["the cat sat on a mat"], score: 53.7284965911771,
      precisions: [83.33333333333333, 60, 50, 33.333333333333336], brevityPenalty: 1, lengthRatio: 1),
    // Papineni's example of why matches are clipped.
    Example(
      hypotheses: ["the the the the the the the"], references: ["the cat is on the mat"], score: 0,
      precisions: [28.571428571428573, 0, 0, 0], brevityPenalty: 1, lengthRatio: 1.1666666666666667),
    Example(
      hypotheses: [
        "it is a guide to action which ensures that the military always obeys the commands of the party",
        "he read the book because he was interested in world history",
      ],
      references: [
        "it is a guide to action that ensures that the military will forever heed party commands",
        "he was interested in world history because he read the book",
      ], score: 53.7346712159519, precisions: [79.3103448275862, 62.96296296296296, 48, 34.78260869565217],
      brevityPenalty: 1, lengthRatio: 1.0740740740740742),
    Example(
      hypotheses: ["the red house stands", "on a hill near"],
      references: ["the red house stands on the hill", "on a hill near the river"],
      score: 53.52614285189905, precisions: [100, 100, 100, 100], brevityPenalty: 0.5352614285189903,
      lengthRatio: 0.6153846153846154),
    Example(
      hypotheses: [""], references: ["a b"], score: 0, precisions: [0, 0, 0, 0], brevityPenalty: 0, lengthRatio: 0),
  ]

  @Test(arguments: examples) func figuresAreSacreBLEUs(_ example: Example) {
    var bleu = BLEU()
    for (hypothesis, reference) in zip(example.hypotheses, example.references) {
      bleu.add(hypothesis: hypothesis.split(separator: " "), reference: reference.split(separator: " "))
    }
    #expect(abs(bleu.score - example.score) < 1e-9)
    #expect(zip(bleu.precisions, example.precisions).allSatisfy { abs($0 - $1) < 1e-9 })
    #expect(abs(bleu.brevityPenalty - example.brevityPenalty) < 1e-12)
    #expect(abs(bleu.lengthRatio - example.lengthRatio) < 1e-12)
  }

  @Test func theReferenceItselfIsPerfect() {
    var bleu = BLEU()
    #expect(bleu.score == 0)
    bleu.add(hypothesis: [1, 2, 3, 4, 5], reference: [1, 2, 3, 4, 5])
    #expect(abs(bleu.score - 100) < 1e-9)
  }

  /// A word shorter than four tokens has no 4-gram, so the corpus has to have one elsewhere.
  @Test func sentencesTooShortForAnNGramAddNoneOfIt() {
    var bleu = BLEU()
    bleu.add(hypothesis: [1, 2, 3], reference: [1, 2, 3])
    #expect(bleu.precisions == [100, 100, 100, 0] as [Double] && bleu.score == 0)
    bleu.add(hypothesis: [1, 2, 3, 4], reference: [1, 2, 3, 4])
    #expect(abs(bleu.score - 100) < 1e-9)
  }
}
