// Multiply-add: fused, or as two operations.

/// sum + a * b, fused or as two operations.
protocol MultiplyAdd {
  static var isFused: Bool { get }
  static func add<V: SIMD>(_ sum: V, _ a: V, _ b: V) -> V where V.Scalar == Float
}

enum Fused: MultiplyAdd {
  static var isFused: Bool { true }

  @inline(__always)
  static func add<V: SIMD>(_ sum: V, _ a: V, _ b: V) -> V where V.Scalar == Float { sum.addingProduct(a, b) }
}

enum Separate: MultiplyAdd {
  static var isFused: Bool { false }

  @inline(__always)
  static func add<V: SIMD>(_ sum: V, _ a: V, _ b: V) -> V where V.Scalar == Float { sum + a * b }
}
