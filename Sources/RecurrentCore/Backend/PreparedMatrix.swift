// Prepared matrices: right factors packed in a backend's layout.

/// The layout of a prepared matrix in memory.
public struct MatrixLayout: Hashable, Sendable, CustomStringConvertible {
  /// The backend, with its instruction set if the layout depends on that.
  public let maker: String
  /// The number of gates whose columns for one unit are side by side; 1 for a plain matrix.
  public let gatesTogether: Int
  /// The precision of the packed numbers.
  public let precision: Precision

  /// Creates the layout of a backend, for plain matrices of float32 unless said otherwise.
  public init(maker: String, gatesTogether: Int = 1, precision: Precision = .float32) {
    (self.maker, self.gatesTogether, self.precision) = (maker, gatesTogether, precision)
  }

  /// The layout of the same maker for a cell's recurrent weights.
  public func together(gates: Int) -> MatrixLayout {
    MatrixLayout(maker: maker, gatesTogether: gates, precision: precision)
  }

  /// The maker, the number of gates side by side and the precision.
  public var description: String {
    maker + (gatesTogether == 1 ? "" : ", \(gatesTogether) gates side by side")
      + (precision == .float32 ? "" : ", \(precision)")
  }
}

/// A matrix prepared by a backend: the right factor [K, N] of many products, packed in the
/// backend's layout. Immutable once made.
public final class PreparedMatrix: @unchecked Sendable {
  /// K: the number of rows.
  public let rows: Int
  /// N: the number of columns.
  public let columns: Int
  /// The layout. Only kernels of this layout can read the matrix.
  public let layout: MatrixLayout
  /// Whether the matrix is packed for the portable products, not for the backend's.
  let isPortable: Bool
  private let buffer: AlignedBuffer

  /// The packed numbers, 64-byte aligned.
  public var base: UnsafeMutablePointer<Float> { buffer.base }

  /// Allocates `count` floats for a matrix of `rows` rows and `columns` columns. The backend fills
  /// them before it returns the matrix.
  public init(rows: Int, columns: Int, count: Int, layout: MatrixLayout) {
    self.rows = rows
    self.columns = columns
    self.layout = layout
    isPortable = layout == PortableMatrix.layout(layout.precision)
    buffer = AlignedBuffer(count: count)
  }

  /// Stops with a message unless the matrix is packed in the layout that a kernel reads. Every
  /// product and step calls it.
  public func check(_ expected: MatrixLayout) {
    require(
      layout == expected,
      "PreparedMatrix: the matrix [\(rows), \(columns)] is packed for \(layout), expected \(expected)")
  }
}
