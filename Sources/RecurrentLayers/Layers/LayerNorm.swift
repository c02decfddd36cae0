// Layer normalisation (Ba, Kiros & Hinton 2016).

import RecurrentCore

/// Layer normalisation over the last dimension: y = gamma · (x - mean) / √(variance + ε) + beta.
/// Ba, Kiros & Hinton, "Layer normalization", 2016; PyTorch's `nn.LayerNorm`. gamma starts at 1,
/// beta at 0.
public struct LayerNorm: Module, Sendable {
  /// gamma, [F].
  public let weight: Parameter
  /// beta, [F].
  public let bias: Parameter
  /// ε, added to the variance.
  public let epsilon: Float

  /// Creates the layer for F = `size` features. Precondition: `size` is 1 or more.
  public init(_ size: Int, epsilon: Float = 1e-5) {
    require(size >= 1, "LayerNorm: size \(size) must be one or more")
    weight = Parameter(.constant(1), shape: [size])
    bias = Parameter(.constant(0), shape: [size])
    self.epsilon = epsilon
  }

  /// Normalises each row of the last dimension: [..., F] to [..., F].
  public func callAsFunction(_ x: Variable) -> Variable {
    let (F, tape) = (weight.shape[0], x.tape)
    require(x.shape.dimensions.last == F, "LayerNorm: input has shape \(x.shape), expected [..., \(F)]")
    let rows = x.shape.count / F
    let (gamma, beta) = (tape.variable(weight), tape.variable(bias))
    var (y, normalised, scales) = (tape.tensor(x.shape), tape.tensor(x.shape), tape.tensor([rows]))
    let (source, target, kept, scale) = (x.value.base, y.mutableBase, normalised.mutableBase, scales.mutableBase)
    let (g, b) = (gamma.value, beta.value)
    tape.backend.pool.forEachPart(of: rows, least: Tape.least / 8 / F) { part, _ in
      for row in part {
        let first = row * F
        scale[row] = LayerNormalisation.forward(
          source + first, count: F, gamma: g.base, beta: b.base, epsilon: epsilon, into: target + first,
          normalised: kept + first)
      }
    }
    withExtendedLifetime((x, g, b)) {}
    return tape.record(y, from: [x, gamma, beta]) {
      [xSink = x.sink, gammaSink = gamma.sink, betaSink = beta.sink, normalised, scales] gradient, tape in
      let dy = gradient.mutableBase
      let sums = LayerNorm.backward(
        dy, rows: rows, F, gamma: g.base, normalised: normalised.base, scales: scales.base, tape)
      tape.add(gradient, to: xSink)
      for (sink, first) in [(gammaSink, 0), (betaSink, F)] {
        tape.add(to: sink, shape: [F]) { target, accumulating in
          for k in 0..<F { target[k] = (accumulating ? target[k] : 0) + Float(sums[first + k]) }
        }
      }
      withExtendedLifetime((g, normalised, scales)) {}
    }
  }

  /// The rows that one thread sums at a time, and the rows summed in Float before they are added in
  /// Double. Neither depends on the number of threads.
  private static let (group, block) = (512, 32)

  /// Replaces dy, [rows, F], by dx. Returns the gradients of gamma and beta in the first 2F
  /// elements.
  private static func backward(
    _ dy: UnsafeMutablePointer<Float>, rows: Int, _ F: Int, gamma: UnsafePointer<Float>,
    normalised: UnsafePointer<Float>,
    scales: UnsafePointer<Float>, _ tape: Tape
  ) -> [Double] {
    let groups = (rows + group - 1) / group
    var sums = [Double](repeating: 0, count: 2 * F * max(1, groups))
    sums.withUnsafeMutableBufferPointer { sums in
      let sums = sums.baseAddress!
      tape.backend.pool.forEachPart(of: groups, least: Tape.least / 8 / (group * F)) { part, _ in
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * F) { partial in
          let partial = partial.baseAddress!
          for number in part {
            for start in stride(from: number * group, to: min(rows, (number + 1) * group), by: block) {
              partial.update(repeating: 0, count: 2 * F)
              for row in start..<min(rows, start + block) {
                LayerNormalisation.backward(
                  dy + row * F, count: F, gamma: gamma, normalised: normalised + row * F, scale: scales[row],
                  into: dy + row * F,
                  gammaGradient: partial, betaGradient: partial + F)
              }
              RowSums.add(partial, rows: 1, stride: 0, columns: 2 * F, to: sums + 2 * F * number)
            }
          }
        }
      }
      for number in 1..<max(1, groups) {
        for k in 0..<2 * F { sums[k] += sums[2 * F * number + k] }
      }
    }
    return sums
  }
}
