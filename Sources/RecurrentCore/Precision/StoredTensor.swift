// Stored tensors: a parameter's value in the precision that it is kept in.

/// A tensor stored in a precision.
///
/// Only matrices (two dimensions or more) are stored in less than float32; vectors stay float32.
/// Rows are along the last dimension.
public struct StoredTensor: Sendable {
  /// The extents.
  public let shape: Shape
  /// The precision in which it is stored; float32 for vectors.
  public let precision: Precision
  private let storage: Storage

  private enum Storage: Sendable {
    case float32(Tensor)
    case bfloat16([UInt16])
    /// The integers, and the scale of each row.
    case int8([Int8], scales: [Float])
  }

  /// Stores a tensor, rounding it to `precision` if it is a matrix.
  public init(_ tensor: Tensor, precision: Precision = .float32) {
    shape = tensor.shape
    self.precision = shape.rank < 2 ? .float32 : precision
    storage = StoredTensor.rounded(tensor, self.precision)
  }

  private static func rounded(_ tensor: Tensor, _ precision: Precision) -> Storage {
    let (base, count, columns) = (tensor.base, tensor.count, tensor.shape.dimensions.last ?? 1)
    defer { withExtendedLifetime(tensor) {} }
    switch precision {
    case .float32: return .float32(tensor)
    case .bfloat16: return .bfloat16((0..<count).map { Quantisation.bfloat16(base[$0]) })
    case .int8:
      let scales = (0..<rows(tensor.shape)).map {
        Quantisation.scale(magnitude: Quantisation.magnitude(base + $0 * columns, columns))
      }
      return .int8((0..<count).map { Quantisation.quantised(base[$0], scale: scales[$0 / columns]) }, scales: scales)
    }
  }

  /// A matrix stored as bfloat16.
  ///
  /// Precondition: `bfloat16` has `shape.count` elements, and `shape` has rank 2 or more.
  package init(bfloat16: [UInt16], shape: Shape) {
    require(bfloat16.count == shape.count && shape.rank >= 2, "StoredTensor: bfloat16 elements for shape \(shape)")
    (self.shape, precision, storage) = (shape, .bfloat16, .bfloat16(bfloat16))
  }

  /// A matrix stored as integers, each a number divided by its row's scale.
  ///
  /// Precondition: there are `shape.count` integers in -127...127 and a scale, positive and finite,
  /// for each row; `shape` has rank 2 or more.
  package init(int8: [Int8], scales: [Float], shape: Shape) {
    require(
      int8.count == shape.count && scales.count == StoredTensor.rows(shape) && shape.rank >= 2,
      "StoredTensor: int8 elements and scales for shape \(shape)")
    (self.shape, precision, storage) = (shape, .int8, .int8(int8, scales: scales))
  }

  /// The number of rows, each with a scale of its own.
  package static func rows(_ shape: Shape) -> Int { shape.dimensions.dropLast().reduce(1, *) }

  /// The tensor in float32; a new one unless it is stored so.
  public var tensor: Tensor {
    if case .float32(let tensor) = storage { return tensor }
    var result = Tensor(uninitialised: shape)
    // However many rows there are without elements.
    if result.count == 0 { return result }
    let columns = shape.dimensions.last ?? 1
    let target = result.mutableBase
    for row in 0..<StoredTensor.rows(shape) { copyRow(row, to: target + row * columns) }
    return result
  }

  /// Writes one row in float32 to `target`.
  package func copyRow(_ row: Int, to target: UnsafeMutablePointer<Float>) {
    let columns = shape.dimensions.last ?? 1
    let first = row * columns
    switch storage {
    case .float32(let tensor):
      withExtendedLifetime(tensor) { target.update(from: tensor.base + first, count: columns) }
    case .bfloat16(let bits): for k in 0..<columns { target[k] = Quantisation.float(bits[first + k]) }
    case .int8(let integers, let scales):
      for k in 0..<columns { target[k] = Float(integers[first + k]) * scales[row] }
    }
  }

  /// The bits of a bfloat16 matrix, in row-major order; nil in other precisions.
  package var bfloat16: [UInt16]? { if case .bfloat16(let bits) = storage { bits } else { nil } }

  /// The integers of an int8 matrix, in row-major order, and the scale of each row; nil in other
  /// precisions.
  package var int8: (integers: [Int8], scales: [Float])? {
    if case .int8(let integers, let scales) = storage { (integers, scales) } else { nil }
  }

  /// Whether every number is finite.
  package var isFinite: Bool {
    switch storage {
    case .float32(let tensor): return tensor.isFinite
    case .bfloat16(let bits): return bits.allSatisfy { $0 & 0x7f80 != 0x7f80 }
    case .int8(let integers, let scales):
      let columns = shape.dimensions.last ?? 1
      return scales.indices.allSatisfy { row in
        (row * columns..<(row + 1) * columns).allSatisfy { (Float(integers[$0]) * scales[row]).isFinite }
      }
    }
  }

  /// The bytes that the elements and the scales take.
  public var bytes: Int {
    switch storage {
    case .float32: 4 * shape.count
    case .bfloat16(let bits): 2 * bits.count
    case .int8(let integers, let scales): integers.count + 4 * scales.count
    }
  }

  /// The same numbers in another precision; itself if it is stored so.
  public func converted(to precision: Precision) -> StoredTensor {
    precision == self.precision || shape.rank < 2 ? self : StoredTensor(tensor, precision: precision)
  }
}
