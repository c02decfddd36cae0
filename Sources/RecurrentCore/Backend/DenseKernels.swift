// Element-wise work over whole arrays: what layers need beside products and cells.

/// Functions of each element of an array, on the calling thread. x and y may be the same memory.
public protocol DenseKernels: Sendable {
  typealias Values = UnsafePointer<Float>
  typealias Results = UnsafeMutablePointer<Float>

  /// y = 1 / (1 + exp(-x)); `SIMD8.sigmoid` says how exactly.
  func sigmoid(_ x: Values, _ y: Results, count: Int)
  /// y = tanh(x); `SIMD8.tanh` says how exactly.
  func tanh(_ x: Values, _ y: Results, count: Int)
  /// y = exp(x - maximum), where no x is above `maximum`: zero from 87.3 below it on. Returns the
  /// sum.
  func exponentials(_ x: Values, minus maximum: Float, _ y: Results, count: Int) -> Float
  /// Elements first..<first + count of a longer array, `first` a multiple of 64: y = x · scale
  /// where the element's random word is at least `threshold`, else x · 0: NaN stays NaN. The words
  /// are those of `RandomStream(seed:stream:)`: of each sixteen blocks, element 16 w + j of 64 has
  /// word w of block j, so that they come out of vectors side by side, and whoever asks again for
  /// an element gets the same.
  func dropout(
    _ x: Values, _ y: Results, first: Int, count: Int, seed: UInt64, stream: UInt64, threshold: UInt32, scale: Float)
}

/// The kernels in Swift.
public struct SwiftDenseKernels: DenseKernels {
  public init() {}

  public func sigmoid(_ x: Values, _ y: Results, count: Int) {
    vectorised(0..<count) { $0.store(.sigmoid($0.load(x)), y) }
  }

  public func tanh(_ x: Values, _ y: Results, count: Int) { vectorised(0..<count) { $0.store(.tanh($0.load(x)), y) } }

  public func exponentials(_ x: Values, minus maximum: Float, _ y: Results, count: Int) -> Float {
    // 256 elements in Float, their sums in Double.
    var (partial, sums) = (SIMD8<Float>(repeating: 0), SIMD8<Double>(repeating: 0))
    vectorised(0..<count) { u in
      let below = maximum - u.load(x)
      let (power, e) = SIMD8<Float>.exponential(SIMD8<Float>.clamped(below, 0, 87.3))
      var value = (e + .one) * power
      value.replace(with: 0, where: below .> 87.3)
      u.store(value, y)
      if u.count < 8 { for lane in u.count..<8 { value[lane] = 0 } }
      partial += value
      if u.first & 255 == 248 {
        sums += SIMD8<Double>(partial)
        partial = SIMD8(repeating: 0)
      }
    }
    return Float((sums + SIMD8<Double>(partial)).sum())
  }

  public func dropout(
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
