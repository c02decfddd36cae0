// Activation arithmetic: the operations of activations on scalars and vectors.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The operations that activations need beside those of `CellArithmetic`.
package protocol ActivationArithmetic: CellArithmetic {
  /// A vector of one number.
  static func constant(_ number: Float) -> Self
  /// self / other.
  func divided(by other: Self) -> Self
  /// exp(x).
  static func exponentialFunction(_ x: Self) -> Self
  /// log(1 + x).
  static func logarithmOfOnePlus(_ x: Self) -> Self
  /// `otherwise` where `x` <= `limit`; `value` elsewhere, NaN included.
  static func choose(_ value: Self, where x: Self, isAbove limit: Self, otherwise: Self) -> Self
}

extension ActivationArithmetic {
  /// |x|; NaN stays NaN.
  package var magnitude: Self {
    Self.choose(self, where: self, isAbove: Self.constant(0), otherwise: Self.constant(0) - self)
  }

  /// The value clamped to low...high; NaN stays NaN.
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
