// Many classes: 100,000 of them take memory and time in proportion.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct ManyLabelsTests {
  private static let count = 100_000
  private static let classes = (0..<count).map { "class \($0)" }

  /// A square of them would be 80 GB.
  @Test func aConfusionMatrixIsSparse() {
    let n = ManyLabelsTests.count
    var confusion = ConfusionMatrix(
      classes: ManyLabelsTests.classes, truth: Array(0..<n), predictions: (0..<n).map { $0 % 3 == 0 ? 0 : $0 })
    for _ in 0..<3 { confusion.add(truth: n - 1, prediction: n - 2) }
    // 0, and those that 3 does not divide.
    let right = 1 + n - (n + 2) / 3
    #expect(confusion.total == n + 3 && confusion.accuracy == Double(right) / Double(n + 3))
    #expect(
      confusion.support(n - 1) == 4 && confusion[n - 1, n - 2] == 3 && confusion[3, 0] == 1 && confusion[0, 3] == 0)
    #expect(confusion.precision(0) == 1 / Double((n + 2) / 3) && confusion.recall(0) == 1)
    #expect(confusion.macroF1 > 0.6 && confusion.macroF1 < 0.7)
    let lines = confusion.description.split(separator: "\n")
    #expect(lines.count == 1 + 100 + 1 + 2 + 5)
    // Those with the most samples, in the order of classes.
    #expect(lines[1].hasPrefix("class 0 ") && lines[100].hasPrefix("class \(n - 1) "))
    #expect(lines[103] == "(\(n - 100) classes with fewer samples left out)")
    #expect(lines[104] == "class \(n - 1) taken for class \(n - 2): 3" && lines[105] == "class 3 taken for class 0: 1")
  }

  @Test func labelsAreFoundInNoTime() throws {
    let samples = ManyLabelsTests.classes.map { LabelledText("a", label: $0) }
    let vocabularies = try NameClassifier.vocabularies(of: samples, NameClassifier.defaults)
    var settings = NameClassifier.defaults
    (settings.hiddenSize, settings.embeddingSize) = (1, 1)
    let model = NameClassifier(settings, vocabularies)
    #expect(samples.enumerated().allSatisfy { vocabularies.classes[model.encode($1).label] == $1.label })
    #expect(model.encode(LabelledText("a", label: "none")).label == -100)
  }

  /// As before there were numbers for labels.
  @Test func vocabulariesOfFilesAreLists() throws {
    let vocabularies = try NameClassifier.vocabularies(
      of: [LabelledText("a", label: "y"), LabelledText("a", label: "x")], NameClassifier.defaults)
    let text = #"{"characters":{"unit":"character","vocabulary":["a"]},"classes":["x","y"]}"#
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(vocabularies), as: UTF8.self) == text)
    #expect(try JSONDecoder().decode(ClassifierVocabularies.self, from: Data(text.utf8)) == vocabularies)
    let tags = #"{"characters":{"unit":"character","vocabulary":["a"]},"tags":["X","Y"],"words":["a"]}"#
    let tagger = try JSONDecoder().decode(Tagger.Vocabularies.self, from: Data(tags.utf8))
    #expect(tagger.tags == ["X", "Y"] && tagger.counts == [5, 5, 2])
    #expect(String(decoding: try encoder.encode(tagger), as: UTF8.self) == tags)
  }

  /// Terms times classes would be 80 GB.
  @Test(arguments: [Baseline.cosine, .jaccard, .naiveBayes]) func baselinesAreSparse(_ baseline: Baseline) throws {
    let n = ManyLabelsTests.count
    let training = (0..<n).map { (terms: ["term \($0)", "all \($0 % 1000)"], label: $0) }
    let result = try baseline.evaluate(
      training, test: Array(training.prefix(100)), classes: ManyLabelsTests.classes,
      backend: TestBackend.make("swift", threads: 2).backend)
    #expect(result.confusion.accuracy == 1)
  }

  /// The definition, over all classes.
  @Test func naiveBayesFindsWhatComparingAllClassesDoes() {
    var random = RandomStream(seed: 6)
    func document() -> [String] {
      (0..<Int.random(in: 0...6, using: &random)).map { _ in String(Int.random(in: 0..<40, using: &random)) }
    }
    for alpha in [1, 0.01, 100] as [Double] {
      let training = (0..<120).map { _ in (terms: document(), label: Int.random(in: 0..<30, using: &random)) }
      let classifier = NaiveBayes(training, classes: 32, alpha: alpha)
      let terms = Set(training.flatMap(\.terms))
      let documents = (0..<200).map { _ in document() }
      for (document, found) in zip(documents, classifier.predictions(documents)) {
        var scores: [Double] = []
        for label in 0..<32 {
          let own = training.filter { $0.label == label }
          let all: [String] = own.flatMap(\.terms)
          let total = Double(all.count) + alpha * Double(terms.count)
          var score = log(Double(own.count) / 120)
          for term in document where terms.contains(term) {
            let count = Double(all.filter { $0 == term }.count)
            score += log((count + alpha) / total)
          }
          scores.append(score)
        }
        let greatest = scores.max()!
        #expect(scores[found] > greatest - 1e-9)
        let normaliser =
          greatest + log(scores.reduce(0) { (sum: Double, score: Double) in sum + exp(score - greatest) })
        for (found, score) in zip(classifier.logProbabilities(document), scores) {
          #expect(abs(Double(found) - (score - normaliser)) < 1e-4 || Double(found) == score)
        }
      }
    }
  }
}
