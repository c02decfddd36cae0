// Confusion matrix: precision, recall and F1 equal to scikit-learn's.

import Recurrent
import Testing

@Suite struct ConfusionMatrixTests {
  private let confusion = ConfusionMatrix(
    classes: ["Arabic", "Chinese", "Korean", "Dutch", "Irish", "Greek"], truth: [0, 0, 0, 1, 1, 2, 4],
    predictions: [0, 0, 1, 1, 2, 2, 5])

  @Test func figuresOfClasses() {
    #expect(confusion.total == 7)
    #expect(confusion.accuracy == 4.0 / 7)
    #expect((0..<6).map(confusion.support) == [3, 2, 1, 0, 1, 0] as [Int])
    #expect((0..<6).map(confusion.precision) == [1, 0.5, 0.5, 0, 0, 0] as [Double])
    #expect((0..<6).map(confusion.recall) == [2.0 / 3, 0.5, 1, 0, 0, 0] as [Double])
    #expect((0..<6).map(confusion.f1) == [0.8, 0.5, 2.0 / 3, 0, 0, 0] as [Double])
    #expect(confusion[0, 1] == 1 && confusion[1, 0] == 0)
  }

  /// Over five classes: Irish is never predicted and Greek never true, which counts as 0; Dutch is
  /// neither, and does not count.
  @Test func macroF1IsOverClassesThatOccur() { #expect(abs(confusion.macroF1 - 0.39333333333333337) < 1e-15) }

  @Test func addingOneByOneIsTheSame() {
    var other = ConfusionMatrix(classes: confusion.classes)
    for (truth, prediction) in zip([0, 0, 0, 1, 1, 2, 4], [0, 0, 1, 1, 2, 2, 5]) {
      other.add(truth: truth, prediction: prediction)
    }
    #expect(other == confusion)
  }

  @Test func nothingIsNoAccident() {
    for empty in [ConfusionMatrix(classes: []), ConfusionMatrix(classes: ["a", "b"])] {
      #expect(empty.accuracy == 0 && empty.macroF1 == 0 && empty.total == 0)
      #expect(empty.description.contains("accuracy"))
    }
  }

  @Test func aTableIsAligned() {
    #expect(
      confusion.description == """
                  precision  recall     F1  support
        Arabic        1.000   0.667  0.800        3
        Chinese       0.500   0.500  0.500        2
        Korean        0.500   1.000  0.667        1
        Irish         0.000   0.000  0.000        1
        Greek         0.000   0.000  0.000        0
        accuracy                     0.571        7
        macro F1                     0.393        7
        Arabic taken for Chinese: 1
        Chinese taken for Korean: 1
        Irish taken for Greek: 1
        """)
  }

  /// Names of any script and length stand in columns of a page's width; control characters are
  /// shown escaped.
  @Test func namesOfAnyKindAreAligned() {
    let names = [
      "Nagy", "山田太郎", "김", "José\u{301}", "👩‍👩‍👧", "a\u{1B}b", String(repeating: "Wolfeschlegelstein", count: 20),
    ]
    let confusion = ConfusionMatrix(classes: names, truth: Array(0..<7), predictions: [1, 2, 3, 4, 5, 6, 0])
    let lines = confusion.description.split(separator: "\n")
    #expect(lines.prefix(10).allSatisfy { $0.displayWidth == 120 }, "\(confusion)")
    #expect(
      lines.allSatisfy { $0.displayWidth <= 120 } && confusion.description.contains("a\\u{1B}b")
        && lines[7].contains("..."), "\(confusion)")
  }

  @Test func theFiveMostFrequentConfusions() {
    var confusion = ConfusionMatrix(classes: ["a", "b", "c"])
    for (truth, prediction, count) in [(0, 0, 9), (0, 1, 1), (0, 2, 3), (1, 0, 2), (1, 2, 5), (2, 0, 3), (2, 1, 1)] {
      for _ in 0..<count { confusion.add(truth: truth, prediction: prediction) }
    }
    let lines = confusion.description.split(separator: "\n").suffix(5)
    #expect(
      Array(lines) == [
        "b taken for c: 5", "a taken for c: 3", "c taken for a: 3", "b taken for a: 2", "a taken for b: 1",
      ] as [Substring])
  }
}
