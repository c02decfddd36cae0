// The backend protocol: the arithmetic that recurrent layers are built on.

/// An implementation of the arithmetic of recurrent networks.
///
/// A backend provides a name, a thread pool and two matrix products, each of which runs on the
/// calling thread. The other requirements have defaults, and a backend overrides those that it does
/// better: a cell's step (`CellStep`) and the kernels for gates and dense work. Whole sequences,
/// padded or ragged, forward and backward, are computed by the core for all backends
/// (`LayerEngine`).
public protocol Backend: Sendable {
  /// The name that selects the backend in `RECURRENT_BACKEND` and `--backend`.
  var name: String { get }
  /// The threads that the layers of this backend run on.
  var pool: ThreadPool { get }

  /// The layout that `prepare` packs matrices in, and that the products take. Two backends may share
  /// a prepared matrix if their layouts are equal.
  var layout: MatrixLayout { get }

  /// Packs a matrix [K, N] that will be the right factor of many products.
  func prepare(_ matrix: MatrixView) -> PreparedMatrix

  /// Computes c = a · b[all rows, columns], plus c if `accumulating`, on the calling thread.
  ///
  /// - Parameters:
  ///   - a: the left factor [M, K].
  ///   - b: the right factor [K, N], from `prepare(_:)`.
  ///   - columns: the columns of b to compute.
  ///   - c: the result [M, columns.count]; its column 0 is `columns.lowerBound`. Without
  ///     `accumulating` its old contents are ignored, NaN included.
  ///   - accumulating: whether the product is added to c.
  func multiply(
    _ a: MatrixView, _ b: PreparedMatrix, columns: Range<Int>, into c: MutableMatrixView, accumulating: Bool)

  /// Computes c = a · b, plus c if `accumulating`, on the calling thread, for a right factor that
  /// is used once.
  ///
  /// - Parameters:
  ///   - a: the left factor [M, K].
  ///   - b: the right factor [K, N].
  ///   - c: the result [M, N]. Without `accumulating` its old contents are ignored, NaN included.
  ///   - accumulating: whether the product is added to c.
  ///   - scratch: memory for `scratchCount` floats.
  func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool,
    scratch: UnsafeMutablePointer<Float>)

  /// The same product, plus a bias [N] of each row unless it is nil, with the factors rounded to
  /// `precision`, for training below float32. The default, and a backend that is not faster in that
  /// precision, computes it in float32.
  func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool, bias: UnsafePointer<Float>?,
    scratch: UnsafeMutablePointer<Float>, precision: Precision)

  /// Packs a cell's recurrent weights U' [O, G·H] for `step`.
  func prepare(_ matrix: MatrixView, for cell: Cell) -> PreparedMatrix

  /// Packs a matrix in a precision below float32, for products or for a cell's `step`; nil if the
  /// backend has no kernels for that. Portable ones in Swift take its place then. The default is nil.
  ///
  /// The products and steps of this backend take the result, whose layout has the precision.
  func prepare(_ matrix: MatrixView, for cell: Cell?, precision: Precision) -> PreparedMatrix?

  /// What computes the products of a precision, for people to read: the instructions, or why there
  /// are none.
  func path(of precision: Precision) -> String

  /// Computes one step of a cell on the calling thread. The default computes one product for all
  /// gates and then calls the gate kernels.
  func step(_ step: CellStep)

  /// The number of units in a group. Threads that divide the units of a cell take whole groups. The
  /// default is 16.
  func unitGrain(for cell: Cell) -> Int

  /// The number of floats of scratch memory that a product of unprepared matrices needs on each
  /// thread. The default is 0.
  var scratchCount: Int { get }

  /// Whether products pack the prepared matrix anew each time, so that one with few rows takes long
  /// for its operations. Threads then divide the columns rather than the rows, and each packs only
  /// its part. The default is false.
  var packsEveryTime: Bool { get }

  /// Called on the calling thread before the products of a call. The default does nothing.
  func begin()
  /// Called on the calling thread after the products of a call. The default does nothing.
  func end()

  /// The kernels for the element-wise part of the cells. The default has them in Swift.
  var gates: any GateKernels { get }

  /// The kernels for element-wise work on whole arrays. The default has them in Swift.
  var dense: any DenseKernels { get }
}

extension Backend {
  /// The layout of the backend's name.
  public var layout: MatrixLayout { MatrixLayout(maker: name) }
  /// No kernels below float32.
  public func prepare(_ matrix: MatrixView, for cell: Cell?, precision: Precision) -> PreparedMatrix? { nil }
  /// The product in float32, and then the bias.
  public func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool, bias: UnsafePointer<Float>?,
    scratch: UnsafeMutablePointer<Float>, precision: Precision
  ) {
    multiply(a, b, into: c, accumulating: accumulating, scratch: scratch)
    if let bias { c.add(bias, rows: a.rows, columns: b.columns) }
  }
  /// The backend's own products in float32, and portable ones below.
  public func path(of precision: Precision) -> String {
    precision == .float32
      ? "the products of the backend \(name)"
      : "not accelerated: portable kernels in Swift, since the backend \(name) has none; packed has"
  }
  /// No scratch memory.
  public var scratchCount: Int { 0 }
  /// Prepared matrices stay packed.
  public var packsEveryTime: Bool { false }
  /// Does nothing.
  public func begin() {}
  /// Does nothing.
  public func end() {}
  /// The kernels in Swift.
  public var gates: any GateKernels { SwiftGateKernels() }
  /// The kernels in Swift.
  public var dense: any DenseKernels { SwiftDenseKernels() }
}
