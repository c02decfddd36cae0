// Weight initialisers: constant, uniform, normal, Xavier, He, identity. PyTorch's `nn.init`.

import RecurrentCore

/// A function that draws the initial value of a parameter. For a weight [outputs, inputs], fan-in
/// is the number of inputs and fan-out the number of outputs.
public struct Initialiser: Sendable {
  private let draw: @Sendable (Shape, inout RandomStream) -> Tensor

  /// Creates an initialiser from a function that draws a tensor of a given shape from a random
  /// stream.
  public init(_ draw: @escaping @Sendable (Shape, inout RandomStream) -> Tensor) { self.draw = draw }

  /// Draws a tensor of the given shape.
  public func callAsFunction(_ shape: Shape, _ random: inout RandomStream) -> Tensor { draw(shape, &random) }

  /// The same value for all elements. PyTorch's `constant_`.
  public static func constant(_ value: Float) -> Initialiser {
    Initialiser { shape, _ in Tensor(repeating: value, shape: shape) }
  }

  /// Uniform in -bound...bound. PyTorch's default is 1/√H for recurrent layers and 1/√fan-in for
  /// linear ones.
  public static func uniform(_ bound: Float) -> Initialiser {
    Initialiser { Tensor(uniform: -bound...bound, shape: $0, using: &$1) }
  }

  /// Normal with mean 0 and the given standard deviation. PyTorch's `normal_`.
  public static func normal(_ deviation: Float) -> Initialiser {
    Initialiser { Tensor(normal: deviation, shape: $0, using: &$1) }
  }

  /// Uniform with variance gain² · 2 / (fan-in + fan-out). Glorot & Bengio, "Understanding the
  /// difficulty of training deep feedforward neural networks", 2010; PyTorch's `xavier_uniform_`.
  public static func xavierUniform(gain: Float = 1) -> Initialiser {
    Initialiser { shape, random in
      let fans = fans(shape)
      return uniform(gain * (6 / Float(fans.in + fans.out)).squareRoot())(shape, &random)
    }
  }

  /// Normal with variance gain² · 2 / (fan-in + fan-out). PyTorch's `xavier_normal_`.
  public static func xavierNormal(gain: Float = 1) -> Initialiser {
    Initialiser { shape, random in
      let fans = fans(shape)
      return normal(gain * (2 / Float(fans.in + fans.out)).squareRoot())(shape, &random)
    }
  }

  /// Uniform with variance 2 / fan-in, for ReLU. He et al., "Delving deep into rectifiers", 2015;
  /// PyTorch's `kaiming_uniform_` with nonlinearity "relu".
  public static let heUniform = Initialiser { shape, random in
    uniform((6 / Float(fans(shape).in)).squareRoot())(shape, &random)
  }

  /// Normal with variance 2 / fan-in, for ReLU. PyTorch's `kaiming_normal_` with nonlinearity
  /// "relu".
  public static let heNormal = Initialiser { shape, random in
    normal((2 / Float(fans(shape).in)).squareRoot())(shape, &random)
  }

  /// gain · I in each square block of [n · size, size]: for Elman cells with ReLU. Le, Jaitly &
  /// Hinton, "A simple way to initialize recurrent networks of rectified linear units" (IRNN),
  /// 2015. PyTorch's `eye_`.
  public static func identity(gain: Float = 1) -> Initialiser {
    Initialiser { shape, _ in
      require(shape.rank == 2 && shape[1] > 0, "Initialiser.identity: shape \(shape), expected a matrix")
      var matrix = Tensor(zeros: shape)
      for row in 0..<shape[0] { matrix[row, row % shape[1]] = gain }
      return matrix
    }
  }

  private static func fans(_ shape: Shape) -> (in: Int, out: Int) {
    require(shape.rank == 2, "Initialiser: fan-in and fan-out are those of a matrix, not of shape \(shape)")
    return (max(1, shape[1]), max(1, shape[0]))
  }
}
