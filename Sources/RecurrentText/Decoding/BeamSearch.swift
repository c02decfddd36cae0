// Beam search: decodes the most probable sequences from step-by-step log-probabilities.

import Foundation
import RecurrentCore

/// A decoded sequence.
public struct Hypothesis: Sendable, Equatable {
  /// Token indices, without the end token.
  public let tokens: [Int]
  /// The natural logarithm of the probability of all tokens, including the end token.
  public let logProbability: Double
  /// Whether the end token was decoded before the maximum length.
  public let isComplete: Bool
}

/// Beam search: each step keeps the `beams` most probable continuations of the current hypotheses.
///
/// One beam is greedy search. The result for a sequence does not depend on the other sequences of
/// the batch.
public struct BeamSearch: Sendable {
  /// The number of hypotheses per sequence.
  public var beams: Int
  /// α of the score log P / ((5 + length) / 6)^α that ranks complete hypotheses. 0 favours short
  /// ones. Wu et al., "Google's neural machine translation system", 2016.
  public var lengthPenalty: Float

  /// Creates a search. Precondition: beams >= 1, and the length penalty is finite.
  public init(beams: Int, lengthPenalty: Float = 1) {
    require(
      beams >= 1 && lengthPenalty.isFinite,
      "BeamSearch: \(beams) beams, expected one or more; length penalty \(lengthPenalty), expected a finite one")
    (self.beams, self.lengthPenalty) = (beams, lengthPenalty)
  }

  /// Decodes a batch of sequences. The search of a sequence ends when no live hypothesis can score
  /// better than its best complete one.
  /// - Parameters:
  ///   - greatestLengths: The maximum number of tokens of a hypothesis, without the end token, for
  ///     each sequence. Precondition: all are 1 or more.
  ///   - begin: The token before the first one.
  ///   - end: The token that completes a hypothesis.
  ///   - never: Tokens that are not decoded.
  ///   - step: Computes the log-probabilities [sequences · beams, V] of the next tokens. `tokens`
  ///     is the last token of each row; `parents` is the row of the previous step that each row
  ///     continues. Row r belongs to sequence r / beams. In the first step, each row is its own
  ///     parent.
  /// - Returns: For each sequence, up to `beams` complete hypotheses, best first. If none is
  ///   complete, the hypotheses at the maximum length; empty if no token is possible.
  /// - Throws: `undefinedScore` if a log-probability is NaN or +infinity.
  public func callAsFunction(
    greatestLengths: [Int], begin: Int, end: Int, never: Set<Int>, step: (_ tokens: [Int], _ parents: [Int]) -> Tensor
  ) throws(RecurrentError) -> [[Hypothesis]] {
    require(
      greatestLengths.allSatisfy { $0 >= 1 },
      "BeamSearch: greatest lengths \(greatestLengths), expected one or more each")
    struct Beam {
      var tokens: [Int] = []
      var logProbability: Double
    }
    let (count, rows) = (greatestLengths.count, greatestLengths.count * beams)
    // All beams of a sequence start equal, so only the first one has a probability above 0.
    var live = (0..<rows).map { Beam(logProbability: $0 % beams == 0 ? 0 : -.infinity) }
    var done = [[Hypothesis]](repeating: [], count: count)
    var isDone = [Bool](repeating: false, count: count)
    var (tokens, parents) = ([Int](repeating: begin, count: rows), Array(0..<rows))

    for length in 0...(greatestLengths.max() ?? 0) where !isDone.allSatisfy({ $0 }) {
      let logProbabilities = step(tokens, parents)
      let V = logProbabilities.shape[1]
      require(
        logProbabilities.shape == [rows, V],
        "BeamSearch: log-probabilities of shape \(logProbabilities.shape), expected [\(rows), V]")
      var next = live
      for sequence in 0..<count where !isDone[sequence] {
        // The best continuations of this sequence's hypotheses: `beams` + 1 of each, so that
        // `beams` remain if one is the end token.
        var best: [(score: Double, row: Int, token: Int)] = []
        for row in sequence * beams..<(sequence + 1) * beams where live[row].logProbability > -.infinity {
          try logProbabilities.withUnsafeBufferPointer { all throws(RecurrentError) in
            let x = UnsafeBufferPointer(rebasing: all[row * V..<(row + 1) * V])
            for token in try BeamSearch.greatest(beams + 1, of: x, never) {
              best.append((live[row].logProbability + Double(x[token]), row, token))
            }
          }
        }
        best.sort { ($1.score, $0.row, $0.token) < ($0.score, $1.row, $1.token) }
        var kept = 0
        for (rank, candidate) in best.enumerated() where kept < beams {
          if candidate.token == end {
            // An end token outside the best `beams` candidates is dropped, as any other candidate.
            if rank < beams {
              done[sequence].append(
                Hypothesis(tokens: live[candidate.row].tokens, logProbability: candidate.score, isComplete: true))
            }
            continue
          }
          let row = sequence * beams + kept
          next[row] = Beam(tokens: live[candidate.row].tokens + [candidate.token], logProbability: candidate.score)
          (tokens[row], parents[row]) = (candidate.token, candidate.row)
          kept += 1
        }
        for row in sequence * beams + kept..<(sequence + 1) * beams { next[row].logProbability = -.infinity }
        let greatestLength = greatestLengths[sequence]
        if length == greatestLength, done[sequence].isEmpty {
          for beam in live[sequence * beams..<(sequence + 1) * beams] where beam.logProbability > -.infinity {
            done[sequence].append(
              Hypothesis(tokens: beam.tokens, logProbability: beam.logProbability, isComplete: false))
          }
        }
        done[sequence].sort { (score($1), $0.tokens.count) < (score($0), $1.tokens.count) }
        done[sequence].removeLast(max(0, done[sequence].count - beams))
        // Upper bound of the score of a live hypothesis: its probability can only decrease, and it
        // ends with `length` + 1 to `greatestLength` tokens. The first one is the most probable.
        let bound = next[sequence * beams].logProbability / max(penalty(length + 1), penalty(greatestLength))
        isDone[sequence] =
          kept == 0 || length == greatestLength
          || done[sequence].count == beams && (score(done[sequence][0]) >= bound || beams == 1)
      }
      live = next
    }
    return done
  }

  /// The score that ranks complete hypotheses: log P / ((5 + length) / 6)^α.
  public func score(_ hypothesis: Hypothesis) -> Double { hypothesis.logProbability / penalty(hypothesis.tokens.count) }

  private func penalty(_ length: Int) -> Double { pow((5 + Double(length)) / 6, Double(lengthPenalty)) }

  /// The indices of the `count` greatest values above -infinity, greatest first; ties by index.
  private static func greatest(_ count: Int, of x: UnsafeBufferPointer<Float>, _ never: Set<Int>) throws(RecurrentError)
    -> [Int]
  {
    var places: [Int] = []
    var bar = -Float.infinity
    for place in x.indices {
      guard x[place] < .infinity else { throw .undefinedScore("the log-probability of token \(place) is \(x[place])") }
      if x[place] <= bar || never.contains(place) { continue }
      places.insert(place, at: places.firstIndex { x[place] > x[$0] } ?? places.count)
      if places.count > count { places.removeLast() }
      if places.count == count { bar = x[places.last!] }
    }
    return places
  }
}
