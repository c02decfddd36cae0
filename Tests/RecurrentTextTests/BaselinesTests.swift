// Baselines: results worked out by hand or by scikit-learn, and documents without known terms.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct BaselinesTests {
  private let backend = TestBackend.make("swift", threads: 2).backend
  private let documents = ["a a b", "a c", "b c c", "d", "b d d"].map(wordTerms)

  // MARK: Similar documents

  @Test func cosineOfCounts() {
    let matrix = TermDocumentMatrix(documents)
    // (1, 2, 0, 0) with (2, 1, 0, 0), (1, 0, 1, 0), (0, 1, 2, 0), (0, 1, 0, 2); x is unknown.
    let nearest = matrix.nearest(["b", "a", "x", "b"], by: .cosine, count: 9)
    #expect(nearest.map(\.document) == [0, 2, 4, 1] as [Int])
    let expected: [Float] = [4 / 5, 2 / 5, 2 / 5, 1 / Float(10).squareRoot()]
    #expect(zip(nearest, expected).allSatisfy { abs($0.similarity - $1) < 1e-6 })
    #expect(matrix.nearest(["x"], by: .cosine, count: 9).isEmpty && matrix.nearest([], by: .jaccard, count: 9).isEmpty)
  }

  /// The cosines of scikit-learn 1.9's `TfidfVectorizer`.
  @Test func cosineOfInverseDocumentFrequencies() {
    let nearest = TermDocumentMatrix(documents, weighting: .inverseDocumentFrequency).nearest(
      ["a", "b", "b", "x"], by: .cosine, count: 9)
    #expect(nearest.map(\.document) == [0, 1, 2, 4] as [Int])
    #expect(
      zip(nearest, [0.80492556, 0.3648469, 0.32837035, 0.32837035] as [Float]).allSatisfy {
        abs($0.similarity - $1) < 1e-6
      })
  }

  @Test func jaccardOfTerms() {
    let nearest = TermDocumentMatrix(documents).nearest(["b", "a", "b"], by: .jaccard, count: 3)
    #expect(nearest.map(\.document) == [0, 1, 2] as [Int])
    #expect(nearest.map(\.similarity) == [1, 1 / 3, 1 / 3] as [Float])
  }

  @Test func rareTermsAreIgnored() {
    let matrix = TermDocumentMatrix([["a", "b"], ["a", "c"]], minimum: 2)
    #expect(matrix.vocabulary == Vocabulary(["a"]) && matrix.count == 2)
    #expect(matrix.nearest(["a", "b", "c"], by: .jaccard, count: 2).map(\.similarity) == [1, 1] as [Float])
  }

  @Test func theIndexFindsWhatComparingWithAllDoes() {
    var random = RandomStream(seed: 1)
    func document() -> [String] {
      (0..<Int.random(in: 0...8, using: &random)).map { _ in String(Int.random(in: 0..<30, using: &random)) }
    }
    let documents = (0..<200).map { _ in document() }
    let matrix = TermDocumentMatrix(documents)
    func counts(_ document: [String]) -> [String: Float] { document.reduce(into: [:]) { $0[$1, default: 0] += 1 } }
    func cosine(_ a: [String], _ b: [String]) -> Float {
      let (x, y) = (counts(a), counts(b))
      func length(_ v: [String: Float]) -> Float { v.values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      return x.reduce(0) { $0 + $1.value * (y[$1.key] ?? 0) } / max(1e-9, length(x) * length(y))
    }
    func jaccard(_ a: [String], _ b: [String]) -> Float {
      Float(Set(a).intersection(b).count) / Float(max(1, Set(a).union(b).count))
    }
    for _ in 0..<50 {
      let query = document()
      for limit in [1, 3, 500] {
        let expected = documents.indices.map { (document: $0, similarity: jaccard(query, documents[$0])) }
          .filter { $0.similarity > 0 }.sorted { ($1.similarity, $0.document) < ($0.similarity, $1.document) }.prefix(
            limit)
        let nearest = matrix.nearest(query, by: .jaccard, count: limit)
        #expect(
          nearest.map(\.document) == expected.map(\.document) && nearest.map(\.similarity) == expected.map(\.similarity)
        )

        // Cosines that are equal may differ in their last bits.
        let all = documents.map { cosine(query, $0) }
        let best = all.filter { $0 > 0 }.sorted(by: >).prefix(limit)
        let found = matrix.nearest(query, by: .cosine, count: limit)
        #expect(found.count == best.count && zip(found, best).allSatisfy { abs($0.similarity - $1) < 1e-6 })
        #expect(found.allSatisfy { abs(all[$0.document] - $0.similarity) < 1e-6 })
        #expect(
          zip(found, found.dropFirst()).allSatisfy { ($0.similarity, $1.document) > ($1.similarity, $0.document) })
      }
    }
  }

  @Test func neighboursVoteWithTheirSimilarity() {
    func label(_ training: [([String], Int)], _ document: [String], neighbours: Int = 3) -> Int {
      NearestNeighbours(
        training.map { (terms: $0.0, label: $0.1) }, classes: 3, by: .jaccard, neighbours: neighbours, backend: backend
      ).predict(document)
    }
    // 1 for class 2 against 1/3 + 1/3 for class 1.
    let training = [(["a", "x"], 1), (["a", "y"], 1), (["a", "b"], 2), (["b", "z"], 1), ([], 1)]
    #expect(label(training, ["a", "b"]) == 2)
    #expect(label([(["a"], 2), (["a"], 1)], ["a"]) == 1)
    #expect(label([(["a"], 2), (["a"], 1)], ["a"], neighbours: 1) == 2)
    #expect(label(training, ["nothing", "known"]) == 1 && label(training, []) == 1)
  }

  @Test(arguments: [1, 2, 3]) func predictionsDoNotDependOnThreads(_ threads: Int) {
    var random = RandomStream(seed: 2)
    let training = (0..<60).map { _ in
      (
        terms: (0..<4).map { _ in String(Int.random(in: 0..<9, using: &random)) },
        label: Int.random(in: 0..<3, using: &random)
      )
    }
    let neighbours = NearestNeighbours(
      training, classes: 3, by: .cosine, backend: TestBackend.make("swift", threads: threads).backend)
    let documents = (0..<101).map { [String]([String($0 % 9)] + training[$0 % 60].terms.dropLast()) }
    #expect(neighbours.predictions(documents) == documents.map(neighbours.predict))
  }

  // MARK: Naive Bayes

  @Test func naiveBayesByHand() {
    // P(a|0) = 3/6, P(b|0) = 2/6; P(a|1) = 1/5, P(b|1) = 2/5: P(0|ab) is 1/12 to 1/25.
    let bayes = NaiveBayes([(["a", "a", "b"], 0), (["b", "c"], 1)], classes: 2)
    let probabilities = bayes.logProbabilities(["a", "b", "unknown"]).map(exp)
    #expect(abs(probabilities[0] - 25 / 37) < 1e-6 && abs(probabilities[1] - 12 / 37) < 1e-6)
  }

  /// scikit-learn 1.9's `MultinomialNB(alpha=0.1).predict_log_proba`.
  @Test func naiveBayesIsScikitLearns() {
    let bayes = NaiveBayes(zip(documents, [0, 0, 1, 1, 2]).map { (terms: $0, label: $1) }, classes: 3, alpha: 0.1)
    let expected: [([String], [Float])] = [
      (["a", "b", "b", "x"], [-0.11711388, -2.93671785, -2.8563777]),
      (["d", "c"], [-3.55643313, -0.10232187, -2.6777061]),
      (["x"], [-0.91629073, -0.91629073, -1.60943791]),
    ]
    for (document, logProbabilities) in expected {
      #expect(zip(bayes.logProbabilities(document), logProbabilities).allSatisfy { abs($0 - $1) < 1e-5 })
    }
    #expect(bayes.predictions(expected.map(\.0)) == [0, 1, 0] as [Int])
  }

  @Test func aClassWithoutDocumentsIsNeverPredicted() {
    let bayes = NaiveBayes([(["a"], 1), (["b"], 2)], classes: 4)
    #expect(bayes.logProbabilities(["a"])[0] == -.infinity && bayes.logProbabilities(["a"])[3] == -.infinity)
    #expect(bayes.predict(["a"]) == 1 && bayes.predict(["b"]) == 2)
  }

  // MARK: Perceptron

  /// Whether one of two terms is there, but not both: no sum of what terms say for themselves gives
  /// that.
  @Test func aPerceptronLearnsWhatTermsMeanTogether() throws {
    var random = RandomStream(seed: 3)
    let samples = (0..<600).map { _ in
      let (a, b) = (Bool.random(using: &random), Bool.random(using: &random))
      let noise = (0..<3).map { _ in String(Int.random(in: 0..<5, using: &random)) }
      return (terms: ((a ? ["a"] : []) + (b ? ["b"] : []) + noise).shuffled(using: &random), label: a != b ? 1 : 0)
    }
    func accuracy(_ classifier: any CountClassifier) -> Double {
      let test = samples.suffix(200)
      return ConfusionMatrix(
        classes: ["0", "1"], truth: test.map(\.label), predictions: classifier.predictions(test.map(\.terms))
      ).accuracy
    }
    let training = Array(samples.prefix(400))
    func perceptron() throws -> CountPerceptron {
      try CountPerceptron(
        training, classes: 2, hiddenSize: 32, dropout: 0.1, epochs: 25, batchSize: 16, learningRate: 1e-2, seed: 1,
        backend: backend)
    }
    let first = try perceptron()
    #expect(accuracy(first) > 0.97)
    #expect(accuracy(NaiveBayes(training, classes: 2)) < 0.8)
    let terms = samples.map(\.terms)
    #expect(try perceptron().predictions(terms) == first.predictions(terms), "the same seed gives the same perceptron")
  }

  // MARK: All of them

  @Test(arguments: Baseline.allCases) func everyBaselineLearnsWhatTermsSay(_ baseline: Baseline) throws {
    var random = RandomStream(seed: 4)
    func documents(_ count: Int) -> [(terms: [String], label: Int)] {
      (0..<count).map { index in
        let label = index % 3
        let own = (0..<3).map { _ in "\(label).\(Int.random(in: 0..<5, using: &random))" }
        return (own + ["and", "or"], label)
      }
    }
    let result = try baseline.evaluate(documents(600), test: documents(90), classes: ["x", "y", "z"], backend: backend)
    #expect(result.baseline == baseline && result.confusion.total == 90)
    #expect(result.confusion.accuracy == 1, "\(result.confusion)")
    #expect(result.trainingSeconds >= 0 && result.predictionSeconds >= 0)
  }

  @Test(arguments: Baseline.allCases) func documentsMayBeEmpty(_ baseline: Baseline) throws {
    // Without any term at all, and among others.
    let silent = try baseline.classifier([([], 0), ([], 1), ([], 1)], classes: 2, backend: backend)
    #expect([0, 1].contains(silent.predict([])) && [0, 1].contains(silent.predict(["a"])))
    let classifier = try baseline.classifier([([], 1), (["a"], 0), (["b"], 1)], classes: 2, backend: backend)
    #expect(classifier.predictions([[], ["a"], ["?"]]).count == 3)
    #expect(classifier.predictions([]).isEmpty)
  }

  @Test(arguments: Baseline.allCases) func oneClassIsAlwaysRight(_ baseline: Baseline) throws {
    let result = try baseline.evaluate(
      [(["a"], 0), (["b"], 0)], test: [(["a"], 0), (["c"], 0), ([], 0)], classes: ["all"], backend: backend)
    #expect(result.confusion.accuracy == 1 && result.confusion.macroF1 == 1)
  }

  @Test func nothingToLearnFromStopsWithAMessage() async {
    let results = [
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = NaiveBayes([], classes: 2) },
      await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        _ = NaiveBayes([(["a"], 2)], classes: 2)
      },
    ]
    let messages = results.map { String(decoding: $0?.standardErrorContent ?? [], as: UTF8.self) }
    #expect(messages[0].contains("NaiveBayes: no training documents"))
    #expect(messages[1].contains("NaiveBayes: document 0 has label 2, expected 0..<2"))
  }
}
