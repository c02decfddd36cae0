// What is drawn, and what is found, when a model writes.

import Foundation
import Recurrent
import Testing

@Suite struct DecodingTests {
  @Test func samplingFollowsTheProbabilities() {
    let logits: [Float] = [log(0.5), log(0.3), log(0.15), log(0.05)]
    func shares(_ sampling: Sampling, among candidates: [Int] = [0, 1, 2, 3]) -> [Double] {
      var random = RandomStream(seed: 3)
      var counts = [Double](repeating: 0, count: 4)
      for _ in 0..<20_000 { counts[sampling(logits, among: candidates, using: &random)] += 1 / 20_000 }
      return counts
    }
    func agree(_ shares: [Double], _ expected: [Double]) -> Bool { zip(shares, expected).allSatisfy { abs($0 - $1) < 0.015 } }
    #expect(agree(shares(Sampling()), [0.5, 0.3, 0.15, 0.05]))
    #expect(agree(shares(Sampling(), among: [1, 3]), [0, 6 / 7.0, 0, 1 / 7.0]))
    #expect(shares(Sampling(temperature: 0)) [0] > 0.999)
    let squares = [0.25, 0.09, 0.0225, 0.0025]
    #expect(agree(shares(Sampling(temperature: 0.5)), squares.map { $0 / squares.reduce(0, +) }))
    #expect(agree(shares(Sampling(topK: 2)), [5 / 8.0, 3 / 8.0, 0, 0]))
    // The least number of tokens that have this share: one has 0.5, two have 0.8.
    #expect(agree(shares(Sampling(topP: 0.5)), [1, 0, 0, 0]) && agree(shares(Sampling(topP: 0.6)), [5 / 8.0, 3 / 8.0, 0, 0]))
    #expect(agree(shares(Sampling(topK: 100, topP: 1)), [0.5, 0.3, 0.15, 0.05]))
    #expect(throws: RecurrentError.self) { try Sampling(temperature: -1).check() }
    #expect(throws: RecurrentError.self) { try Sampling(topK: 0).check() }
    #expect(throws: RecurrentError.self) { try Sampling(topP: .nan).check() }
  }

  /// A model over tokens 0 (end), 1 and 2 whose next token depends on the last two: by trying all sequences, the best one is known.
  @Test func aWideBeamFindsTheBestSequence() {
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
        return [ended] + (tokens.count == 4 ? [] : [1, 2].flatMap { all(tokens + [$0], logProbability + Double(next(tokens)[$0])) })
      }
      let expected = all([], 0).max { $0.score < $1.score }!
      let search = BeamSearch(beams: 40, lengthPenalty: 0, greatestLength: 4)
      var written = [[Int]](repeating: [], count: 2 * 40)
      let found = search(count: 2, begin: 3, end: 0, never: [3]) { tokens, parents in
        written = zip(tokens, parents).map { written[$1] + ($0 == 3 ? [] : [$0]) }
        return Tensor(written.flatMap { next($0) + [-.infinity] }, shape: [80, 4])
      }
      for hypotheses in found {
        #expect(hypotheses[0].tokens == expected.tokens && abs(hypotheses[0].logProbability - expected.score) < 1e-5)
        #expect(hypotheses[0].isComplete)
      }
    }
  }

  @Test func oneBeamTakesTheLikeliestTokenEveryTime() {
    // 1 is likelier than 2 at first, but then all is lost.
    func next(_ tokens: [Int]) -> [Float] {
      switch tokens {
      case []: [-9, log(0.6), log(0.4)]
      case [1]: [log(0.2), log(0.4), log(0.4)]
      case [2]: [log(0.9), -9, -9]
      default: [log(0.3), log(0.4), log(0.3)]
      }
    }
    func best(beams: Int, lengthPenalty: Float = 0) -> Hypothesis {
      var written = [[Int]](repeating: [], count: beams)
      return BeamSearch(beams: beams, lengthPenalty: lengthPenalty, greatestLength: 3)(count: 1, begin: 3, end: 0, never: []) { tokens, parents in
        written = zip(tokens, parents).map { written[$1] + ($0 == 3 ? [] : [$0]) }
        return Tensor(written.flatMap(next), shape: [beams, 3])
      }[0][0]
    }
    #expect(best(beams: 1).tokens.first == 1 && !best(beams: 1).isComplete && best(beams: 1).tokens.count == 3)
    #expect(best(beams: 2).tokens == [2] && best(beams: 2).isComplete)
  }
}
