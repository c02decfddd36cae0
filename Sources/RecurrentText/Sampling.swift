// How one of several tokens is drawn.

import Foundation
import RecurrentCore

/// Draws a token by the scores that a model gives to all of them.
public struct Sampling: Sendable, Equatable {
  /// What the scores are divided by before the softmax: below 1, likely tokens become likelier; 0
  /// takes the likeliest.
  public var temperature: Float
  /// Only so many of the likeliest tokens may be drawn; nil for all. Fan, Lewis & Dauphin 2018.
  public var topK: Int?
  /// Only the likeliest tokens that have this share of the probability together may be drawn; nil
  /// for all. Holtzman et al., "The curious case of neural text degeneration", 2020.
  public var topP: Float?

  public init(temperature: Float = 1, topK: Int? = nil, topP: Float? = nil) {
    (self.temperature, self.topK, self.topP) = (temperature, topK, topP)
  }

  /// Throws for values that nothing can be drawn with.
  public func check() throws(RecurrentError) {
    guard temperature >= 0, temperature.isFinite else {
      throw .invalidOption(name: "temperature", value: "\(temperature)", expected: "a number of 0 or above")
    }
    if let topK, topK < 1 { throw .invalidOption(name: "top-k", value: "\(topK)", expected: "1 or more") }
    if let topP, !(topP > 0 && topP <= 1) {
      throw .invalidOption(name: "top-p", value: "\(topP)", expected: "above 0, up to 1")
    }
  }

  /// Draws one of `candidates`, places in `logits`, of which there is one or more. Those with a
  /// logit of -infinity are never drawn.
  /// - Throws: `undefinedScore` for a logit that is NaN or +infinity, and when all are -infinity;
  ///   what `check` throws.
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
    // Likeliest first; the first of equals.
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
