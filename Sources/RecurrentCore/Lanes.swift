// The numbers that a cell's equations are written over: eight floats at a time where speed counts, one
// Double where the equations themselves are put to the proof.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A number, or a vector of them, with the operations of the cells' equations.
public protocol Lanes {
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static var one: Self { get }
  /// 1 / (1 + exp(-x)).
  static func sigmoid(_ x: Self) -> Self
  static func tanh(_ x: Self) -> Self
  /// max(x, 0); NaN stays NaN.
  static func relu(_ x: Self) -> Self
  /// `gradient` where `output` is above zero, else 0.
  static func passing(_ gradient: Self, where output: Self) -> Self
}

extension Double: Lanes {
  public static var one: Double { 1 }
  public static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  public static func tanh(_ x: Double) -> Double { _tanh(x) }
  public static func relu(_ x: Double) -> Double { x < 0 ? 0 : x }
  public static func passing(_ gradient: Double, where output: Double) -> Double { output > 0 ? gradient : 0 }
}

/// The C library's, which the method of the same name hides.
private func _tanh(_ x: Double) -> Double { tanh(x) }

/// Eight floats: two 128-bit registers without compiler flags, one of 256 bits with them. Multiplications and
/// additions stay separate: without fused hardware `addingProduct` is a library call for every lane.
extension SIMD8: Lanes where Scalar == Float {
  @inlinable public static var one: SIMD8<Float> { SIMD8(repeating: 1) }

  /// At most 4 ulp from the correctly rounded value; 0 where that is below the smallest normal number.
  @inlinable public static func sigmoid(_ x: SIMD8<Float>) -> SIMD8<Float> {
    // exp of -|x| never overflows, and either quotient keeps its relative accuracy.
    let e = exp(nonPositive: -magnitude(x))
    return one.replacing(with: e, where: x .< 0) / (one + e)
  }

  /// At most 4 ulp from the correctly rounded value; odd to the bit, ±1 from |x| = 9.02 on.
  @inlinable public static func tanh(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let m = magnitude(x)
    // 1 - 2e/(1 + e) with e = exp(-2|x|) far from zero, an odd polynomial near it.
    let e = exp(nonPositive: m * -2)
    let far = one - (e + e) / (one + e)
    let z = x * x
    var p = z * -0.005704986397176981 + 0.02063908614218235
    p = p * z - 0.05373971536755562
    p = p * z + 0.13331441581249237
    p = p * z - 0.3333328068256378
    let near = m + m * (z * p)
    let positive = far.replacing(with: near, where: m .< 0.625)
    return copysign(positive, x)
  }

  @inlinable public static func relu(_ x: SIMD8<Float>) -> SIMD8<Float> {
    x.replacing(with: SIMD8(repeating: 0), where: x .< 0)
  }

  @inlinable public static func passing(_ gradient: SIMD8<Float>, where output: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(repeating: 0).replacing(with: gradient, where: output .> 0)
  }

  /// exp(x) for x <= 0: 2^n · exp(r), with n the nearest integer to x / ln 2 and |r| at most ln 2 / 2. The
  /// polynomial's coefficients minimise the largest relative error there (0.05 ulp before rounding).
  @inlinable static func exp(nonPositive x: SIMD8<Float>) -> SIMD8<Float> {
    let magic: Float = 12_582_912  // 1.5 · 2^23: adding it rounds to an integer, in the low bits
    let shifted = x * 1.44269504088896341 + magic
    let n = shifted - magic
    // ln 2 in two parts; the first has so few bits that n times it is exact.
    let r = x - n * 0.693359375 + n * 2.12194440e-4
    var p = r * 0.0013814602280035615 + 0.008368715643882751
    p = p * r + 0.04166838899254799
    p = p * r + 0.1666652113199234
    p = p * r + 0.4999999403953552
    // A product, not an addition to the exponent, so that NaN stays NaN.
    let power = SIMD8<Float>(bits: (shifted.bits &+ 127) &<< 23)
    let result = (one + (r + r * r * p)) * power
    // Below this the result is not a normal number, and the exponent would wrap.
    return result.replacing(with: SIMD8(repeating: 0), where: x .< -87.33654)
  }

  @inlinable static func magnitude(_ x: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8<Float>(bits: x.bits & SIMD8<Int32>(repeating: 0x7fff_ffff))
  }

  @inlinable static func copysign(_ x: SIMD8<Float>, _ sign: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8<Float>(bits: x.bits | sign.bits & SIMD8<Int32>(repeating: Int32.min))
  }

  @inlinable var bits: SIMD8<Int32> { unsafeBitCast(self, to: SIMD8<Int32>.self) }

  @inlinable init(bits: SIMD8<Int32>) { self = unsafeBitCast(bits, to: SIMD8<Float>.self) }
}
