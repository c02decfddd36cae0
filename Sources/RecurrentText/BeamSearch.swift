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

/// Beam search: at every step, the best `beams` continuations of the best `beams` hypotheses go on. One beam takes the likeliest token
/// every time (greedy search).
public struct BeamSearch: Sendable {
  public var beams: Int
  /// α of the score log P / ((5 + length) / 6)^α, by which complete hypotheses are compared: 0 favours short ones. Wu et al., "Google's
  /// neural machine translation system", 2016.
  public var lengthPenalty: Float
  /// The tokens of a hypothesis at most, without its end.
  public var greatestLength: Int

  /// Stops unless beams and length are one or more.
  public init(beams: Int, lengthPenalty: Float = 1, greatestLength: Int) {
    require(beams >= 1 && greatestLength >= 1, "BeamSearch: \(beams) beams, length \(greatestLength): both must be one or more")
    (self.beams, self.lengthPenalty, self.greatestLength) = (beams, lengthPenalty, greatestLength)
  }

  /// Follows `beams` hypotheses for each of `count` sequences.
  /// - Parameters:
  ///   - never: tokens that are not written.
  ///   - step: given the last token of each row and the row of the step before that it goes on from, the log-probabilities [count · beams,
  ///     V] of the next. Row r belongs to sequence r / beams. At the first step every row goes on from itself.
  /// - Returns: for each sequence its hypotheses, best first.
  public func callAsFunction(
    count: Int, begin: Int, end: Int, never: Set<Int>, step: (_ tokens: [Int], _ parents: [Int]) -> Tensor
  ) -> [[Hypothesis]] {
    struct Beam {
      var tokens: [Int] = []
      var logProbability: Double
    }
    let rows = count * beams
    // All beams of a sequence begin alike: only the first counts.
    var live = (0..<rows).map { Beam(logProbability: $0 % beams == 0 ? 0 : -.infinity) }
    var done = [[Hypothesis]](repeating: [], count: count)
    var isDone = [Bool](repeating: false, count: count)
    var (tokens, parents) = ([Int](repeating: begin, count: rows), Array(0..<rows))

    for length in 0...greatestLength {
      let logProbabilities = step(tokens, parents)
      let V = logProbabilities.shape[1]
      require(logProbabilities.shape == [rows, V], "BeamSearch: log-probabilities of shape \(logProbabilities.shape), expected [\(rows), V]")
      logProbabilities.withUnsafeBufferPointer { all in
        var next = live
        for sequence in 0..<count where !isDone[sequence] {
          // The best continuations of all of this sequence's hypotheses; an end beside each, so that enough go on.
          var best: [(score: Double, row: Int, token: Int)] = []
          for row in sequence * beams..<(sequence + 1) * beams where live[row].logProbability > -.infinity {
            let x = UnsafeBufferPointer(rebasing: all[row * V..<(row + 1) * V])
            for token in BeamSearch.greatest(beams + 1, of: x, never) {
              best.append((live[row].logProbability + Double(x[token]), row, token))
            }
          }
          best.sort { ($1.score, $0.row, $0.token) < ($0.score, $1.row, $1.token) }
          var kept = 0
          for (rank, candidate) in best.enumerated() where kept < beams {
            if candidate.token == end {
              // One that is not among the best would be a shorter answer than the search is at.
              if rank < beams {
                done[sequence].append(Hypothesis(tokens: live[candidate.row].tokens, logProbability: candidate.score, isComplete: true))
              }
              continue
            }
            let row = sequence * beams + kept
            next[row] = Beam(tokens: live[candidate.row].tokens + [candidate.token], logProbability: candidate.score)
            (tokens[row], parents[row]) = (candidate.token, candidate.row)
            kept += 1
          }
          for row in sequence * beams + kept..<(sequence + 1) * beams { next[row].logProbability = -.infinity }
          if length == greatestLength {
            for row in sequence * beams..<sequence * beams + kept where done[sequence].isEmpty {
              done[sequence].append(
                Hypothesis(tokens: Array(next[row].tokens.dropLast()), logProbability: live[parents[row]].logProbability, isComplete: false))
            }
          }
          // A live hypothesis can only become less likely.
          let bound = next[sequence * beams].logProbability / penalty(greatestLength)
          isDone[sequence] =
            kept == 0 || done[sequence].count >= beams && (done[sequence].map { score($0) }.max()! >= bound || beams == 1)
        }
        live = next
      }
      if isDone.allSatisfy({ $0 }) { break }
    }
    return done.map { $0.sorted { (score($1), $0.tokens.count) < (score($0), $1.tokens.count) } }
  }

  /// By which complete hypotheses are compared.
  public func score(_ hypothesis: Hypothesis) -> Double { hypothesis.logProbability / penalty(hypothesis.tokens.count) }

  private func penalty(_ length: Int) -> Double { pow((5 + Double(length)) / 6, Double(lengthPenalty)) }

  /// The places of the greatest numbers, greatest first; the first of equals.
  private static func greatest(_ count: Int, of x: UnsafeBufferPointer<Float>, _ never: Set<Int>) -> [Int] {
    var places: [Int] = []
    for index in x.indices where places.count < count || x[index] > x[places.last!] {
      if never.contains(index) { continue }
      let at = places.firstIndex { x[index] > x[$0] } ?? places.count
      places.insert(index, at: at)
      if places.count > count { places.removeLast() }
    }
    return places
  }
}
