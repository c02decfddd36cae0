// Activations as layers without parameters, under PyTorch's names.

import RecurrentCore

/// max(x, 0) of each element: `Variable.relu`. PyTorch's `nn.ReLU`.
public struct ReLU: Layer {
  public init() {}
  public func callAsFunction(_ x: Variable) -> Variable { x.relu() }
}

/// The hyperbolic tangent of each element: `Variable.tanh`. PyTorch's `nn.Tanh`.
public struct Tanh: Layer {
  public init() {}
  public func callAsFunction(_ x: Variable) -> Variable { x.tanh() }
}

/// 1 / (1 + exp(-x)) of each element: `Variable.sigmoid`. PyTorch's `nn.Sigmoid`.
public struct Sigmoid: Layer {
  public init() {}
  public func callAsFunction(_ x: Variable) -> Variable { x.sigmoid() }
}

/// x Φ(x) of each element: `Variable.gelu`. PyTorch's `nn.GELU`.
public struct GELU: Layer {
  /// How Φ, the distribution function of the standard normal distribution, is computed.
  public enum Approximation: Sendable {
    /// By the error function.
    case none
    /// By a formula with tanh.
    case tanh
  }

  public let approximation: Approximation

  public init(_ approximation: Approximation = .none) { self.approximation = approximation }
  public func callAsFunction(_ x: Variable) -> Variable { x.gelu(approximation) }
}

/// log(1 + exp(βx)) / β of each element: `Variable.softplus`. PyTorch's `nn.Softplus`.
public struct Softplus: Layer {
  /// β
  public let beta: Float
  /// Where βx is above this, x itself is the result.
  public let threshold: Float

  /// Stops when `beta` is 0 or not finite.
  public init(beta: Float = 1, threshold: Float = 20) {
    require(beta != 0 && beta.isFinite, "Softplus: beta \(beta) must be finite and not 0")
    (self.beta, self.threshold) = (beta, threshold)
  }

  public func callAsFunction(_ x: Variable) -> Variable { x.softplus(beta: beta, threshold: threshold) }
}

/// exp(x) over its sum along the last dimension: `Variable.softmax`. PyTorch's
/// `nn.Softmax(dim=-1)`.
public struct Softmax: Layer {
  public init() {}
  public func callAsFunction(_ x: Variable) -> Variable { x.softmax() }
}

/// The logarithm of softmax along the last dimension: `Variable.logSoftmax`. PyTorch's
/// `nn.LogSoftmax(dim=-1)`.
public struct LogSoftmax: Layer {
  public init() {}
  public func callAsFunction(_ x: Variable) -> Variable { x.logSoftmax() }
}
