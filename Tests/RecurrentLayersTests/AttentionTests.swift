// Tests of attention against its equations in Double.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct AttentionTests {
  static let (T, B, V) = (4, 3, 2)
  static let lengths = [4, 0, 2]

  /// Context and weights side by side, [S, B, V + T]. Parameters in the order of
  /// `Attention.parameters`, then queries, keys and values.
  static func equation(_ score: Attention.Score, _ p: [DoubleArray], lengths: [Int]?, S: Int) -> DoubleArray {
    let (queries, keys, values) = (p[p.count - 3], p[p.count - 2], p[p.count - 1])
    let Q = queries.shape.last!
    func vector(_ x: DoubleArray, _ place: [Int], _ size: Int) -> [Double] { (0..<size).map { x[place + [$0]] } }
    func product(_ w: DoubleArray, _ x: [Double]) -> [Double] {
      (0..<w.shape[0]).map { r in x.indices.reduce(0) { $0 + w[[r, $1]] * x[$1] } }
    }
    func energy(_ q: [Double], _ k: [Double]) -> Double {
      switch score {
      case .dot: return zip(q, k).reduce(0) { $0 + $1.0 * $1.1 }
      case .general: return zip(q, product(p[0], k)).reduce(0) { $0 + $1.0 * $1.1 }
      case .additive:
        let sums = zip(zip(product(p[1], q), p[2].elements), product(p[0], k)).map { $0.0 + $0.1 + $1 }
        return product(p[3], sums.map { Foundation.tanh($0) })[0]
      }
    }
    var rows: [Double] = []
    for s in 0..<S {
      for b in 0..<B {
        let q = vector(queries.reshaped([S, B, Q]), [s, b], Q)
        let e = (0..<T).map { $0 < lengths?[b] ?? T ? exp(energy(q, vector(keys, [$0, b], keys.shape[2]))) : 0 }
        let total = e.reduce(0, +)
        let weights = e.map { total == 0 ? 0 : $0 / total }
        rows += (0..<V).map { v in (0..<T).reduce(0) { $0 + weights[$1] * values[[$1, b, v]] } } + weights
      }
    }
    return DoubleArray(rows, [S, B, V + T])
  }

  /// 2e-6, and 5e-6 for gradients, as for the operations that it is made of.
  @Test(arguments: Attention.Score.allCases, [nil, 2]) func agreesWithItsEquation(
    _ score: Attention.Score, _ steps: Int?
  ) {
    let (T, B, V) = (AttentionTests.T, AttentionTests.B, AttentionTests.V)
    let (Q, K) = (2, score == .dot ? 2 : 3)
    for lengths in [nil, AttentionTests.lengths] {
      let attention = Attention(score, querySize: Q, keySize: K, hiddenSize: 5)
      attention.initialise(seed: 3)
      var random = RandomStream(seed: 4)
      let inputs = [steps.map { [$0, B, Q] } ?? [B, Q], [T, B, K], [T, B, V]].map {
        Parameter(Tensor(uniform: -2...2, shape: Shape($0), using: &random))
      }
      let parameters = attention.parameters.map(\.parameter) + inputs
      let S = steps ?? 1
      let answer = EquationAnswer(
        { AttentionTests.equation(score, $0, lengths: lengths, S: S) }, at: parameters.map(\.value))
      for backend in TestBackend.all {
        for parameter in parameters { parameter.zeroGradient() }
        let tape = Tape(backend: backend.backend)
        let memory = attention.memory(tape.variable(inputs[1]), values: tape.variable(inputs[2]), lengths: lengths)
        let (context, weights) = attention(tape.variable(inputs[0]), memory)
        #expect(context.shape.dimensions == (steps.map { [$0] } ?? []) + [B, V])
        let found = answer.deviation(
          of: concatenated([context.reshaped(to: [S, B, V]), weights.reshaped(to: [S, B, T])], along: 2),
          parameters: parameters)
        #expect(found.result < 2e-6, "\(backend): off by \(found.result)")
        #expect(found.gradients.allSatisfy { $0 < 5e-6 }, "\(backend): gradients off by \(found.gradients)")
      }
    }
  }

  /// A row of length 0 gives zeros and receives no gradient, whatever its keys are.
  @Test(arguments: Attention.Score.allCases) func ofNothingNothingComes(_ score: Attention.Score) throws {
    let attention = Attention(score, querySize: 3, keySize: 3)
    for backend in TestBackend.all {
      let tape = Tape(backend: backend.backend)
      let (keys, query) = (
        Parameter(Tensor(repeating: 1e30, shape: [2, 1, 3])), Parameter(Tensor(repeating: 1, shape: [1, 3]))
      )
      let (context, weights) = attention(tape.variable(query), attention.memory(tape.variable(keys), lengths: [0]))
      #expect(context.value == Tensor(zeros: [1, 3]) && weights.value == Tensor(zeros: [1, 2]))
      context.sum().backward()
      #expect(keys.gradient == Tensor(zeros: [2, 1, 3]) && query.gradient == Tensor(zeros: [1, 3]))
    }
  }
}
