// Dense kernels in Swift.

/// The dense kernels in Swift.
package struct SwiftDenseKernels: DenseKernels {
  package init() {}

  package func sigmoid(_ x: Values, _ y: Results, count: Int) {
    vectorised(0..<count) { $0.store(.sigmoid($0.load(x)), y) }
  }

  package func tanh(_ x: Values, _ y: Results, count: Int) { vectorised(0..<count) { $0.store(.tanh($0.load(x)), y) } }

  package func greatest(_ x: Values, count: Int) -> Float {
    var partial = SIMD8<Float>(repeating: -.infinity)
    var check = SIMD8<Float>(repeating: 0)
    let whole = count & ~7
    for k in stride(from: 0, to: whole, by: 8) {
      let v = UnsafeRawPointer(x + k).loadUnaligned(as: SIMD8<Float>.self)
      partial.replace(with: v, where: v .> partial)
      check += v - v
    }
    var result = partial.max()
    for k in whole..<count {
      if x[k] > result { result = x[k] }
      if x[k].isNaN { return .nan }
    }
    // x - x is NaN for infinities as well.
    if check.sum().isNaN {
      for k in 0..<whole where x[k].isNaN { return .nan }
    }
    return result
  }

  package func exponentials(
    _ x: Values, minus maximum: Float, times factor: Float, _ y: Results, count: Int
  ) -> Float {
    // Sums of 256 elements are made in Float, the sum of those in Double.
    var (partial, sums) = (SIMD8<Float>(repeating: 0), SIMD8<Double>(repeating: 0))
    vectorised(0..<count) { u in
      let below = maximum - u.load(x)
      let (power, e) = SIMD8<Float>.exponential(SIMD8<Float>.clamped(below, 0, 87.3))
      var value = (e + .one) * power
      value.replace(with: 0, where: below .> 87.3)
      u.store(value * factor, y)
      if u.count < 8 { for lane in u.count..<8 { value[lane] = 0 } }
      partial += value
      if u.first & 255 == 248 {
        sums += SIMD8<Double>(partial)
        partial = SIMD8(repeating: 0)
      }
    }
    return Float((sums + SIMD8<Double>(partial)).sum())
  }

  package func dropout(
    _ x: Values, _ y: Results, first: Int, count: Int, seed: UInt64, stream: UInt64, threshold: UInt32, scale: Float
  ) {
    for group in stride(from: 0, to: count, by: 64) {
      for block in 0..<16 {
        let words = RandomStream.philox(block: UInt64((first + group) / 4 + block), seed: seed, stream: stream)
        for word in 0..<4 {
          let k = group + 16 * word + block
          if k < count { y[k] = x[k] * (words[word] >= threshold ? scale : 0) }
        }
      }
    }
  }
}
