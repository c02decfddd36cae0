// The activations that a variant of a cell may have, as ONNX defines them for its recurrent
// operators.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An activation of a cell's gate. The equations are those of ONNX's RNN, GRU and LSTM operators.
public enum CellActivation: Sendable, Hashable {
  /// 1 / (1 + exp(-x))
  case sigmoid
  case tanh
  /// max(x, 0)
  case relu
  /// alpha x + beta
  case affine(alpha: Float, beta: Float)
  /// x, but alpha x below 0
  case leakyRelu(alpha: Float)
  /// x above alpha, else 0
  case thresholdedRelu(alpha: Float)
  /// alpha tanh(beta x)
  case scaledTanh(alpha: Float, beta: Float)
  /// alpha x + beta, within 0...1
  case hardSigmoid(alpha: Float, beta: Float)
  /// x, but alpha (exp(x) - 1) below 0
  case elu(alpha: Float)
  /// x / (1 + |x|)
  case softsign
  /// log(1 + exp(x))
  case softplus
}

/// The operations that the activations need beside those of every cell.
package protocol ActivationArithmetic: CellArithmetic {
  static func constant(_ number: Float) -> Self
  func divided(by other: Self) -> Self
  static func exponentialFunction(_ x: Self) -> Self
  /// log(1 + x).
  static func logarithmOfOnePlus(_ x: Self) -> Self
  /// `otherwise` where `x` is at most `limit`; else, and where x is NaN, `value`.
  static func choose(_ value: Self, where x: Self, isAbove limit: Self, otherwise: Self) -> Self
}

extension CellActivation {
  /// The value at x.
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
    // Without overflow: max(x, 0) + log(1 + exp(-|x|)).
    case .softplus: V.relu(x) + V.logarithmOfOnePlus(V.exponentialFunction(c(0) - x.magnitude))
    }
  }

  /// The derivative at x; at a corner, that from the left.
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

extension ActivationArithmetic {
  package var magnitude: Self {
    Self.choose(self, where: self, isAbove: Self.constant(0), otherwise: Self.constant(0) - self)
  }

  /// Within low...high; NaN stays NaN.
  package func clamped(_ low: Self, _ high: Self) -> Self {
    let negative = Self.constant(0) - Self.choose(self, where: self, isAbove: low, otherwise: low)
    let limit = Self.constant(0) - high
    return Self.constant(0) - Self.choose(negative, where: negative, isAbove: limit, otherwise: limit)
  }
}

extension Double: ActivationArithmetic {
  package static func constant(_ number: Float) -> Double { Double(number) }
  package func divided(by other: Double) -> Double { self / other }
  package static func exponentialFunction(_ x: Double) -> Double { exp(x) }
  package static func logarithmOfOnePlus(_ x: Double) -> Double { log1p(x) }
  package static func choose(_ value: Double, where x: Double, isAbove limit: Double, otherwise: Double) -> Double {
    x <= limit ? otherwise : value
  }
}

extension SIMD8: ActivationArithmetic where Scalar == Float {
  package static func constant(_ number: Float) -> Self { Self(repeating: number) }
  package func divided(by other: Self) -> Self { self / other }
  package static func exponentialFunction(_ x: Self) -> Self { x.mapLanes(exp) }
  package static func logarithmOfOnePlus(_ x: Self) -> Self { x.mapLanes(log1p) }
  package static func choose(_ value: Self, where x: Self, isAbove limit: Self, otherwise: Self) -> Self {
    value.replacing(with: otherwise, where: x .<= limit)
  }

  private func mapLanes(_ function: (Float) -> Float) -> Self {
    var result = self
    for lane in 0..<8 { result[lane] = function(self[lane]) }
    return result
  }
}
