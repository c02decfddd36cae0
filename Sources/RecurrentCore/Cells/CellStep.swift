// One step of a cell, of some rows and some units: what it reads and writes.

/// A forward step of a cell. Every pointer is to unit 0 of the first row.
///
/// Gates are the cell's blocks of H (`CellLayout`).
public struct CellStep {
  /// The cell to step.
  public var cell: Cell
  /// What the cell is. The layer, which is there as long as the step, has both.
  package unowned(unsafe) var definition: any CellDefinition
  package unowned(unsafe) var layout: CellLayout
  /// H.
  public var hiddenSize: Int
  /// The units to compute: H, or some whole `unitGrain`s of them.
  public var units: Range<Int>
  /// h of the step before, [rows, O], as it enters the product.
  public var previous: MatrixView
  /// h of the step before as a GRU carries it over, its rows as far apart: `previous.base`, but
  /// where dropout masks what enters the product.
  public var carried: UnsafePointer<Float>
  /// U' [O, G·H], as the backend's `prepare(_:for:)` made it for this cell.
  public var weights: PreparedMatrix
  /// The products with the inputs, without biases, going in. The gates coming out where
  /// `keepsGates`, else anything.
  public var gates: MutableMatrixView
  public var keepsGates: Bool
  /// Room for the products with the previous state, [rows, G·H], of cells that keep both products
  /// apart (a GRU with the reset after).
  public var recurrent: UnsafeMutablePointer<Float>
  /// [G·H]: the sum of both biases; of cells that keep both products apart, W's and U's.
  public var bias: UnsafePointer<Float>
  public var recurrentBias: UnsafePointer<Float>
  /// A block of H for each of the layout's peepholes; nil without.
  public var peepholes: UnsafePointer<Float>?
  /// An LSTM's c, [rows, H], and where to keep what it was before.
  public var cellState: UnsafeMutablePointer<Float>
  public var keptCell: UnsafeMutablePointer<Float>?
  /// Where h goes: the first `hiddenRows` rows of a matrix, and of each row to a place of its own.
  public var hidden: MutableMatrixView
  public var hiddenRows: Int
  public var outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>?
}

/// A backward step of a cell.
package struct CellBackwardStep {
  package var rows: Int
  package var hiddenSize: Int
  package var units: Range<Int>
  /// The gates going in, the gradients of their sums coming out.
  package var gates: MutableMatrixView
  /// h' [rows, H], and c' [rows, H]. In the first stage h' is masked where dropout masks what
  /// enters the products.
  package var previousHidden: UnsafePointer<Float>
  package var previousCell: UnsafePointer<Float>?
  /// As forward.
  package var peepholes: UnsafePointer<Float>?
  /// [rows, H]: the gradient of h going in; of cells that carry h' over, what reaches h' that way
  /// coming out.
  package var hiddenGradient: UnsafeMutablePointer<Float>
  /// [rows, H]: the gradient of c going in, of c' coming out.
  package var cellGradient: UnsafeMutablePointer<Float>
  /// [rows, H]: the gradient of the block that a later stage's product has read.
  package var blockGradient: UnsafeMutablePointer<Float>
  /// [rows, H]: the gradient of h' as it enters the products, to which a stage that reads it beside
  /// them adds.
  package var enteringGradient: UnsafeMutablePointer<Float>
}

extension CellStep {
  package var rows: Int { previous.rows }
  @inline(__always) package func gates(_ r: Int) -> UnsafeMutablePointer<Float> { gates.base + r * gates.rowStride }
  @inline(__always) package func previousHidden(_ r: Int) -> UnsafePointer<Float> {
    previous.base + r * previous.rowStride
  }
  @inline(__always) package func carried(_ r: Int) -> UnsafePointer<Float> { carried + r * previous.rowStride }
  @inline(__always) package func recurrentProducts(_ r: Int) -> UnsafeMutablePointer<Float> {
    recurrent + r * layout.gates * hiddenSize
  }
  @inline(__always) package func cell(_ r: Int) -> UnsafeMutablePointer<Float> { cellState + r * hiddenSize }

  /// Where h of a row goes first: at least one of the two is there, as a row that does not go on
  /// has its last output.
  @inline(__always)
  package func newHidden(_ r: Int) -> UnsafeMutablePointer<Float> {
    r < hiddenRows ? hidden.base + r * hidden.rowStride : outputs![r]
  }

  /// Keeps c of a row, before it changes.
  @inline(__always)
  package func keepCell(_ r: Int) {
    if let keptCell { copy(cell(r), to: keptCell + r * hiddenSize, columns: units) }
  }

  /// Copies h of every row from where it went first to its output.
  func deliverHidden() {
    guard let outputs else { return }
    for r in 0..<rows where outputs[r] != newHidden(r) { copy(newHidden(r), to: outputs[r], columns: units) }
  }
}

extension CellBackwardStep {
  /// One row of it.
  func row(_ r: Int) -> CellBackwardStep {
    var step = self
    let offset = r * hiddenSize
    step.rows = 1
    step.gates.base += r * gates.rowStride
    step.previousHidden += offset
    step.previousCell = previousCell.map { $0 + offset }
    step.hiddenGradient += offset
    step.cellGradient += offset
    step.blockGradient += offset
    step.enteringGradient += offset
    return step
  }

  @inline(__always) package func gates(_ r: Int) -> UnsafeMutablePointer<Float> { gates.base + r * gates.rowStride }
  @inline(__always) package func previousHidden(_ r: Int) -> UnsafePointer<Float> { previousHidden + r * hiddenSize }
  @inline(__always) package func previousCell(_ r: Int) -> UnsafePointer<Float> { previousCell! + r * hiddenSize }
  @inline(__always) package func hiddenGradient(_ r: Int) -> UnsafeMutablePointer<Float> {
    hiddenGradient + r * hiddenSize
  }
  @inline(__always) package func cellGradient(_ r: Int) -> UnsafeMutablePointer<Float> { cellGradient + r * hiddenSize }
  @inline(__always) package func blockGradient(_ r: Int) -> UnsafeMutablePointer<Float> {
    blockGradient + r * hiddenSize
  }
  @inline(__always) package func enteringGradient(_ r: Int) -> UnsafeMutablePointer<Float> {
    enteringGradient + r * hiddenSize
  }
}

extension Backend {
  public func prepare(_ matrix: MatrixView, for cell: Cell) -> PreparedMatrix { prepare(matrix) }
  public func unitGrain(for cell: Cell) -> Int { 16 }

  public func step(_ s: CellStep) { portableStep(s) }

  /// One product for all gates, and then the cell's own part: a step of any cell.
  package func portableStep(_ s: CellStep) {
    let (H, G, isApart) = (s.hiddenSize, s.layout.gates, s.layout.keepsProductsApart)
    multiply(
      s.previous, s.weights, blocks: 0..<G, units: s.units, of: H,
      into: isApart ? MutableMatrixView(s.recurrent, rowStride: G * H) : s.gates, accumulating: !isApart)
    s.definition.forward(0, s, gates)
    s.deliverHidden()
  }

  /// Columns `blocks` · H + `units` of a · b into those of `target`, whose first block is the first
  /// of `blocks`.
  func multiply(
    _ a: MatrixView, _ b: PreparedMatrix, blocks: Range<Int>, units: Range<Int>, of H: Int,
    into target: MutableMatrixView, accumulating: Bool
  ) {
    if units.count == H {
      multiply(a, b, columns: blocks.lowerBound * H..<blocks.upperBound * H, into: target, accumulating: accumulating)
    } else {
      for (index, block) in blocks.enumerated() {
        multiply(
          a, b, columns: block * H + units.lowerBound..<block * H + units.upperBound,
          into: MutableMatrixView(target.base + index * H + units.lowerBound, rowStride: target.rowStride),
          accumulating: accumulating)
      }
    }
  }
}
