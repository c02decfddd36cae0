// Sampling and beam search.

import Foundation
import Recurrent
import Testing

@Suite struct DecodingTests {
  @Test func samplingFollowsTheProbabilities() throws {
    let logits: [Float] = [log(0.5), log(0.3), log(0.15), log(0.05)]
    func shares(_ sampling: Sampling, among candidates: [Int] = [0, 1, 2, 3]) throws -> [Double] {
      var random = RandomStream(seed: 3)
      var counts = [Double](repeating: 0, count: 4)
      for _ in 0..<20_000 { counts[try sampling(logits, among: candidates, using: &random)] += 1 / 20_000 }
      return counts
    }
    func agree(_ shares: [Double], _ expected: [Double]) -> Bool {
      zip(shares, expected).allSatisfy { abs($0 - $1) < 0.015 }
    }
    #expect(try agree(shares(Sampling()), [0.5, 0.3, 0.15, 0.05]))
    #expect(try agree(shares(Sampling(), among: [1, 3]), [0, 6 / 7.0, 0, 1 / 7.0]))
    #expect(try shares(Sampling(temperature: 0))[0] > 0.999)
    let squares = [0.25, 0.09, 0.0225, 0.0025]
    #expect(try agree(shares(Sampling(temperature: 0.5)), squares.map { $0 / squares.reduce(0, +) }))
    #expect(try agree(shares(Sampling(topK: 2)), [5 / 8.0, 3 / 8.0, 0, 0]))
    // The least number of tokens that have this share: one has 0.5, two have 0.8.
    #expect(
      try agree(shares(Sampling(topP: 0.5)), [1, 0, 0, 0])
        && agree(shares(Sampling(topP: 0.6)), [5 / 8.0, 3 / 8.0, 0, 0]))
    #expect(try agree(shares(Sampling(topK: 100, topP: 1)), [0.5, 0.3, 0.15, 0.05]))
    #expect(throws: RecurrentError.self) { try Sampling(temperature: -1).check() }
    #expect(throws: RecurrentError.self) { try Sampling(topK: 0).check() }
    #expect(throws: RecurrentError.self) { try Sampling(topP: .nan).check() }
  }

  /// A model over tokens 0 (end), 1 and 2 whose next token depends on the last two: by trying all
  /// sequences, the best one is known.
  @Test func aWideBeamFindsTheBestSequence() throws {
    var random = RandomStream(seed: 5)
    for _ in 0..<20 {
      let table = (0..<16).map { _ -> [Float] in
        let scores = (0..<3).map { _ in random.uniform(in: -2...2) }
        let normaliser = log(scores.reduce(0) { $0 + exp($1) })
        return scores.map { $0 - normaliser }
      }
      func next(_ tokens: [Int]) -> [Float] { table[(tokens.dropLast().last ?? 3) * 4 + (tokens.last ?? 3)] }
      func all(_ tokens: [Int], _ logProbability: Double) -> [(tokens: [Int], score: Double)] {
        let ended = (tokens, logProbability + Double(next(tokens)[0]))
        return [ended]
          + (tokens.count == 4 ? [] : [1, 2].flatMap { all(tokens + [$0], logProbability + Double(next(tokens)[$0])) })
      }
      let expected = all([], 0).max { $0.score < $1.score }!
      let search = BeamSearch(beams: 40, lengthPenalty: 0)
      var written = [[Int]](repeating: [], count: 2 * 40)
      let found = try search(greatestLengths: [4, 4], begin: 3, end: 0, never: [3]) { tokens, parents in
        written = zip(tokens, parents).map { written[$1] + ($0 == 3 ? [] : [$0]) }
        return Tensor(written.flatMap { next($0) + [-.infinity] }, shape: [80, 4])
      }
      for hypotheses in found {
        #expect(hypotheses[0].tokens == expected.tokens && abs(hypotheses[0].logProbability - expected.score) < 1e-5)
        #expect(hypotheses[0].isComplete)
      }
    }
  }

  @Test func oneBeamTakesTheLikeliestTokenEveryTime() throws {
    // 1 is more probable than 2 at first, but all its continuations are improbable.
    func next(_ tokens: [Int]) -> [Float] {
      switch tokens {
      case []: [-9, log(0.6), log(0.4)]
      case [1]: [log(0.2), log(0.4), log(0.4)]
      case [2]: [log(0.9), -9, -9]
      default: [log(0.3), log(0.4), log(0.3)]
      }
    }
    func best(beams: Int, lengthPenalty: Float = 0) throws -> Hypothesis {
      var written = [[Int]](repeating: [], count: beams)
      return try BeamSearch(beams: beams, lengthPenalty: lengthPenalty)(
        greatestLengths: [3], begin: 3, end: 0, never: []
      ) { tokens, parents in
        written = zip(tokens, parents).map { written[$1] + ($0 == 3 ? [] : [$0]) }
        return Tensor(written.flatMap(next), shape: [beams, 3])
      }[0][0]
    }
    #expect(try best(beams: 1).tokens.first == 1 && !best(beams: 1).isComplete && best(beams: 1).tokens.count == 3)
    #expect(try best(beams: 2).tokens == [2] && best(beams: 2).isComplete)
  }

  /// A model of tokens 0 (end) and 1 to 9 whose next token depends on the sequence and on the last
  /// two tokens.
  private struct Model {
    let scores: [Float]

    init(seed: UInt64) {
      var random = RandomStream(seed: seed)
      // An end is rare enough for long hypotheses.
      scores = (0..<1210).map { random.uniform(in: -3...3) - ($0 % 10 == 0 ? 1.5 : 0) }
    }

    func next(_ tokens: [Int]) -> [Float] {
      let row = ((tokens.dropLast().last ?? 10) * 11 + (tokens.last ?? 10)) * 10
      let normaliser = log(scores[row..<row + 10].reduce(0) { $0 + exp($1) })
      return scores[row..<row + 10].map { $0 - normaliser }
    }

    /// The hypotheses of several models side by side.
    static func search(_ search: BeamSearch, _ models: [Model], greatestLengths: [Int]) throws -> [[Hypothesis]] {
      var written = [[Int]](repeating: [], count: models.count * search.beams)
      return try search(greatestLengths: greatestLengths, begin: -1, end: 0, never: []) { tokens, parents in
        written = zip(tokens, parents).map { written[$1] + ($0 < 0 ? [] : [$0]) }
        return Tensor(
          written.indices.flatMap { models[$0 / search.beams].next(written[$0]) }, shape: [written.count, 10])
      }
    }
  }

  /// Short ones beside long ones, at length penalties for which the length matters.
  @Test(arguments: [0, 1, 2, 5] as [Float], [1, 3, 8]) func whatIsFoundDoesNotDependOnTheBatch(
    _ lengthPenalty: Float, beams: Int
  ) throws {
    let search = BeamSearch(beams: beams, lengthPenalty: lengthPenalty)
    let models = (0..<8).map { Model(seed: $0) }
    let greatestLengths = [4, 12, 1, 30, 7, 4, 20, 2]
    let together = try Model.search(search, models, greatestLengths: greatestLengths)
    for (number, model) in models.enumerated() {
      let alone = try Model.search(search, [model], greatestLengths: [greatestLengths[number]])[0]
      #expect(together[number] == alone)
      #expect(alone.allSatisfy { $0.tokens.count <= greatestLengths[number] })
    }
  }

  @Test func thereAreNoMoreHypothesesThanBeams() throws {
    for (beams, lengthPenalty) in [(1, 1), (4, 2), (64, 1)] as [(Int, Float)] {
      let search = BeamSearch(beams: beams, lengthPenalty: lengthPenalty)
      let found = try Model.search(search, (0..<3).map { Model(seed: 20 + $0) }, greatestLengths: [25, 25, 25])
      for hypotheses in found {
        #expect(1...beams ~= hypotheses.count && Set(hypotheses.map(\.tokens)).count == hypotheses.count)
        let scores = hypotheses.map(search.score)
        #expect(scores == scores.sorted(by: >))
      }
    }
  }

  /// Stopping early loses nothing: no search that is cut off at a smaller length finds a better
  /// hypothesis.
  @Test func theSearchGoesOnWhileAnotherMayBecomeBetter() throws {
    for seed in 40..<60 as Range<UInt64> {
      for lengthPenalty in [0.5, 1, 2, 4] as [Float] {
        let search = BeamSearch(beams: 4, lengthPenalty: lengthPenalty)
        let model = Model(seed: seed)
        func best(_ greatestLength: Int) throws -> Double {
          try Model.search(search, [model], greatestLengths: [greatestLength])[0].filter(\.isComplete).map(search.score)
            .max() ?? -.infinity
        }
        let whole = try best(24)
        #expect(try (1...24).allSatisfy { try best($0) <= whole })
      }
    }
  }

  /// NaN and +infinity throw.
  @Test func scoresThatAreNoNumbersAreErrors() throws {
    for bad in [Float.nan, .infinity] {
      for place in 0..<3 {
        var x: [Float] = [-1, -1, -1]
        x[place] = bad
        #expect(throws: RecurrentError.undefinedScore("the log-probability of token \(place) is \(bad)")) {
          try BeamSearch(beams: 2)(greatestLengths: [3], begin: 1, end: 0, never: []) { _, _ in
            Tensor(x + x, shape: [2, 3])
          }
        }
        var random = RandomStream(seed: 1)
        for sampling in [Sampling(), Sampling(temperature: 0), Sampling(topK: 1), Sampling(topP: 0.5)] {
          #expect(throws: RecurrentError.undefinedScore("the logit of token \(place) is \(bad)")) {
            try sampling(x, among: 0..<3, using: &random)
          }
        }
        // The logit of a token that is no candidate is not checked.
        #expect(try Sampling()(x, among: (0..<3).filter { $0 != place }, using: &random) != place)
      }
    }
    var random = RandomStream(seed: 1)
    #expect(throws: RecurrentError.undefinedScore("the logits of all tokens are -inf")) {
      try Sampling()([-.infinity], among: [0], using: &random)
    }
    #expect(try Sampling()([-.infinity, 0], among: 0..<2, using: &random) == 1)
    #expect(throws: RecurrentError.self) { try Sampling(topK: 0)([0], among: [0], using: &random) }
    // Without any token that may follow, there is no hypothesis.
    let none = try BeamSearch(beams: 2)(greatestLengths: [3, 3], begin: 1, end: 0, never: []) { _, _ in
      Tensor(repeating: -.infinity, shape: [4, 3])
    }
    #expect(none == [[], []])
    #expect(
      try BeamSearch(beams: 2)(greatestLengths: [], begin: 1, end: 0, never: []) { _, _ in Tensor(zeros: [0, 3]) }
        .isEmpty)
  }
}
