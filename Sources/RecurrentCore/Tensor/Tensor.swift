// Tensors: dense Float32 arrays, row-major, with copy-on-write storage.

/// A dense Float32 array: row-major, aligned to 64 bytes, a value with copy-on-write storage.
public struct Tensor: Sendable, Equatable {
  /// The extents.
  public let shape: Shape
  /// Written only while uniquely referenced, so that tensors can be shared between threads.
  private var storage: AlignedBuffer

  /// Creates a tensor of zeros.
  public init(zeros shape: Shape) { self.init(repeating: 0, shape: shape) }

  /// Creates a tensor whose elements are all `element`.
  public init(repeating element: Float, shape: Shape) {
    self.init(uninitialised: shape)
    storage.base.update(repeating: element, count: shape.count)
  }

  /// Creates a tensor from its elements in row-major order.
  ///
  /// Precondition: there are `shape.count` elements.
  public init(_ elements: [Float], shape: Shape) {
    require(
      elements.count == shape.count,
      "Tensor(_:shape:): \(elements.count) elements given for shape \(shape), which has \(shape.count)")
    self.init(uninitialised: shape)
    elements.withUnsafeBufferPointer {
      if let source = $0.baseAddress { storage.base.update(from: source, count: $0.count) }
    }
  }

  /// Creates a vector.
  public init(_ elements: [Float]) { self.init(elements, shape: [elements.count]) }

  /// Creates a tensor of numbers uniform in `range`, drawn from `stream` in row-major order.
  public init(uniform range: ClosedRange<Float>, shape: Shape, using stream: inout RandomStream) {
    self.init(uninitialised: shape)
    for index in 0..<shape.count { storage.base[index] = stream.uniform(in: range) }
  }

  /// Creates a tensor of normal numbers with mean 0 and standard deviation `deviation`, drawn from
  /// `stream` in row-major order.
  public init(normal deviation: Float, shape: Shape, using stream: inout RandomStream) {
    self.init(uninitialised: shape)
    for index in 0..<shape.count { storage.base[index] = deviation * stream.normal() }
  }

  /// Creates a tensor whose elements are not initialised. The caller writes all of them before any
  /// is read.
  package init(uninitialised shape: Shape, bufferPool: BufferPool? = nil) {
    self.shape = shape
    storage = AlignedBuffer(count: shape.count, bufferPool: bufferPool)
  }

  /// The number of elements.
  public var count: Int { shape.count }

  /// The elements in row-major order.
  public var elements: [Float] { withUnsafeBufferPointer(Array.init) }

  /// The element at `indices`, outermost index first.
  ///
  /// Precondition: there is one index for each dimension, and each is in range.
  public subscript(indices: Int...) -> Float {
    get { storage.base[offset(of: indices)] }
    set {
      makeUnique()
      storage.base[offset(of: indices)] = newValue
    }
  }

  /// The same elements in the same order under another shape.
  ///
  /// Precondition: `newShape.count == count`.
  public func reshaped(to newShape: Shape) -> Tensor {
    require(
      newShape.count == count, "Tensor.reshaped: \(shape) has \(count) elements, \(newShape) has \(newShape.count)")
    return Tensor(shape: newShape, storage: storage)
  }

  /// A copy with the two outer dimensions exchanged: [T, B, F] becomes [B, T, F].
  ///
  /// Precondition: the rank is 3.
  public func transposedOuter() -> Tensor {
    require(shape.rank == 3, "Tensor.transposedOuter: needs rank 3, got shape \(shape)")
    let result = Tensor(uninitialised: [shape[1], shape[0], shape[2]])
    exchangeOuter(base, to: result.storage.base, shape[0], shape[1], shape[2])
    return result
  }

  /// The elements. The caller keeps the tensor alive while it reads them.
  package var base: UnsafePointer<Float> { UnsafePointer(storage.base) }

  /// The elements, to write to. The caller has the only reference to the tensor meanwhile.
  package var mutableBase: UnsafeMutablePointer<Float> {
    mutating get {
      makeUnique()
      return storage.base
    }
  }

  /// A tensor of rank 2 as a matrix [rows, columns]. The caller keeps the tensor alive meanwhile.
  package var matrix: MatrixView { MatrixView(base, rows: shape[0], columns: shape[1], rowStride: shape[1]) }

  /// Calls `body` with the elements in row-major order.
  ///
  /// - Parameter body: reads the elements. The pointer is valid until it returns.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  public func withUnsafeBufferPointer<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withExtendedLifetime(storage) { () throws(Failure) in
      try body(UnsafeBufferPointer(start: storage.base, count: count))
    }
  }

  /// Calls `body` with the elements in row-major order, to read and to write.
  ///
  /// - Parameter body: reads or writes the elements. The pointer is valid until it returns.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws.
  public mutating func withUnsafeMutableBufferPointer<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    makeUnique()
    return try withExtendedLifetime(storage) {
      try body(UnsafeMutableBufferPointer(start: storage.base, count: count))
    }
  }

  /// Whether every element is finite.
  package var isFinite: Bool { withUnsafeBufferPointer { areFinite($0.baseAddress!, $0.count) } }

  /// Whether the shapes are equal and all elements compare equal. NaN differs from itself.
  public static func == (a: Tensor, b: Tensor) -> Bool {
    a.shape == b.shape && (0..<a.count).allSatisfy { a.storage.base[$0] == b.storage.base[$0] }
  }

  // MARK: Storage

  private init(shape: Shape, storage: AlignedBuffer) {
    self.shape = shape
    self.storage = storage
  }

  private mutating func makeUnique() {
    if isKnownUniquelyReferenced(&storage) { return }
    let copy = AlignedBuffer(count: count)
    copy.base.update(from: storage.base, count: count)
    storage = copy
  }

  private func offset(of indices: [Int]) -> Int {
    require(indices.count == shape.rank, "Tensor subscript: \(indices.count) indices for shape \(shape)")
    var offset = 0
    for (index, extent) in zip(indices, shape.dimensions) {
      require(index >= 0 && index < extent, "Tensor subscript: index \(indices) outside shape \(shape)")
      offset = offset * extent + index
    }
    return offset
  }
}

/// Exchanges the two outer dimensions: [outer, inner, features] to [inner, outer, features].
package func exchangeOuter(
  _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ outer: Int, _ inner: Int, _ features: Int
) {
  // Returns at once if there is nothing to copy, however many steps there are.
  if inner == 0 || features == 0 { return }
  for o in 0..<outer {
    for i in 0..<inner {
      (target + (i * outer + o) * features).update(from: source + (o * inner + i) * features, count: features)
    }
  }
}

/// Whether all of `count` floats are finite.
package func areFinite(_ x: UnsafePointer<Float>, _ count: Int) -> Bool {
  // If the sum is finite, so are all terms. If it is not, it may have overflowed, so the elements
  // are checked one by one.
  func eight(_ k: Int) -> SIMD8<Float> { UnsafeRawPointer(x + k).loadUnaligned(as: SIMD8<Float>.self) }
  var (a, b, c, d) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
  let whole = count & ~31
  for k in stride(from: 0, to: whole, by: 32) {
    a += eight(k)
    b += eight(k + 8)
    c += eight(k + 16)
    d += eight(k + 24)
  }
  var total = (a + b + c + d).sum()
  for k in whole..<count { total += x[k] }
  return total.isFinite || (0..<count).allSatisfy { x[$0].isFinite }
}
