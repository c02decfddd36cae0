// Matrix views: matrices in memory that the caller owns, valid during a call.

/// A matrix to read, with any strides: element (r, c) is `base[r * rowStride + c * columnStride]`.
public struct MatrixView {
  /// Element (0, 0).
  public var base: UnsafePointer<Float>
  /// The number of rows.
  public var rows: Int
  /// The number of columns.
  public var columns: Int
  /// The distance between rows, in floats.
  public var rowStride: Int
  /// The distance between columns, in floats.
  public var columnStride: Int

  /// Creates a view of a matrix with contiguous rows, `rowStride` floats apart.
  public init(_ base: UnsafePointer<Float>, rows: Int, columns: Int, rowStride: Int) {
    (self.base, self.rows, self.columns, self.rowStride, columnStride) = (base, rows, columns, rowStride, 1)
  }

  /// The transpose, a view of the same memory.
  public var transposed: MatrixView {
    var view = self
    (view.rows, view.columns, view.rowStride, view.columnStride) = (columns, rows, columnStride, rowStride)
    return view
  }

  /// The rows in `range`, a view of the same memory.
  public func rows(_ range: Range<Int>) -> MatrixView {
    var view = self
    view.base += range.lowerBound * rowStride
    view.rows = range.count
    return view
  }
}

/// A matrix to write to, with contiguous rows: element (r, c) is `base[r * rowStride + c]`.
public struct MutableMatrixView {
  /// Element (0, 0).
  public var base: UnsafeMutablePointer<Float>
  /// The distance between rows, in floats.
  public var rowStride: Int

  /// Creates a view of a matrix with contiguous rows, `rowStride` floats apart.
  public init(_ base: UnsafeMutablePointer<Float>, rowStride: Int) {
    (self.base, self.rowStride) = (base, rowStride)
  }

  /// Adds a row to the first `columns` elements of each of the first `rows` rows.
  package func add(_ row: UnsafePointer<Float>, rows: Int, columns: Int) {
    for r in 0..<rows { RecurrentCore.add(row, to: base + r * rowStride, columns: 0..<columns) }
  }

  /// Sets the first `columns` elements of the first `rows` rows to zero.
  public func clear(rows: Int, columns: Int) {
    for row in 0..<rows { (base + row * rowStride).update(repeating: 0, count: columns) }
  }
}
