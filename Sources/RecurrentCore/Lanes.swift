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

  /// At most 4 ulp from the correctly rounded value; zero from about x = -88 on, where that is no normal number.
  @inlinable public static func sigmoid(_ x: SIMD8<Float>) -> SIMD8<Float> {
    // Below, 2^n is infinite, and above, 1 + exp(-x) is 1.
    let x = clamped(x, -89, 87.3)
    let (n, power) = exponent(x, scale: -1.44269504088896341)
    // ln 2 in two parts; the first has so few bits that n times it is exact.
    let r = x + n * 0.693359375 - n * 2.12194440e-4
    // exp(-r) = 1 - r + r^2 p. The coefficients minimise the largest relative error (0.05 ulp before rounding).
    var p = r * 0.0013814602280035615 - 0.008368715643882751
    p = p * r + 0.04166838899254799
    p = p * r - 0.1666652113199234
    p = p * r + 0.4999999403953552
    let exponential = (r * r * p - r) + one
    // A product, not an addition to the exponent, so that NaN stays NaN.
    return one / (exponential * power + one)
  }

  /// At most 4 ulp from the correctly rounded value; odd to the bit, ±1 from |x| = 9.02 on.
  @inlinable public static func tanh(_ x: SIMD8<Float>) -> SIMD8<Float> {
    var m = magnitude(x)
    m.replace(with: 10, where: m .> 10)
    let (n, power) = exponent(m, scale: -2.88539008177792681)
    // As in the sigmoid, for exp(-2r): half of ln 2, and coefficients times powers of two.
    let r = m + n * 0.3466796875 - n * 1.06097220e-4
    var p = r * 0.088413454592227936 - 0.26779890060424805
    p = p * r + 0.66669422388076782
    p = p * r - 1.3333216905593872
    p = p * r + 1.9999997615814209
    // t = 1 - exp(-2|x|), without cancellation near zero, where n = 0; tanh |x| = t / (2 - t).
    let t = (one - power) - (r * r * p - (r + r)) * power
    return copysign(t / (one + one - t), x)
  }

  @inlinable public static func relu(_ x: SIMD8<Float>) -> SIMD8<Float> {
    x.replacing(with: SIMD8(repeating: 0), where: x .< 0)
  }

  @inlinable public static func passing(_ gradient: SIMD8<Float>, where output: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(repeating: 0).replacing(with: gradient, where: output .> 0)
  }

  /// x · `scale` rounded to an integer n, and 2^n; for n in -126...128, where 2^128 is infinity.
  @inlinable static func exponent(_ x: SIMD8<Float>, scale: Float) -> (n: SIMD8<Float>, power: SIMD8<Float>) {
    // Adding 1.5 · 2^23 rounds to an integer, which is then in the low bits; 127 more, and it is an exponent.
    let magic: Float = 12_582_912 + 127
    let shifted = x * scale + magic
    return (shifted - magic, SIMD8<Float>(bits: shifted.bits &<< 23))
  }

  /// NaN stays NaN.
  @inlinable static func clamped(_ x: SIMD8<Float>, _ low: Float, _ high: Float) -> SIMD8<Float> {
    x.replacing(with: low, where: x .< low).replacing(with: high, where: x .> high)
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
