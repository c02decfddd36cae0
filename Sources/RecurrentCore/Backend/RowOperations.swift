// Copies and sums of parts of rows.

/// Copies the `columns` of a row.
@inline(__always)
func copy(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, columns: Range<Int>) {
  (target + columns.lowerBound).update(from: source + columns.lowerBound, count: columns.count)
}

/// Adds the `columns` of a row.
@inline(__always)
func add(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, columns: Range<Int>) {
  var column = columns.lowerBound
  while column + 8 <= columns.upperBound {
    let sum =
      UnsafeRawPointer(source + column).loadUnaligned(as: SIMD8<Float>.self)
      + UnsafeRawPointer(target + column).loadUnaligned(as: SIMD8<Float>.self)
    UnsafeMutableRawPointer(target + column).storeBytes(of: sum, as: SIMD8<Float>.self)
    column += 8
  }
  while column < columns.upperBound {
    target[column] += source[column]
    column += 1
  }
}
