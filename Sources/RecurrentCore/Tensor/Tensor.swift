// The one array type of the package.

/// A dense Float32 array: row-major, 64-byte aligned, a value with copy-on-write storage.
public struct Tensor: Sendable, Equatable {
  public let shape: Shape
  /// Written only while uniquely referenced, hence safe to share between threads.
  private var storage: AlignedBuffer

  /// All elements zero.
  public init(zeros shape: Shape) { self.init(repeating: 0, shape: shape) }

  /// All elements the same.
  public init(repeating element: Float, shape: Shape) {
    self.init(uninitialised: shape)
    storage.base.update(repeating: element, count: shape.count)
  }

  /// The elements in row-major order. Stops unless there are exactly `shape.count` of them.
  public init(_ elements: [Float], shape: Shape) {
    require(
      elements.count == shape.count,
      "Tensor(_:shape:): \(elements.count) elements given for shape \(shape), which has \(shape.count)")
    self.init(uninitialised: shape)
    elements.withUnsafeBufferPointer {
      if let source = $0.baseAddress { storage.base.update(from: source, count: $0.count) }
    }
  }

  /// A vector.
  public init(_ elements: [Float]) { self.init(elements, shape: [elements.count]) }

  /// Elements uniform in `range`, drawn from `stream` in row-major order.
  public init(uniform range: ClosedRange<Float>, shape: Shape, using stream: inout RandomStream) {
    self.init(uninitialised: shape)
    for index in 0..<shape.count { storage.base[index] = stream.uniform(in: range) }
  }

  /// Elements normal with mean 0 and the given standard deviation, drawn from `stream` in row-major
  /// order.
  public init(normal deviation: Float, shape: Shape, using stream: inout RandomStream) {
    self.init(uninitialised: shape)
    for index in 0..<shape.count { storage.base[index] = deviation * stream.normal() }
  }

  /// Elements that are written before anyone reads them.
  package init(uninitialised shape: Shape, bufferPool: BufferPool? = nil) {
    self.shape = shape
    storage = AlignedBuffer(count: shape.count, bufferPool: bufferPool)
  }

  public var count: Int { shape.count }

  /// The elements in row-major order.
  public var elements: [Float] { withUnsafeBufferPointer(Array.init) }

  /// One element. Stops when an index is out of range.
  public subscript(indices: Int...) -> Float {
    get { storage.base[offset(of: indices)] }
    set {
      makeUnique()
      storage.base[offset(of: indices)] = newValue
    }
  }

  /// The same elements under another shape of the same count.
  public func reshaped(to newShape: Shape) -> Tensor {
    require(
      newShape.count == count, "Tensor.reshaped: \(shape) has \(count) elements, \(newShape) has \(newShape.count)")
    return Tensor(shape: newShape, storage: storage)
  }

  /// A copy with the two outer dimensions exchanged: [T, B, F] to [B, T, F]. Stops unless the rank
  /// is 3.
  public func transposedOuter() -> Tensor {
    require(shape.rank == 3, "Tensor.transposedOuter: needs rank 3, got shape \(shape)")
    let result = Tensor(uninitialised: [shape[1], shape[0], shape[2]])
    exchangeOuter(base, to: result.storage.base, shape[0], shape[1], shape[2])
    return result
  }

  /// The elements, for a backend that keeps the tensor alive while it reads them.
  package var base: UnsafePointer<Float> { UnsafePointer(storage.base) }

  /// The elements to write to, for a backend that has the tensor to itself meanwhile.
  package var mutableBase: UnsafeMutablePointer<Float> {
    mutating get {
      makeUnique()
      return storage.base
    }
  }

  /// A matrix [rows, columns], for a backend, likewise.
  package var matrix: MatrixView { MatrixView(base, rows: shape[0], columns: shape[1], rowStride: shape[1]) }

  public func withUnsafeBufferPointer<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withExtendedLifetime(storage) { () throws(Failure) in
      try body(UnsafeBufferPointer(start: storage.base, count: count))
    }
  }

  public mutating func withUnsafeMutableBufferPointer<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    makeUnique()
    return try withExtendedLifetime(storage) {
      try body(UnsafeMutableBufferPointer(start: storage.base, count: count))
    }
  }

  /// Whether no element is NaN or infinite.
  package var isFinite: Bool { withUnsafeBufferPointer { areFinite($0.baseAddress!, $0.count) } }

  /// Two tensors are equal when their shapes are and their elements compare equal (so NaN differs
  /// from itself).
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

/// [outer, inner, features] to [inner, outer, features].
package func exchangeOuter(
  _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ outer: Int, _ inner: Int, _ features: Int
) {
  // Steps without rows cost nothing, however many.
  if inner == 0 || features == 0 { return }
  for o in 0..<outer {
    for i in 0..<inner {
      (target + (i * outer + o) * features).update(from: source + (o * inner + i) * features, count: features)
    }
  }
}

/// Whether none of `count` floats is NaN or infinite.
package func areFinite(_ x: UnsafePointer<Float>, _ count: Int) -> Bool {
  // A finite sum says so of all its terms, at the speed of memory; one that is not may only have
  // overflowed.
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
