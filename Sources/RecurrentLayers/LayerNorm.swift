// Rows with mean 0 and variance 1.

import RecurrentCore

/// y = gamma · (x - mean) / √(variance + ε) + beta over the last dimension: [..., F]. Ba, Kiros & Hinton, "Layer normalization", 2016; PyTorch's
/// `nn.LayerNorm`: weight (gamma) and bias (beta) are [F] and begin with 1 and 0.
public struct LayerNorm: Module, Sendable {
  /// gamma, [F]
  public let weight: Parameter
  /// beta, [F]
  public let bias: Parameter
  /// Added to the variance.
  public let epsilon: Float

  /// Stops when F is below one.
  public init(_ size: Int, epsilon: Float = 1e-5) {
    require(size >= 1, "LayerNorm: size \(size) must be one or more")
    weight = Parameter(.constant(1), shape: [size])
    bias = Parameter(.constant(0), shape: [size])
    self.epsilon = epsilon
  }

  /// [..., F] to [..., F].
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
          source + first, count: F, gamma: g.base, beta: b.base, epsilon: epsilon, into: target + first, normalised: kept + first)
      }
    }
    withExtendedLifetime((x, g, b)) {}
    return tape.record(y, from: [x, gamma, beta]) {
      [xSink = x.sink, gammaSink = gamma.sink, betaSink = beta.sink, normalised, scales] gradient, tape in
      // In order, row after row: sums over rows do not depend on the number of threads.
      var (gammaGradient, betaGradient) = (Tensor(zeros: [F]), Tensor(zeros: [F]))
      let (dy, forGamma, forBeta) = (gradient.mutableBase, gammaGradient.mutableBase, betaGradient.mutableBase)
      for row in 0..<rows {
        LayerNormalisation.backward(
          dy + row * F, count: F, gamma: g.base, normalised: normalised.base + row * F, scale: scales.base[row], into: dy + row * F,
          gammaGradient: forGamma, betaGradient: forBeta)
      }
      tape.add(gradient, to: xSink)
      tape.add(gammaGradient, to: gammaSink)
      tape.add(betaGradient, to: betaSink)
      withExtendedLifetime((g, normalised, scales)) {}
    }
  }
}
