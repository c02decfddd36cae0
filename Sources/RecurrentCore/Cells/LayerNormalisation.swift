// Layer normalisation: rows with mean 0 and variance 1 (Ba, Kiros & Hinton, "Layer normalization",
// 2016).

/// Normalises rows: x^ = (x - mean) / sqrt(variance + epsilon) over the units of a row, y = gamma *
/// x^ + beta.
///
/// It runs on the calling thread. The bits of a row depend on that row alone.
package enum LayerNormalisation {
  package typealias Values = UnsafePointer<Float>
  package typealias Results = UnsafeMutablePointer<Float>

  /// The default epsilon, that of PyTorch.
  package static let epsilon: Float = 1e-5

  /// Normalises one row of `count` units.
  ///
  /// - Parameters:
  ///   - x: the row.
  ///   - count: the number of units.
  ///   - gamma: the factors.
  ///   - beta: the offsets; nil for none.
  ///   - epsilon: added to the variance.
  ///   - y: receives the result. May be the same memory as x.
  ///   - normalised: receives x^; nil if it is not needed. May be the same memory as x.
  /// - Returns: 1 / sqrt(variance + epsilon), which `backward` needs.
  @discardableResult
  package static func forward(
    _ x: Values, count: Int, gamma: Values, beta: Values? = nil, epsilon: Float = epsilon, into y: Results,
    normalised: Results? = nil
  ) -> Float {
    // The variance is computed from differences to the mean, which avoids cancellation.
    let mean = sum(count) { $0.load(x) } / Float(count)
    let variance =
      sum(count) { u in
        let difference = u.load(x) - mean
        return difference * difference
      } / Float(count)
    let scale = 1 / (variance + epsilon).squareRoot()
    vectorised(0..<count) { u in
      let value = (u.load(x) - mean) * scale
      if let normalised { u.store(value, normalised) }
      let scaled = u.load(gamma) * value
      u.store(beta.map { scaled + u.load($0) } ?? scaled, y)
    }
    return scale
  }

  /// Computes the gradient of x from that of y for one row.
  ///
  /// With g = gamma * dy: dx = scale * (g - mean(g) - x^ * mean(g * x^)). `scale` is the result of
  /// `forward`. dx and dy may be the same memory. gammaGradient += dy * x^, betaGradient += dy.
  package static func backward(
    _ dy: Values, count: Int, gamma: Values, normalised: Values, scale: Float, into dx: Results, gammaGradient: Results,
    betaGradient: Results?
  ) {
    let (sum, product) = sums(count) { u in
      let (d, value) = (u.load(dy), u.load(normalised))
      u.store(u.load(gammaGradient) + d * value, gammaGradient)
      if let betaGradient { u.store(u.load(betaGradient) + d, betaGradient) }
      let g = u.load(gamma) * d
      return (g, g * value)
    }
    let (mean, slope) = (sum / Float(count), product / Float(count))
    vectorised(0..<count) { u in
      u.store(scale * (u.load(gamma) * u.load(dy) - mean - slope * u.load(normalised)), dx)
    }
  }

  /// The number of units that are summed in Float. The sums of these blocks are added in Double.
  private static let block = 1024

  @inline(__always)
  private static func sum(_ count: Int, _ term: (UnitBlock) -> SIMD8<Float>) -> Float {
    if count <= block { return sum(0..<count, term) }
    return Float(
      stride(from: 0, to: count, by: block).reduce(0.0) { $0 + Double(sum($1..<min(count, $1 + block), term)) })
  }

  @inline(__always)
  private static func sums(_ count: Int, _ terms: (UnitBlock) -> (SIMD8<Float>, SIMD8<Float>)) -> (Float, Float) {
    if count <= block { return sums(0..<count, terms) }
    var total = (0.0, 0.0)
    for start in stride(from: 0, to: count, by: block) {
      let (a, b) = sums(start..<min(count, start + block), terms)
      total.0 += Double(a)
      total.1 += Double(b)
    }
    return (Float(total.0), Float(total.1))
  }

  /// The sum of a term over some units, in four vectors, so that additions need not wait for one
  /// another.
  @inline(__always)
  private static func sum(_ units: Range<Int>, _ term: (UnitBlock) -> SIMD8<Float>) -> Float {
    var (a, b, c, d) = (
      SIMD8<Float>(repeating: 0), SIMD8<Float>(repeating: 0), SIMD8<Float>(repeating: 0), SIMD8<Float>(repeating: 0)
    )
    var first = units.lowerBound
    while first + 32 <= units.upperBound {
      a += term(UnitBlock(first: first, count: 8))
      b += term(UnitBlock(first: first + 8, count: 8))
      c += term(UnitBlock(first: first + 16, count: 8))
      d += term(UnitBlock(first: first + 24, count: 8))
      first += 32
    }
    vectorised(first..<units.upperBound) { a += $0.withoutTail(term($0)) }
    return ((a + b) + (c + d)).sum()
  }

  /// The sums of two terms over some units.
  @inline(__always)
  private static func sums(_ units: Range<Int>, _ terms: (UnitBlock) -> (SIMD8<Float>, SIMD8<Float>)) -> (Float, Float)
  {
    var (a, b) = (SIMD8<Float>(repeating: 0), SIMD8<Float>(repeating: 0))
    vectorised(units) { u in
      let (p, q) = terms(u)
      a += u.withoutTail(p)
      b += u.withoutTail(q)
    }
    return (a.sum(), b.sum())
  }
}

extension UnitBlock {
  /// `value` with zeros in the lanes beyond the block's units.
  @inline(__always)
  fileprivate func withoutTail(_ value: SIMD8<Float>) -> SIMD8<Float> {
    if count == 8 { return value }
    var value = value
    for lane in count..<8 { value[lane] = 0 }
    return value
  }
}
