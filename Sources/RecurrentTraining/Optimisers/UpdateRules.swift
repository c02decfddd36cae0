// Update rules of optimisers: SGD, RMSProp, Adagrad, Adam, AdamW. Formulas, names and defaults are
// PyTorch's (`torch.optim`).

import RecurrentCore

/// An update of a parameter w from its gradient g. A rule keeps moments: arrays of the size of w,
/// initially zero unless `initialMoment` says otherwise.
public protocol UpdateRule: Sendable {
  /// η, before a schedule's factor.
  var learningRate: Float { get set }
  /// PyTorch's names of the moments of each parameter.
  var moments: [String] { get }
  /// The initial value of the moments.
  var initialMoment: Float { get }
  /// Performs update number `step`, from 1, of some elements. `rate` is the learning rate of this
  /// step.
  func update(_ elements: borrowing UpdateElements, step: Int, rate: Float)
}

extension UpdateRule {
  /// Zero.
  public var initialMoment: Float { 0 }
}

/// A block of elements of a parameter, of its gradient and of its moments, which one thread
/// updates.
///
/// The spans are valid during `UpdateRule.update` only; the compiler enforces this.
public struct UpdateElements: ~Copyable, ~Escapable {
  private let values: UnsafeMutablePointer<Float>
  private let gradients: UnsafePointer<Float>
  private let moments: [UnsafeMutablePointer<Float>]
  private let kernels: any UpdateKernels
  /// The block's place in each array.
  private let elements: Range<Int>

  /// A block of whole arrays, whose memory must stay valid until the update returns.
  @_lifetime(immortal)
  init(
    value: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, moments: [UnsafeMutablePointer<Float>],
    elements: Range<Int>, kernels: any UpdateKernels
  ) {
    (values, gradients, self.moments, self.elements) = (value, gradient, moments, elements)
    self.kernels = kernels
  }

  /// Performs an update of Adam, whose moments are m and v.
  fileprivate func adam(_ factors: AdamFactors) {
    let first = elements.lowerBound
    kernels.adam(
      values + first, gradients + first, moments[0] + first, moments[1] + first, count: count, factors)
  }

  /// The number of elements in each span.
  public var count: Int { elements.count }

  /// w, to be changed.
  public var value: MutableSpan<Float> {
    @_lifetime(copy self)
    get { block(of: values) }
  }

  /// g.
  public var gradient: Span<Float> {
    @_lifetime(copy self)
    get { _overrideLifetime(Span(_unsafeStart: gradients + elements.lowerBound, count: count), copying: self) }
  }

  /// The rule's moment number `index` in `UpdateRule.moments`, to be changed.
  @_lifetime(copy self)
  public func moment(_ index: Int) -> MutableSpan<Float> { block(of: moments[index]) }

  @_lifetime(copy self)
  private func block(of array: UnsafeMutablePointer<Float>) -> MutableSpan<Float> {
    _overrideLifetime(MutableSpan(_unsafeStart: array + elements.lowerBound, count: count), copying: self)
  }
}

/// Stochastic gradient descent: w -= η v with v = μ v + g; with `nesterov`, w -= η (g + μ v).
/// PyTorch's `SGD`; Sutskever et al. 2013.
public struct SGD: UpdateRule {
  /// η.
  public var learningRate: Float
  /// μ.
  public var momentum: Float
  /// Whether to use Nesterov's momentum.
  public var nesterov: Bool
  /// λ; g becomes g + λ w.
  public var weightDecay: Float
  /// v, unless the momentum is 0.
  public var moments: [String] { momentum == 0 ? [] : ["momentum_buffer"] }

  /// Creates the rule. Precondition: `nesterov` needs a momentum.
  public init(learningRate: Float = 1e-3, momentum: Float = 0, nesterov: Bool = false, weightDecay: Float = 0) {
    require(!nesterov || momentum > 0, "SGD: nesterov needs a momentum")
    (self.learningRate, self.momentum, self.nesterov, self.weightDecay) = (
      learningRate, momentum, nesterov, weightDecay
    )
  }

  /// Updates elements; see `UpdateRule.update`.
  public func update(_ e: borrowing UpdateElements, step: Int, rate: Float) {
    var w = e.value
    let g = e.gradient
    if momentum == 0 {
      for k in 0..<e.count { w[k] -= rate * (g[k] + weightDecay * w[k]) }
      return
    }
    var v = e.moment(0)
    for k in 0..<e.count {
      let d = g[k] + weightDecay * w[k]
      v[k] = momentum * v[k] + d
      w[k] -= rate * (nesterov ? d + momentum * v[k] : v[k])
    }
  }
}

/// RMSProp: w -= η g / (√s + ε) with s = α s + (1 - α) g². PyTorch's `RMSprop`; Tieleman & Hinton
/// 2012.
///
/// With `centred`, s is replaced by max(0, s - m²), where m is the mean of g (Graves 2013). With a
/// momentum, w -= η v with v = μ v + g / (√s + ε).
public struct RMSProp: UpdateRule {
  /// η.
  public var learningRate: Float
  /// α, the decay of s.
  public var alpha: Float
  /// ε.
  public var epsilon: Float
  /// λ; g becomes g + λ w.
  public var weightDecay: Float
  /// μ.
  public var momentum: Float
  /// Whether to use the variance of the gradient instead of its mean square.
  public var centred: Bool
  /// s; m if `centred`; v with a momentum.
  public var moments: [String] {
    ["square_avg"] + (centred ? ["grad_avg"] : []) + (momentum > 0 ? ["momentum_buffer"] : [])
  }

  /// Creates the rule. The defaults are PyTorch's.
  public init(
    learningRate: Float = 1e-2, alpha: Float = 0.99, epsilon: Float = 1e-8, weightDecay: Float = 0, momentum: Float = 0,
    centred: Bool = false
  ) {
    (self.learningRate, self.alpha, self.epsilon) = (learningRate, alpha, epsilon)
    (self.weightDecay, self.momentum, self.centred) = (weightDecay, momentum, centred)
  }

  /// Updates elements; see `UpdateRule.update`.
  public func update(_ e: borrowing UpdateElements, step: Int, rate: Float) {
    var w = e.value
    var s = e.moment(0)
    let g = e.gradient
    for k in 0..<e.count {
      let d = g[k] + weightDecay * w[k]
      s[k] = alpha * s[k] + (1 - alpha) * d * d
      var variance = s[k]
      if centred {
        var m = e.moment(1)
        m[k] += (1 - alpha) * (d - m[k])
        variance -= m[k] * m[k]
        // Rounding can make the variance of a nearly constant gradient negative.
        if variance < 0 { variance = 0 }
      }
      let change = d / (variance.squareRoot() + epsilon)
      if momentum > 0 {
        var v = e.moment(centred ? 2 : 1)
        v[k] = momentum * v[k] + change
        w[k] -= rate * v[k]
      } else {
        w[k] -= rate * change
      }
    }
  }
}

/// Adagrad: w -= η g / (√s + ε) with s += g², and η divided by 1 + (step - 1) · `rateDecay`.
/// PyTorch's `Adagrad`; Duchi, Hazan & Singer 2011.
public struct Adagrad: UpdateRule {
  /// η.
  public var learningRate: Float
  /// The decay of the learning rate.
  public var rateDecay: Float
  /// λ; g becomes g + λ w.
  public var weightDecay: Float
  /// ε.
  public var epsilon: Float
  /// The initial value of s.
  public var initialMoment: Float
  /// s.
  public var moments: [String] { ["sum"] }

  /// Creates the rule. The defaults are PyTorch's.
  public init(
    learningRate: Float = 1e-2, rateDecay: Float = 0, weightDecay: Float = 0, initialSum: Float = 0,
    epsilon: Float = 1e-10
  ) {
    (self.learningRate, self.rateDecay, self.weightDecay) = (learningRate, rateDecay, weightDecay)
    (self.epsilon, initialMoment) = (epsilon, initialSum)
  }

  /// Updates elements; see `UpdateRule.update`.
  public func update(_ e: borrowing UpdateElements, step: Int, rate: Float) {
    var w = e.value
    var s = e.moment(0)
    let g = e.gradient
    let rate = rate / (1 + Float(step - 1) * rateDecay)
    for k in 0..<e.count {
      let d = g[k] + weightDecay * w[k]
      s[k] += d * d
      w[k] -= rate * d / (s[k].squareRoot() + epsilon)
    }
  }
}

/// Adam: w -= η m̂ / (√v̂ + ε) with m = β₁ m + (1 - β₁) g and v = β₂ v + (1 - β₂) g², where m̂ = m
/// / (1 - β₁ᵗ) and v̂ = v / (1 - β₂ᵗ). PyTorch's `Adam`; Kingma & Ba 2015.
public struct Adam: UpdateRule {
  /// η.
  public var learningRate: Float
  /// β₁, the decay of m.
  public var beta1: Float
  /// β₂, the decay of v.
  public var beta2: Float
  /// ε.
  public var epsilon: Float
  /// λ; g becomes g + λ w.
  public var weightDecay: Float
  /// m and v.
  public var moments: [String] { ["exp_avg", "exp_avg_sq"] }

  /// Creates the rule. The defaults are PyTorch's.
  public init(
    learningRate: Float = 1e-3, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0
  ) {
    (self.learningRate, self.beta1, self.beta2) = (learningRate, beta1, beta2)
    (self.epsilon, self.weightDecay) = (epsilon, weightDecay)
  }

  /// Updates elements; see `UpdateRule.update`.
  public func update(_ e: borrowing UpdateElements, step: Int, rate: Float) {
    adam(e, beta1, beta2, epsilon, step: step, rate: rate, coupledDecay: weightDecay, shrinking: 1)
  }
}

/// AdamW: Adam with decoupled weight decay, which multiplies w by 1 - η λ and does not pass through
/// the moments. PyTorch's `AdamW`; Loshchilov & Hutter 2019.
public struct AdamW: UpdateRule {
  /// η.
  public var learningRate: Float
  /// β₁, the decay of m.
  public var beta1: Float
  /// β₂, the decay of v.
  public var beta2: Float
  /// ε.
  public var epsilon: Float
  /// λ.
  public var weightDecay: Float
  /// m and v.
  public var moments: [String] { ["exp_avg", "exp_avg_sq"] }

  /// Creates the rule. The defaults are PyTorch's.
  public init(
    learningRate: Float = 1e-3, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
    weightDecay: Float = 1e-2
  ) {
    (self.learningRate, self.beta1, self.beta2) = (learningRate, beta1, beta2)
    (self.epsilon, self.weightDecay) = (epsilon, weightDecay)
  }

  /// Updates elements; see `UpdateRule.update`.
  public func update(_ e: borrowing UpdateElements, step: Int, rate: Float) {
    adam(e, beta1, beta2, epsilon, step: step, rate: rate, coupledDecay: 0, shrinking: 1 - rate * weightDecay)
  }
}

/// The update of Adam, with coupled weight decay or after multiplying w by `shrinking`.
private func adam(
  _ e: borrowing UpdateElements, _ beta1: Float, _ beta2: Float, _ epsilon: Float, step: Int, rate: Float,
  coupledDecay: Float, shrinking: Float
) {
  // In Double, since 1 - βᵗ loses digits in Float.
  e.adam(
    AdamFactors(
      beta1: beta1, beta2: beta2, epsilon: epsilon, rate: Float(Double(rate) / (1 - power(Double(beta1), step))),
      inverse: Float(1 / (1 - power(Double(beta2), step)).squareRoot()), coupledDecay: coupledDecay,
      shrinking: shrinking))
}

/// base to a whole exponent.
private func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, factor, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= factor }
    factor *= factor
    rest >>= 1
  }
  return result
}
