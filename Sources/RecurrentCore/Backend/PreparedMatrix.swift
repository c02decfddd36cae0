// PreparedMatrix: a matrix packed for a backend's products.

/// The layout of a prepared matrix in memory.
public struct MatrixLayout: Hashable, Sendable, CustomStringConvertible {
  /// The backend that packs it so, with its instruction set where the layout depends on that.
  public let maker: String
  /// The gates whose columns for one unit lie side by side; 1 for a plain matrix.
  public let gatesTogether: Int

  /// The layout of a backend, for plain matrices unless `gatesTogether` is above 1.
  public init(maker: String, gatesTogether: Int = 1) { (self.maker, self.gatesTogether) = (maker, gatesTogether) }

  /// The same maker's layout of a cell's recurrent weights.
  public func together(gates: Int) -> MatrixLayout { MatrixLayout(maker: maker, gatesTogether: gates) }

  /// The maker, and how many gates lie side by side.
  public var description: String { gatesTogether == 1 ? maker : "\(maker), \(gatesTogether) gates side by side" }
}

/// The right factor [K, N] of many products, packed in a layout of its backend's. Immutable once
/// made.
public final class PreparedMatrix: @unchecked Sendable {
  /// K, the rows.
  public let rows: Int
  /// N, the columns.
  public let columns: Int
  /// How it is packed. Only kernels of this layout can read it.
  public let layout: MatrixLayout
  private let buffer: AlignedBuffer

  /// The packed floats.
  public var base: UnsafeMutablePointer<Float> { buffer.base }

  /// Memory for `count` floats, which the backend fills before anyone else sees them.
  public init(rows: Int, columns: Int, count: Int, layout: MatrixLayout) {
    self.rows = rows
    self.columns = columns
    self.layout = layout
    buffer = AlignedBuffer(count: count)
  }

  /// Precondition of every product and step: the matrix is packed in the layout that its kernels
  /// read.
  @inline(__always)
  public func check(_ expected: MatrixLayout) {
    if layout != expected { refuse(expected) }
  }

  @inline(never)
  private func refuse(_ expected: MatrixLayout) -> Never {
    fatalError("PreparedMatrix: the matrix [\(rows), \(columns)] is packed for \(layout), expected \(expected)")
  }
}
