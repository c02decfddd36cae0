// Sampling: temperature, top-k and nucleus sampling of a token from logits.

import Foundation
import RecurrentCore

/// Samples a token from the softmax of logits.
public struct Sampling: Sendable, Equatable {
  /// The divisor of the logits before the softmax. Below 1 the distribution is sharper; 0 is
  /// argmax.
  public var temperature: Float
  /// Top-k sampling: only the k most probable tokens are candidates; nil for all. Fan, Lewis &
  /// Dauphin, "Hierarchical neural story generation", 2018.
  public var topK: Int?
  /// Nucleus sampling: only the most probable tokens whose probabilities add up to this value are
  /// candidates; nil for all. Holtzman et al., "The curious case of neural text degeneration",
  /// 2020.
  public var topP: Float?

  /// Creates a sampling rule; `check` validates its values.
  public init(temperature: Float = 1, topK: Int? = nil, topP: Float? = nil) {
    (self.temperature, self.topK, self.topP) = (temperature, topK, topP)
  }

  /// Throws `invalidOption` unless temperature >= 0, topK >= 1 and 0 < topP <= 1.
  public func check() throws(RecurrentError) {
    guard temperature >= 0, temperature.isFinite else {
      throw .invalidOption(name: "temperature", value: "\(temperature)", expected: "a number of 0 or above")
    }
    if let topK, topK < 1 { throw .invalidOption(name: "top-k", value: "\(topK)", expected: "1 or more") }
    if let topP, !(topP > 0 && topP <= 1) {
      throw .invalidOption(name: "top-p", value: "\(topP)", expected: "above 0, up to 1")
    }
  }

  /// Samples a token. A token with a logit of -infinity is never sampled.
  /// - Parameters:
  ///   - logits: The logits of all tokens.
  ///   - candidates: The indices in `logits` to choose from, one or more.
  ///   - random: The source of random numbers.
  /// - Returns: One of the candidates.
  /// - Throws: `undefinedScore` if a candidate's logit is NaN or +infinity, or if all are
  ///   -infinity; the errors of `check`.
  public func callAsFunction(
    _ logits: [Float], among candidates: some Sequence<Int>, using random: inout RandomStream
  ) throws(RecurrentError) -> Int {
    try check()
    var order: [Int] = []
    for token in candidates where logits[token] != -.infinity {
      guard logits[token].isFinite else { throw .undefinedScore("the logit of token \(token) is \(logits[token])") }
      order.append(token)
    }
    guard !order.isEmpty else { throw .undefinedScore("the logits of all tokens are -inf") }
    // Most probable first; ties by index.
    order.sort { (logits[$1], $0) < (logits[$0], $1) }
    if temperature == 0 { return order[0] }
    if let topK { order.removeLast(max(0, order.count - topK)) }
    let greatest = logits[order[0]]
    let weights = order.map { exp(Double((logits[$0] - greatest) / temperature)) }
    let limit = weights.reduce(0, +) * Double(topP ?? 1)
    var (count, kept) = (0, 0.0)
    while count == 0 || count < weights.count && kept < limit {
      kept += weights[count]
      count += 1
    }
    var left = Double(random.uniform(in: 0...1)) * kept
    for (token, weight) in zip(order, weights).prefix(count) {
      left -= weight
      if left < 0 { return token }
    }
    return order[count - 1]
  }
}
