// Update kernels: the element-wise work of optimisers that is worth kernels of its own.

/// Kernels for updates of parameters, computed on the calling thread. A backend's dense kernels may
/// be update kernels, too.
package protocol UpdateKernels: Sendable {
  /// Updates w from g and the moments m and v. With d = g + `coupledDecay` · w:
  /// m += (1 - β₁) (d - m), v = β₂ v + (1 - β₂) d², w = w · `shrinking` - `rate` · m / (√v ·
  /// `inverse` + ε).
  ///
  /// Each operation is rounded to float32, in this order: all kernels give the same bits.
  func adam(
    _ w: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, _ m: UnsafeMutablePointer<Float>,
    _ v: UnsafeMutablePointer<Float>, count: Int, _ factors: AdamFactors)
  /// Whether no element is infinite or NaN.
  func areFinite(_ x: UnsafePointer<Float>, count: Int) -> Bool
}

/// The factors of an update of Adam.
package struct AdamFactors {
  package var beta1, beta2, epsilon: Float
  /// The learning rate over 1 - β₁ᵗ, and 1 over √(1 - β₂ᵗ).
  package var rate, inverse: Float
  /// The weight decay that is added to the gradient, and the factor of w of a decoupled one.
  package var coupledDecay, shrinking: Float

  package init(
    beta1: Float, beta2: Float, epsilon: Float, rate: Float, inverse: Float, coupledDecay: Float, shrinking: Float
  ) {
    (self.beta1, self.beta2, self.epsilon, self.rate, self.inverse) = (beta1, beta2, epsilon, rate, inverse)
    (self.coupledDecay, self.shrinking) = (coupledDecay, shrinking)
  }
}

extension SwiftDenseKernels: UpdateKernels {
  package func adam(
    _ w: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, _ m: UnsafeMutablePointer<Float>,
    _ v: UnsafeMutablePointer<Float>, count: Int, _ f: AdamFactors
  ) {
    for k in 0..<count {
      let d = g[k] + f.coupledDecay * w[k]
      m[k] += (1 - f.beta1) * (d - m[k])
      v[k] = f.beta2 * v[k] + (1 - f.beta2) * d * d
      w[k] = w[k] * f.shrinking - f.rate * m[k] / (v[k].squareRoot() * f.inverse + f.epsilon)
    }
  }

  package func areFinite(_ x: UnsafePointer<Float>, count: Int) -> Bool { RecurrentCore.areFinite(x, count) }
}
