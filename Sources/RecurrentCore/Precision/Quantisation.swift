// Quantisation: float32 to 8-bit integers and to bfloat16, and back.

/// The rules by which numbers are rounded to a lower precision. The kernels in C follow them too.
package enum Quantisation {
  /// The greatest magnitude of a quantised number. -128 is not used, so that the range is symmetric.
  package static let limit: Float = 127

  /// The greatest magnitude of `count` floats; NaN if one of them is NaN.
  package static func magnitude(_ x: UnsafePointer<Float>, stride: Int = 1, _ count: Int) -> Float {
    // As integers, the magnitudes are in the order of the numbers, and NaN is above infinity.
    var greatest: UInt32 = 0
    for k in 0..<count { greatest = max(greatest, x[k * stride].bitPattern & 0x7fff_ffff) }
    return Float(bitPattern: greatest)
  }

  // MARK: Weights

  /// The scale of weights of greatest magnitude `magnitude`: a weight is its integer times the
  /// scale.
  ///
  /// It is `magnitude` / 127, rounded up to 17 significant bits. All products of scale and integer
  /// are then exact, and weights that were quantised before have the same scale and integers again.
  /// It is 1 for weights that are all zero, and not finite if one of them is not.
  package static func scale(magnitude: Float) -> Float {
    if magnitude == 0 { return 1 }
    let scale = max(magnitude / limit, .leastNormalMagnitude)
    if !scale.isFinite { return scale }
    return Float(bitPattern: (scale.bitPattern + 0x7f) & ~0x7f)
  }

  /// A weight as an integer, -127...127; 0 if it is NaN or the scale is not finite.
  package static func quantised(_ weight: Float, scale: Float) -> Int8 {
    let value = (weight / scale).rounded(.toNearestOrEven)
    return value.isFinite ? Int8(min(max(value, -limit), limit)) : 0
  }

  // MARK: The other factor

  /// The magnitude below which a row counts as zeros: the factor that quantises it would overflow.
  package static let leastMagnitude = Float(sign: .plus, exponent: -100, significand: 1)

  /// The factor that quantises a row of greatest magnitude `magnitude`, and the scale of the
  /// integers. Both are NaN if a number of the row is not finite.
  package static func row(magnitude: Float) -> (factor: Float, scale: Float) {
    if magnitude < leastMagnitude { return (0, 0) }
    return magnitude.isFinite ? (limit / magnitude, magnitude / limit) : (.nan, .nan)
  }

  // MARK: bfloat16

  /// The upper half of a float32, rounded to nearest, ties to even. NaN stays NaN.
  package static func bfloat16(_ x: Float) -> UInt16 {
    if x.isNaN { return UInt16(x.bitPattern >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (x.bitPattern + 0x7fff + (x.bitPattern >> 16 & 1)) >> 16)
  }

  /// The float32 of a bfloat16.
  package static func float(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
}
