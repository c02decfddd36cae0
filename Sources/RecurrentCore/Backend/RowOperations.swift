// Row operations: copies and sums of some columns of a row.

/// Copies some columns of a row.
@inline(__always)
func copy(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, columns: Range<Int>) {
  (target + columns.lowerBound).update(from: source + columns.lowerBound, count: columns.count)
}

/// Adds some columns of a row to those of another.
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
