// How parameters begin.

import RecurrentCore

/// A way to draw a parameter's initial value. Of a weight [outputs, inputs], the fan-in is the
/// number of inputs.
public struct Initialiser: Sendable {
  private let draw: @Sendable (Shape, inout RandomStream) -> Tensor

  /// From a function that draws a tensor of a shape from a stream.
  public init(_ draw: @escaping @Sendable (Shape, inout RandomStream) -> Tensor) { self.draw = draw }

  /// Draws a tensor of that shape.
  public func callAsFunction(_ shape: Shape, _ random: inout RandomStream) -> Tensor { draw(shape, &random) }

  /// The same number everywhere.
  public static func constant(_ value: Float) -> Initialiser {
    Initialiser { shape, _ in Tensor(repeating: value, shape: shape) }
  }

  /// Uniform in ±bound. PyTorch's default for recurrent weights and biases is ±1/√H, for linear
  /// ones ±1/√fan-in.
  public static func uniform(_ bound: Float) -> Initialiser {
    Initialiser { Tensor(uniform: -bound...bound, shape: $0, using: &$1) }
  }

  /// Normal with mean 0.
  public static func normal(_ deviation: Float) -> Initialiser {
    Initialiser { Tensor(normal: deviation, shape: $0, using: &$1) }
  }

  /// Uniform with the variance gain² · 2 / (fan-in + fan-out). Glorot & Bengio, "Understanding the
  /// difficulty of training deep feedforward neural networks", 2010; PyTorch's `xavier_uniform_`.
  public static func xavierUniform(gain: Float = 1) -> Initialiser {
    Initialiser { shape, random in
      let fans = fans(shape)
      return uniform(gain * (6 / Float(fans.in + fans.out)).squareRoot())(shape, &random)
    }
  }

  /// Normal with that variance; PyTorch's `xavier_normal_`.
  public static func xavierNormal(gain: Float = 1) -> Initialiser {
    Initialiser { shape, random in
      let fans = fans(shape)
      return normal(gain * (2 / Float(fans.in + fans.out)).squareRoot())(shape, &random)
    }
  }

  /// Uniform with the variance 2 / fan-in, for relu. He et al., "Delving deep into rectifiers",
  /// 2015; PyTorch's `kaiming_uniform_` with nonlinearity "relu".
  public static let heUniform = Initialiser { shape, random in
    uniform((6 / Float(fans(shape).in)).squareRoot())(shape, &random)
  }

  /// Normal with that variance; PyTorch's `kaiming_normal_`.
  public static let heNormal = Initialiser { shape, random in
    normal((2 / Float(fans(shape).in)).squareRoot())(shape, &random)
  }

  /// gain · I for each square block of [n · size, size]: for Elman cells with relu, whose state
  /// then persists at first. Le, Jaitly & Hinton, "A simple way to initialize recurrent networks of
  /// rectified linear units" (IRNN), 2015.
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
