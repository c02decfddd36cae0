// The numbers that a cell's equations are written over: eight floats at a time where speed counts,
// one Double where the equations themselves are put to the proof.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A number, or a vector of them, with the operations of the cells' equations.
@usableFromInline package protocol CellArithmetic {
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static var one: Self { get }
  /// 1 / (1 + exp(-x)).
  static func sigmoid(_ x: Self) -> Self
  static func tanh(_ x: Self) -> Self
  /// max(x, 0); NaN stays NaN.
  static func relu(_ x: Self) -> Self
  /// `gradient` but where `output` is zero or below, 0: that of a NaN passes.
  static func passing(_ gradient: Self, where output: Self) -> Self
}

extension Double: CellArithmetic {
  @usableFromInline package static var one: Double { 1 }
  @usableFromInline package static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  @usableFromInline package static func tanh(_ x: Double) -> Double { _tanh(x) }
  @usableFromInline package static func relu(_ x: Double) -> Double { x < 0 ? 0 : x }
  @usableFromInline package static func passing(_ gradient: Double, where output: Double) -> Double { output <= 0 ? 0 : gradient }
}

/// The C library's, which the method of the same name hides.
private func _tanh(_ x: Double) -> Double { tanh(x) }

/// Eight floats: two 128-bit registers without compiler flags, one of 256 bits with them.
/// Multiplications and additions stay separate: without fused hardware `addingProduct` is a library
/// call for every lane.
extension SIMD8: CellArithmetic where Scalar == Float {
  @inlinable package static var one: SIMD8<Float> { SIMD8(repeating: 1) }

  /// At most 4 ulp from the correctly rounded value; zero from about x = -88 on, where that is no
  /// normal number.
  @inlinable package static func sigmoid(_ x: SIMD8<Float>) -> SIMD8<Float> {
    // Below, the power is infinite, and above, 1 + exp(-x) is 1.
    let (power, u) = exponential(clamped(x, -89, 87.3))
    return one / ((u + one) * power + one)
  }

  /// At most 4 ulp from the correctly rounded value; odd to the bit, ±1 from |x| = 9.02 on.
  @inlinable package static func tanh(_ x: SIMD8<Float>) -> SIMD8<Float> {
    var m = magnitude(x)
    m.replace(with: 10, where: m .> 10)
    let (power, u) = exponential(m + m)
    // t = 1 - exp(-2|x|), without cancellation near zero, where the power is 1; tanh |x| = t / (2 -
    // t).
    let t = (one - power) - u * power
    return copysign(t / (one + one - t), x)
  }

  @inlinable package static func relu(_ x: SIMD8<Float>) -> SIMD8<Float> {
    x.replacing(with: SIMD8(repeating: 0), where: x .< 0)
  }

  @inlinable package static func passing(_ gradient: SIMD8<Float>, where output: SIMD8<Float>) -> SIMD8<Float> {
    gradient.replacing(with: SIMD8(repeating: 0), where: output .<= 0)
  }

  /// exp(-y) = power · (u + 1), for y in -89...87.3: power is 2^n, n from -126 to 128, where it is
  /// infinite. Apart from 1, u keeps its accuracy near zero.
  @inlinable static func exponential(_ y: SIMD8<Float>) -> (power: SIMD8<Float>, u: SIMD8<Float>) {
    // n is -y / ln 2, rounded. Adding 1.5 · 2^23 rounds to an integer, which is then in the low
    // bits; 127 more, and it is an exponent.
    let magic: Float = 12_582_912 + 127
    let shifted = y * -1.44269504088896341 + magic
    // A factor, not an addition to the exponent of u + 1, so that NaN stays NaN.
    let power = SIMD8<Float>(bits: shifted.bits &<< 23)
    let n = shifted - magic
    // r = y + n ln 2, with ln 2 in two parts; the first has so few bits that n times it is exact.
    let r = y + n * 0.693359375 - n * 2.12194440e-4
    // u = exp(-r) - 1 = r^2 p - r. The coefficients minimise the largest relative error of exp(-r)
    // (0.05 ulp before rounding).
    var p = r * 0.0013814602280035615 - 0.008368715643882751
    p = p * r + 0.04166838899254799
    p = p * r - 0.1666652113199234
    p = p * r + 0.4999999403953552
    return (power, r * r * p - r)
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

/// The natural logarithm, which methods called `log` elsewhere hide.
package func logarithm(_ x: Float) -> Float { log(x) }
