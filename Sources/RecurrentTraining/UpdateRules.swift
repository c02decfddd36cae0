// The optimisers' equations: SGD, RMSProp, Adagrad, Adam, AdamW. Formulas, names and defaults are
// PyTorch's (`torch.optim`).

import RecurrentCore

/// How a parameter w follows from its gradient g. Rules keep moments: arrays of w's size, zero at
/// first unless said otherwise.
public protocol UpdateRule: Sendable {
  var learningRate: Float { get set }
  /// PyTorch's names of the moments that it keeps for each parameter.
  var moments: [String] { get }
  /// What the moments begin with.
  var initialMoment: Float { get }
  /// Update number `step`, from 1, of some elements, with `rate` as the learning rate of this step.
  func update(_ elements: borrowing UpdateElements, step: Int, rate: Float)
}

extension UpdateRule {
  public var initialMoment: Float { 0 }
}

/// Elements of a parameter, of its gradient and of its moments: a block that one thread updates.
///
/// The spans are valid during `UpdateRule.update` only, and the compiler sees to that.
public struct UpdateElements: ~Copyable, ~Escapable {
  private let values: UnsafeMutablePointer<Float>
  private let gradients: UnsafePointer<Float>
  private let moments: [UnsafeMutablePointer<Float>]
  /// The number of elements in each span.
  public let count: Int

  /// The memory stays whoever's it is until the update returns.
  @_lifetime(immortal)
  init(
    value: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, moments: [UnsafeMutablePointer<Float>],
    count: Int
  ) {
    (values, gradients, self.moments, self.count) = (value, gradient, moments, count)
  }

  /// w, to be changed.
  public var value: MutableSpan<Float> {
    @_lifetime(copy self)
    get { span(values) }
  }

  /// g.
  public var gradient: Span<Float> {
    @_lifetime(copy self)
    get { _overrideLifetime(Span(_unsafeStart: gradients, count: count), copying: self) }
  }

  /// The rule's moment number `index` in `UpdateRule.moments`, to be changed.
  @_lifetime(copy self)
  public func moment(_ index: Int) -> MutableSpan<Float> { span(moments[index]) }

  @_lifetime(copy self)
  private func span(_ base: UnsafeMutablePointer<Float>) -> MutableSpan<Float> {
    _overrideLifetime(MutableSpan(_unsafeStart: base, count: count), copying: self)
  }
}

/// w -= η v with v = μ v + g; with `nesterov`, w -= η (g + μ v). Sutskever et al. 2013 in PyTorch's
/// form.
public struct SGD: UpdateRule {
  public var learningRate: Float
  public var momentum: Float
  public var nesterov: Bool
  /// λ of g + λ w.
  public var weightDecay: Float
  public var moments: [String] { momentum == 0 ? [] : ["momentum_buffer"] }

  public init(learningRate: Float = 1e-3, momentum: Float = 0, nesterov: Bool = false, weightDecay: Float = 0) {
    require(!nesterov || momentum > 0, "SGD: nesterov needs a momentum")
    (self.learningRate, self.momentum, self.nesterov, self.weightDecay) = (
      learningRate, momentum, nesterov, weightDecay
    )
  }

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

/// w -= η g / (√s + ε) with s = α s + (1 - α) g². Tieleman & Hinton 2012. With `centred`, s - m²
/// for s, where m is the mean of g (Graves 2013), and 0 where rounding has made that negative; with
/// a momentum, w -= η v with v = μ v + g / (√s + ε).
public struct RMSProp: UpdateRule {
  public var learningRate: Float
  public var alpha: Float
  public var epsilon: Float
  public var weightDecay: Float
  public var momentum: Float
  public var centred: Bool
  public var moments: [String] {
    ["square_avg"] + (centred ? ["grad_avg"] : []) + (momentum > 0 ? ["momentum_buffer"] : [])
  }

  public init(
    learningRate: Float = 1e-2, alpha: Float = 0.99, epsilon: Float = 1e-8, weightDecay: Float = 0, momentum: Float = 0,
    centred: Bool = false
  ) {
    (self.learningRate, self.alpha, self.epsilon) = (learningRate, alpha, epsilon)
    (self.weightDecay, self.momentum, self.centred) = (weightDecay, momentum, centred)
  }

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
        // Rounding errors leave less than nothing of gradients that hardly change.
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

/// w -= η g / (√s + ε) with s = s + g², and η falling as 1 / (1 + (t - 1) · decay). Duchi, Hazan &
/// Singer 2011.
public struct Adagrad: UpdateRule {
  public var learningRate: Float
  public var rateDecay: Float
  public var weightDecay: Float
  public var epsilon: Float
  public var initialMoment: Float
  public var moments: [String] { ["sum"] }

  public init(
    learningRate: Float = 1e-2, rateDecay: Float = 0, weightDecay: Float = 0, initialSum: Float = 0,
    epsilon: Float = 1e-10
  ) {
    (self.learningRate, self.rateDecay, self.weightDecay) = (learningRate, rateDecay, weightDecay)
    (self.epsilon, initialMoment) = (epsilon, initialSum)
  }

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

/// w -= η m̂ / (√v̂ + ε) with m = β₁ m + (1 - β₁) g and v = β₂ v + (1 - β₂) g², both divided by 1 -
/// βᵗ. Kingma & Ba 2015.
public struct Adam: UpdateRule {
  public var learningRate: Float
  public var beta1: Float
  public var beta2: Float
  public var epsilon: Float
  /// λ of g + λ w.
  public var weightDecay: Float
  public var moments: [String] { ["exp_avg", "exp_avg_sq"] }

  public init(
    learningRate: Float = 1e-3, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8, weightDecay: Float = 0
  ) {
    (self.learningRate, self.beta1, self.beta2) = (learningRate, beta1, beta2)
    (self.epsilon, self.weightDecay) = (epsilon, weightDecay)
  }

  public func update(_ e: borrowing UpdateElements, step: Int, rate: Float) {
    adam(e, beta1, beta2, epsilon, step: step, rate: rate, coupledDecay: weightDecay, shrinking: 1)
  }
}

/// Adam with w multiplied by 1 - η λ first, instead of a decay that passes through the moments.
/// Loshchilov & Hutter 2019.
public struct AdamW: UpdateRule {
  public var learningRate: Float
  public var beta1: Float
  public var beta2: Float
  public var epsilon: Float
  public var weightDecay: Float
  public var moments: [String] { ["exp_avg", "exp_avg_sq"] }

  public init(
    learningRate: Float = 1e-3, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
    weightDecay: Float = 1e-2
  ) {
    (self.learningRate, self.beta1, self.beta2) = (learningRate, beta1, beta2)
    (self.epsilon, self.weightDecay) = (epsilon, weightDecay)
  }

  public func update(_ e: borrowing UpdateElements, step: Int, rate: Float) {
    adam(e, beta1, beta2, epsilon, step: step, rate: rate, coupledDecay: 0, shrinking: 1 - rate * weightDecay)
  }
}

private func adam(
  _ e: borrowing UpdateElements, _ beta1: Float, _ beta2: Float, _ epsilon: Float, step: Int, rate: Float,
  coupledDecay: Float,
  shrinking: Float
) {
  var w = e.value
  var m = e.moment(0)
  var v = e.moment(1)
  let g = e.gradient
  // In Double: 1 - βᵗ loses digits.
  let rate = Float(Double(rate) / (1 - power(Double(beta1), step)))
  let inverse = Float(1 / (1 - power(Double(beta2), step)).squareRoot())
  for k in 0..<e.count {
    let old = w[k] * shrinking
    let d = g[k] + coupledDecay * w[k]
    m[k] += (1 - beta1) * (d - m[k])
    v[k] = beta2 * v[k] + (1 - beta2) * d * d
    w[k] = old - rate * m[k] / (v[k].squareRoot() * inverse + epsilon)
  }
}

private func power(_ base: Double, _ exponent: Int) -> Double {
  var (result, factor, rest) = (1.0, base, exponent)
  while rest > 0 {
    if rest & 1 == 1 { result *= factor }
    factor *= factor
    rest >>= 1
  }
  return result
}
