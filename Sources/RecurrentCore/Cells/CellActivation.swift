// Activations of cell variants, as ONNX defines them for its recurrent operators.

/// An activation of a cell's gate, by the equations of ONNX's RNN, GRU and LSTM operators.
public enum CellActivation: Sendable, Hashable {
  /// 1 / (1 + exp(-x))
  case sigmoid
  /// tanh(x)
  case tanh
  /// max(x, 0)
  case relu
  /// alpha x + beta
  case affine(alpha: Float, beta: Float)
  /// x if x > 0, else alpha x
  case leakyRelu(alpha: Float)
  /// x if x > alpha, else 0
  case thresholdedRelu(alpha: Float)
  /// alpha tanh(beta x)
  case scaledTanh(alpha: Float, beta: Float)
  /// alpha x + beta, clamped to 0...1
  case hardSigmoid(alpha: Float, beta: Float)
  /// x if x > 0, else alpha (exp(x) - 1)
  case elu(alpha: Float)
  /// x / (1 + |x|)
  case softsign
  /// log(1 + exp(x))
  case softplus
}

extension CellActivation {
  /// The activation at x.
  package func value<V: ActivationArithmetic>(_ x: V) -> V {
    func c(_ number: Float) -> V { V.constant(number) }
    return switch self {
    case .sigmoid: V.sigmoid(x)
    case .tanh: V.tanh(x)
    case .relu: V.relu(x)
    case .affine(let alpha, let beta): c(alpha) * x + c(beta)
    case .leakyRelu(let alpha): V.choose(x, where: x, isAbove: c(0), otherwise: c(alpha) * x)
    case .thresholdedRelu(let alpha): V.choose(x, where: x, isAbove: c(alpha), otherwise: c(0))
    case .scaledTanh(let alpha, let beta): c(alpha) * V.tanh(c(beta) * x)
    case .hardSigmoid(let alpha, let beta): (c(alpha) * x + c(beta)).clamped(c(0), c(1))
    case .elu(let alpha): V.choose(x, where: x, isAbove: c(0), otherwise: c(alpha) * (V.exponentialFunction(x) - V.one))
    case .softsign: x.divided(by: V.one + x.magnitude)
    // Written as max(x, 0) + log(1 + exp(-|x|)), which does not overflow.
    case .softplus: V.relu(x) + V.logarithmOfOnePlus(V.exponentialFunction(c(0) - x.magnitude))
    }
  }

  /// The derivative at x; at a corner, the derivative from the left.
  package func slope<V: ActivationArithmetic>(_ x: V) -> V {
    func c(_ number: Float) -> V { V.constant(number) }
    switch self {
    case .sigmoid:
      let y = V.sigmoid(x)
      return y * (V.one - y)
    case .tanh:
      let y = V.tanh(x)
      return V.one - y * y
    case .relu: return V.choose(V.one, where: x, isAbove: c(0), otherwise: c(0))
    case .affine(let alpha, _): return c(alpha)
    case .leakyRelu(let alpha): return V.choose(V.one, where: x, isAbove: c(0), otherwise: c(alpha))
    case .thresholdedRelu(let alpha): return V.choose(V.one, where: x, isAbove: c(alpha), otherwise: c(0))
    case .scaledTanh(let alpha, let beta):
      let y = V.tanh(c(beta) * x)
      return c(alpha) * c(beta) * (V.one - y * y)
    case .hardSigmoid(let alpha, let beta):
      let y = c(alpha) * x + c(beta)
      return V.choose(
        V.choose(c(0), where: y, isAbove: V.one, otherwise: c(alpha)), where: y, isAbove: c(0), otherwise: c(0))
    case .elu(let alpha):
      return V.choose(V.one, where: x, isAbove: c(0), otherwise: c(alpha) * V.exponentialFunction(x))
    case .softsign:
      let y = V.one.divided(by: V.one + x.magnitude)
      return y * y
    case .softplus: return V.sigmoid(x)
    }
  }
}
