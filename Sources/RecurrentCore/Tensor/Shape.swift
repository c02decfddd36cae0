// The extents of a row-major array, outermost first.

/// The extents of a tensor, outermost dimension first: `[T, B, F]` is T steps of B rows of F
/// features.
public struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  public let dimensions: [Int]

  /// Stops when an extent is negative or the number of elements does not fit in an `Int`, not
  /// counting extents of 0.
  public init(_ dimensions: [Int]) {
    require(
      Shape.count(of: dimensions) != nil,
      "Shape(\(dimensions)): extents must be zero or more, and their product must fit in an Int")
    self.dimensions = dimensions
  }

  public init(arrayLiteral elements: Int...) { self.init(elements) }

  public var rank: Int { dimensions.count }

  /// The number of elements: the product of the extents; 1 for rank 0.
  public var count: Int { dimensions.reduce(1, *) }

  public subscript(dimension: Int) -> Int { dimensions[dimension] }

  public var description: String { "[\(dimensions.map(String.init).joined(separator: ", "))]" }

  /// The product of the extents, or nil when one is negative or the product overflows. That of the
  /// extents other than 0 must not overflow either, so that the product of any of them is a number,
  /// too.
  package static func count(of dimensions: [Int]) -> Int? {
    var product = 1
    var isEmpty = false
    for extent in dimensions {
      guard extent >= 0 else { return nil }
      if extent == 0 { isEmpty = true }
      let (next, overflow) = product.multipliedReportingOverflow(by: max(1, extent))
      if overflow { return nil }
      product = next
    }
    if product.multipliedReportingOverflow(by: MemoryLayout<Float>.stride).overflow { return nil }
    return isEmpty ? 0 : product
  }

  /// Whether this is exactly `[a, b, c]`; compares without making an array.
  package func isEqual(_ a: Int, _ b: Int, _ c: Int) -> Bool {
    rank == 3 && dimensions[0] == a && dimensions[1] == b && dimensions[2] == c
  }
}
