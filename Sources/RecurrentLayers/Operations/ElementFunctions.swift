// Element-wise functions: exponential, logarithm, square root, GELU, softplus.
//
// They are PyTorch's functions of the same names. NaN gives NaN. Results are within 1 ulp of the
// correctly rounded value, gradients within 2. Subnormal numbers may count as zero, as everywhere
// in the engine.

import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Variable {
  /// eˣ of each element; infinity from x = 88.73 on.
  public func exp() -> Variable {
    elementwise({ x, y, count in for k in 0..<count { y[k] = expf(x[k]) } }, gradient: { g, y in g * y })
  }

  /// The natural logarithm of each element; -infinity at 0, NaN below.
  public func log() -> Variable {
    // A subnormal number counts as zero here; logf would not treat it so.
    elementwise(
      { x, y, count in for k in 0..<count { y[k] = x[k] == 0 ? -.infinity : logf(x[k]) } },
      inputGradient: { g, x in g / x })
  }

  /// The square root of each element; NaN below 0. The gradient at 0 is infinite.
  public func sqrt() -> Variable {
    elementwise({ x, y, count in for k in 0..<count { y[k] = x[k].squareRoot() } }, gradient: { g, y in g / (2 * y) })
  }

  /// The Gaussian error linear unit of each element: x Φ(x), where Φ is the distribution function
  /// of the standard normal distribution. Hendrycks & Gimpel, "Gaussian error linear units", 2016;
  /// PyTorch's `gelu`, except that -infinity gives -0. With `.tanh`, Φ is approximated by the
  /// formula of the same paper, with an error of up to 3e-4.
  public func gelu(_ approximation: GELU.Approximation = .none) -> Variable {
    switch approximation {
    case .none: elementwise(each(GELU.exact), inputGradient: { g, x in g * GELU.exactSlope(x) })
    case .tanh: elementwise(each(GELU.approximate), inputGradient: { g, x in g * GELU.approximateSlope(x) })
    }
  }

  /// The softplus of each element, a smooth ReLU: log(1 + exp(βx)) / β, and x itself where βx is
  /// above `threshold`. Dugas et al. 2000; PyTorch's `softplus`. It does not overflow, whatever the
  /// threshold. Precondition: `beta` is finite and not 0.
  public func softplus(beta: Float = 1, threshold: Float = 20) -> Variable {
    require(beta != 0 && beta.isFinite, "Variable.softplus: beta \(beta) must be finite and not 0")
    let (b, most) = (Double(beta), Double(threshold))
    return elementwise(
      each { x in
        let z = b * Double(x)
        // log(1 + exp z), computed without a large power.
        return z > most ? x : Float((Swift.max(z, 0) + log1p(exponential(-abs(z)))) / b)
      },
      inputGradient: { g, x in
        let z = b * Double(x)
        return z > most ? g : Float(Double(g) / (1 + exponential(-z)))
      })
  }
}

/// A function of arrays that applies f to each element.
private func each(_ f: @escaping (Float) -> Float) -> (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void {
  { x, y, count in for k in 0..<count { y[k] = f(x[k]) } }
}

/// The exponential of the C library, which the method `exp` hides.
private func exponential(_ x: Double) -> Double { exp(x) }

extension GELU {
  // In Double: in Float, erfc would multiply the rounding error of its argument by x².

  // All in Double: in Float, erfc would multiply the rounding error of its argument by x².
  fileprivate static func exact(_ x: Float) -> Float {
    let x = bounded(x)
    return Float(x * distribution(x))
  }

  /// Φ(x) + x φ(x).
  fileprivate static func exactSlope(_ x: Float) -> Float {
    let x = doublyBounded(x)
    return Float(distribution(x) + x * exponential(-x * x / 2) * 0.3989422804014327)
  }

  /// Φ(x) = erfc(-x / √2) / 2.
  private static func distribution(_ x: Double) -> Double { erfc(-x * 0.7071067811865476) / 2 }

  /// x (1 + tanh u) / 2 with u = √(2 / π) (x + 0.044715 x³): (1 + tanh u) / 2 is the sigmoid of 2u.
  fileprivate static func approximate(_ x: Float) -> Float {
    let x = bounded(x)
    return Float(x / (1 + exponential(-2 * inner(x))))
  }

  /// s + x s (1 - s) 2 du/dx, where s is the sigmoid of 2u.
  fileprivate static func approximateSlope(_ x: Float) -> Float {
    let x = doublyBounded(x)
    let power = exponential(-2 * inner(x))
    let s = 1 / (1 + power)
    // s (1 - s), computed without an infinite power.
    let change = power < .infinity ? s * (s * power) : 0
    return Float(s + 2 * 0.7978845608028654 * (x + 3 * 0.044715 * x * x * x) * change)
  }

  private static func inner(_ x: Double) -> Double { 0.7978845608028654 * (x + 0.044715 * x * x * x) }

  /// x, but at least -1e38, where GELU is zero: -infinity times zero would be NaN.
  private static func bounded(_ x: Float) -> Double { x < -1e38 ? -1e38 : Double(x) }

  /// x between -1e38 and 1e38, outside of which the slope is constant.
  private static func doublyBounded(_ x: Float) -> Double { x > 1e38 ? 1e38 : bounded(x) }
}
