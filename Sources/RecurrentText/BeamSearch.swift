// The likeliest sequence of words, or nearly so, by following several at once.

import Foundation
import RecurrentCore

/// A sequence that a decoder has written.
public struct Hypothesis: Sendable, Equatable {
  /// Without the end.
  public let tokens: [Int]
  /// Of all of it, its end included.
  public let logProbability: Double
  /// Whether it came to its end before the greatest length.
  public let isComplete: Bool
}

/// Beam search: at every step, the best `beams` continuations of the best `beams` hypotheses go on.
/// One beam takes the likeliest token every time (greedy search). What is found for a sequence does
/// not depend on the others.
public struct BeamSearch: Sendable {
  public var beams: Int
  /// α of the score log P / ((5 + length) / 6)^α, by which complete hypotheses are compared: 0
  /// favours short ones. Wu et al., "Google's neural machine translation system", 2016.
  public var lengthPenalty: Float

  /// Stops unless there is one beam or more, and the length penalty is finite.
  public init(beams: Int, lengthPenalty: Float = 1) {
    require(
      beams >= 1 && lengthPenalty.isFinite,
      "BeamSearch: \(beams) beams, expected one or more; length penalty \(lengthPenalty), expected a finite one")
    (self.beams, self.lengthPenalty) = (beams, lengthPenalty)
  }

  /// Follows `beams` hypotheses for each of several sequences, until no other can become better
  /// than the best one that is complete.
  /// - Parameters: - greatestLengths: for each sequence, the tokens of a hypothesis at most,
  ///   without its end. Stops unless all are one or more. - never: tokens that are not written. -
  ///   step: given the last token of each row and the row of the step before that it goes on from,
  ///   the log-probabilities [sequences · beams, V] of the next. Row r belongs to sequence r /
  ///   beams. At the first step every row goes on from itself.
  /// - Returns: for each sequence the best `beams` hypotheses that were complete by then, best
  ///   first; if none was, those cut off at the greatest length; none when no token may follow.
  /// - Throws: `undefinedScore` for a log-probability that is NaN or +infinity.
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
    // All beams of a sequence begin alike: only the first counts.
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
        // The best continuations of all of this sequence's hypotheses; an end beside each, so that
        // enough go on.
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
            // One that is not among the best would be a shorter answer than the search is at.
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
        // A live hypothesis can only become less likely, and ends with `length` + 1 to
        // `greatestLength` tokens; the first is the likeliest.
        let bound = next[sequence * beams].logProbability / max(penalty(length + 1), penalty(greatestLength))
        isDone[sequence] =
          kept == 0 || length == greatestLength
          || done[sequence].count == beams && (score(done[sequence][0]) >= bound || beams == 1)
      }
      live = next
    }
    return done
  }

  /// By which complete hypotheses are compared.
  public func score(_ hypothesis: Hypothesis) -> Double { hypothesis.logProbability / penalty(hypothesis.tokens.count) }

  private func penalty(_ length: Int) -> Double { pow((5 + Double(length)) / 6, Double(lengthPenalty)) }

  /// The places of the greatest numbers above -infinity, greatest first; the first of equals.
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
