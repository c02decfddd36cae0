// Shapes: the extents of a row-major array, outermost dimension first.

/// The extents of a tensor, outermost dimension first. For example, `[T, B, F]` is T time steps of
/// B rows of F features.
public struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The extents.
  public let dimensions: [Int]

  /// Creates a shape.
  ///
  /// Precondition: every extent is zero or more, and the product of the extents other than 0 fits
  /// in an `Int`.
  public init(_ dimensions: [Int]) {
    require(
      Shape.count(of: dimensions) != nil,
      "Shape(\(dimensions)): extents must be zero or more, and their product must fit in an Int")
    self.dimensions = dimensions
  }

  /// Creates a shape from an array literal, under the precondition of `init(_:)`.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The number of dimensions.
  public var rank: Int { dimensions.count }

  /// The number of elements: the product of the extents, 1 for rank 0.
  public var count: Int { dimensions.reduce(1, *) }

  /// The extent of a dimension, 0 being the outermost.
  public subscript(dimension: Int) -> Int { dimensions[dimension] }

  /// The extents as an array literal, for example "[2, 3]".
  public var description: String { "[\(dimensions.map(String.init).joined(separator: ", "))]" }

  /// The product of the extents; nil if an extent is negative or the product overflows.
  ///
  /// The product of the extents other than 0 must not overflow either, so that the product of any
  /// subset of the extents is representable.
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

  /// Whether the shape is `[a, b]`. Allocates nothing.
  package func isEqual(_ a: Int, _ b: Int) -> Bool { rank == 2 && dimensions[0] == a && dimensions[1] == b }

  /// Whether the shape is `[a, b, c]`. Allocates nothing.
  package func isEqual(_ a: Int, _ b: Int, _ c: Int) -> Bool {
    rank == 3 && dimensions[0] == a && dimensions[1] == b && dimensions[2] == c
  }
}
