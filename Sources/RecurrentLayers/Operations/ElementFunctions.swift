// Exponentials, logarithms, square roots, and the activations made of them: GELU and softplus.
//
// PyTorch's functions of the same names. NaN in gives NaN out. Results are within 1 ulp of the
// correctly rounded value, gradients within 2. What is below the smallest normal number may count
// as zero, as everywhere in the engine.

import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Variable {
  /// eˣ of each element: infinity from x = 88.73 on. The gradient is eˣ.
  public func exp() -> Variable {
    elementwise({ x, y, count in for k in 0..<count { y[k] = expf(x[k]) } }, gradient: { g, y in g * y })
  }

  /// The natural logarithm of each element: -infinity at 0, NaN below. The gradient is 1 / x.
  public func log() -> Variable {
    // A denormal number is equal to zero here; logf makes something else of it.
    elementwise(
      { x, y, count in for k in 0..<count { y[k] = x[k] == 0 ? -.infinity : logf(x[k]) } },
      inputGradient: { g, x in g / x })
  }

  /// The square root of each element: NaN below 0. The gradient is 1 / 2√x, infinite at 0.
  public func sqrt() -> Variable {
    elementwise({ x, y, count in for k in 0..<count { y[k] = x[k].squareRoot() } }, gradient: { g, y in g / (2 * y) })
  }

  /// x Φ(x) of each element, where Φ is the distribution function of the standard normal
  /// distribution: Hendrycks & Gimpel, "Gaussian error linear units", 2016.
  /// `torch.nn.functional.gelu`, but for -infinity, which gives -0.
  /// - Parameter approximation: `.tanh` for the formula with tanh of the same paper, from which
  ///   Φ(x) differs by up to 3e-4.
  public func gelu(_ approximation: GELU.Approximation = .none) -> Variable {
    switch approximation {
    case .none: elementwise(each(GELU.exact), inputGradient: { g, x in g * GELU.exactSlope(x) })
    case .tanh: elementwise(each(GELU.approximate), inputGradient: { g, x in g * GELU.approximateSlope(x) })
    }
  }

  /// log(1 + exp(βx)) / β of each element, and x itself where βx is above `threshold`: a smooth
  /// ReLU (Dugas et al. 2000). `torch.nn.functional.softplus`. Nothing overflows, whatever the
  /// threshold.
  ///
  /// Stops when β is 0 or not finite.
  public func softplus(beta: Float = 1, threshold: Float = 20) -> Variable {
    require(beta != 0 && beta.isFinite, "Variable.softplus: beta \(beta) must be finite and not 0")
    let (b, most) = (Double(beta), Double(threshold))
    return elementwise(
      each { x in
        let z = b * Double(x)
        // log(1 + exp z), whichever sign z has, without a large power.
        return z > most ? x : Float((Swift.max(z, 0) + log1p(exponential(-abs(z)))) / b)
      },
      inputGradient: { g, x in
        let z = b * Double(x)
        return z > most ? g : Float(Double(g) / (1 + exponential(-z)))
      })
  }
}

/// Makes a function of arrays of one of a number.
private func each(_ f: @escaping (Float) -> Float) -> (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void {
  { x, y, count in for k in 0..<count { y[k] = f(x[k]) } }
}

/// The C library's function, which the method hides.
private func exponential(_ x: Double) -> Double { exp(x) }

extension GELU {
  // In Double: in Float, erfc would multiply the rounding error of its argument by x².

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
    // s (1 - s), without an infinite power.
    let change = power < .infinity ? s * (s * power) : 0
    return Float(s + 2 * 0.7978845608028654 * (x + 3 * 0.044715 * x * x * x) * change)
  }

  private static func inner(_ x: Double) -> Double { 0.7978845608028654 * (x + 0.044715 * x * x * x) }

  /// x, at least -1e38: what is there is zero, where -infinity times zero would be NaN.
  private static func bounded(_ x: Float) -> Double { x < -1e38 ? -1e38 : Double(x) }

  /// The same, and at most 1e38, for slopes, which are level there.
  private static func doublyBounded(_ x: Float) -> Double { x > 1e38 ? 1e38 : bounded(x) }
}
