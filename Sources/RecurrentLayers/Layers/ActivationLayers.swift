// Activation functions as layers without parameters, with PyTorch's names.

import RecurrentCore

/// max(x, 0) of each element; see `Variable.relu`. PyTorch's `nn.ReLU`.
public struct ReLU: Layer {
  /// Creates the layer.
  public init() {}
  /// Applies the function to each element; the shape stays the same.
  public func callAsFunction(_ x: Variable) -> Variable { x.relu() }
}

/// The hyperbolic tangent of each element; see `Variable.tanh`. PyTorch's `nn.Tanh`.
public struct Tanh: Layer {
  /// Creates the layer.
  public init() {}
  /// Applies the function to each element; the shape stays the same.
  public func callAsFunction(_ x: Variable) -> Variable { x.tanh() }
}

/// 1 / (1 + exp(-x)) of each element; see `Variable.sigmoid`. PyTorch's `nn.Sigmoid`.
public struct Sigmoid: Layer {
  /// Creates the layer.
  public init() {}
  /// Applies the function to each element; the shape stays the same.
  public func callAsFunction(_ x: Variable) -> Variable { x.sigmoid() }
}

/// x Φ(x) of each element; see `Variable.gelu`. PyTorch's `nn.GELU`.
public struct GELU: Layer {
  /// How Φ, the distribution function of the standard normal distribution, is computed.
  public enum Approximation: Sendable {
    /// By the error function.
    case none
    /// By a formula with tanh.
    case tanh
  }

  /// How Φ is computed.
  public let approximation: Approximation

  /// Creates the layer.
  public init(_ approximation: Approximation = .none) { self.approximation = approximation }
  /// Applies the function to each element; the shape stays the same.
  public func callAsFunction(_ x: Variable) -> Variable { x.gelu(approximation) }
}

/// log(1 + exp(βx)) / β of each element; see `Variable.softplus`. PyTorch's `nn.Softplus`.
public struct Softplus: Layer {
  /// β, the steepness.
  public let beta: Float
  /// The bound on βx above which the result is x itself.
  public let threshold: Float

  /// Creates the layer. Precondition: `beta` is finite and not 0.
  public init(beta: Float = 1, threshold: Float = 20) {
    require(beta != 0 && beta.isFinite, "Softplus: beta \(beta) must be finite and not 0")
    (self.beta, self.threshold) = (beta, threshold)
  }

  /// Applies the function to each element; the shape stays the same.
  public func callAsFunction(_ x: Variable) -> Variable { x.softplus(beta: beta, threshold: threshold) }
}

/// The softmax along the last dimension; see `Variable.softmax`. PyTorch's `nn.Softmax(dim=-1)`.
public struct Softmax: Layer {
  /// Creates the layer.
  public init() {}
  /// Applies the function to each row of the last dimension; the shape stays the same.
  public func callAsFunction(_ x: Variable) -> Variable { x.softmax() }
}

/// The logarithm of the softmax along the last dimension; see `Variable.logSoftmax`. PyTorch's
/// `nn.LogSoftmax(dim=-1)`.
public struct LogSoftmax: Layer {
  /// Creates the layer.
  public init() {}
  /// Applies the function to each row of the last dimension; the shape stays the same.
  public func callAsFunction(_ x: Variable) -> Variable { x.logSoftmax() }
}
