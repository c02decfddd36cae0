// The one seam: what the layers ask of whatever does the arithmetic.

/// A way to do the arithmetic of recurrent networks.
///
/// A backend needs a name, a pool of threads and two matrix products that run on one thread each.
/// The rest has defaults: a step of a cell (`CellStep`) and the gates (`SwiftGateKernels`). A
/// backend overrides what it does better. Whole sequences, ragged or not, forward and backward, are
/// the same for all (`LayerEngine`).
public protocol Backend: Sendable {
  /// The name that chooses it: `RECURRENT_BACKEND`, `--backend`.
  var name: String { get }
  var pool: ThreadPool { get }

  /// The layout that `prepare` packs matrices in, and that the products take. Two backends may share
  /// a prepared matrix if their layouts are equal.
  var layout: MatrixLayout { get }

  /// Packs a matrix [K, N] that will be the right factor of many products.
  func prepare(_ matrix: MatrixView) -> PreparedMatrix

  /// c = a · b[all rows, columns], plus c when `accumulating`. a is [M, K]; c's column 0 belongs to
  /// `columns.lowerBound`. Runs on the calling thread; with `accumulating` false, c may hold
  /// anything, NaN included.
  func multiply(
    _ a: MatrixView, _ b: PreparedMatrix, columns: Range<Int>, into c: MutableMatrixView, accumulating: Bool)

  /// c = a · b, plus c when `accumulating`, for a product done once. `scratch` has room for
  /// `scratchCount` floats. Runs on the calling thread.
  func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool,
    scratch: UnsafeMutablePointer<Float>)

  /// Packs a cell's recurrent weights U' [O, G·H] for `step`.
  func prepare(_ matrix: MatrixView, for cell: Cell) -> PreparedMatrix

  /// One step of a cell. Runs on the calling thread.
  func step(_ step: CellStep)

  /// Threads that divide the units of a cell among themselves take whole groups of so many.
  func unitGrain(for cell: Cell) -> Int

  /// The floats of scratch memory that a single product needs on each thread.
  var scratchCount: Int { get }

  /// Whether a product with few rows takes long for its operations, because the prepared matrix is
  /// packed anew each time. Then threads rather divide the columns among themselves, so that each
  /// packs its part only, than the rows.
  var packsEveryTime: Bool { get }

  /// Called before and after the products of every call, on the calling thread.
  func begin()
  func end()

  /// The element-wise part of the cells.
  var gates: any GateKernels { get }

  /// Element-wise work over whole arrays.
  var dense: any DenseKernels { get }
}

extension Backend {
  public var layout: MatrixLayout { MatrixLayout(maker: name) }
  public var scratchCount: Int { 0 }
  public var packsEveryTime: Bool { false }
  public func begin() {}
  public func end() {}
  public var gates: any GateKernels { SwiftGateKernels() }
  public var dense: any DenseKernels { SwiftDenseKernels() }
}

// MARK: Views: memory that someone else owns, valid during a call

/// A matrix of any strides: element (r, c) is `base[r * rowStride + c * columnStride]`.
public struct MatrixView {
  public var base: UnsafePointer<Float>
  public var rows: Int
  public var columns: Int
  public var rowStride: Int
  public var columnStride: Int

  public init(_ base: UnsafePointer<Float>, rows: Int, columns: Int, rowStride: Int) {
    (self.base, self.rows, self.columns, self.rowStride, columnStride) = (base, rows, columns, rowStride, 1)
  }

  public var transposed: MatrixView {
    var view = self
    (view.rows, view.columns, view.rowStride, view.columnStride) = (columns, rows, columnStride, rowStride)
    return view
  }
}

extension MatrixView {
  /// Some of the rows.
  public func rows(_ range: Range<Int>) -> MatrixView {
    var view = self
    view.base += range.lowerBound * rowStride
    view.rows = range.count
    return view
  }
}

/// A matrix to write to, its rows contiguous.
public struct MutableMatrixView {
  public var base: UnsafeMutablePointer<Float>
  public var rowStride: Int

  public init(_ base: UnsafeMutablePointer<Float>, rowStride: Int) {
    (self.base, self.rowStride) = (base, rowStride)
  }

  /// Writes zeros, which is what a product over nothing is.
  public func clear(rows: Int, columns: Int) {
    for row in 0..<rows { (base + row * rowStride).update(repeating: 0, count: columns) }
  }
}

/// A sequence [T, B, F], contiguous.
package struct SequenceView {
  package var base: UnsafePointer<Float>
  package var steps: Int
  package var batch: Int
  package var features: Int

  package init(_ base: UnsafePointer<Float>, steps: Int, batch: Int, features: Int) {
    (self.base, self.steps, self.batch, self.features) = (base, steps, batch, features)
  }
}

/// A sequence [T, B, F] to write to, contiguous.
package struct MutableSequenceView {
  package var base: UnsafeMutablePointer<Float>
  package var steps: Int
  package var batch: Int
  package var features: Int

  package init(_ base: UnsafeMutablePointer<Float>, steps: Int, batch: Int, features: Int) {
    (self.base, self.steps, self.batch, self.features) = (base, steps, batch, features)
  }

  package var constant: SequenceView { SequenceView(base, steps: steps, batch: batch, features: features) }
}

/// One layer's part of a state, or of its gradient: hidden [D, B, O], cell [D, B, H].
package struct StateView {
  package var hidden: UnsafeMutablePointer<Float>
  package var cell: UnsafeMutablePointer<Float>?

  package init(hidden: UnsafeMutablePointer<Float>, cell: UnsafeMutablePointer<Float>?) {
    (self.hidden, self.cell) = (hidden, cell)
  }
}
