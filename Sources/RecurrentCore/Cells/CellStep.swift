// Cell steps: what a forward step of a cell reads and writes.

/// A forward step of a cell for some rows and some units. Every pointer is to unit 0 of the first
/// row; gates are in the cell's blocks of H floats (`CellLayout`).
public struct CellStep {
  /// The cell.
  public var cell: Cell
  /// The cell's definition and layout. The layer owns both and outlives the step.
  package unowned(unsafe) var definition: any CellDefinition
  package unowned(unsafe) var layout: CellLayout
  /// H: the hidden size.
  public var hiddenSize: Int
  /// The units to compute: all H, or whole groups of `unitGrain`.
  public var units: Range<Int>
  /// h' [rows, O] as it enters the product.
  public var previous: MatrixView
  /// h' as a GRU carries it over, with the row stride of `previous`. It differs from
  /// `previous.base` only if dropout masks what enters the product.
  public var carried: UnsafePointer<Float>
  /// U' [O, G·H], prepared by the backend's `prepare(_:for:)` for this cell.
  public var weights: PreparedMatrix
  /// Going in, W x without bias. Coming out, the values that the backward step needs if
  /// `keepsGates`, else anything.
  public var gates: MutableMatrixView
  /// Whether the backward step needs `gates`.
  public var keepsGates: Bool
  /// Memory for U h' [rows, G·H], for cells that keep both products separate (a GRU with the reset
  /// after the product).
  public var recurrent: UnsafeMutablePointer<Float>
  /// The biases [G·H]: b + b', or b for cells that keep both products separate.
  public var bias: UnsafePointer<Float>
  /// b' [G·H] for cells that keep both products separate; else the same as `bias`.
  public var recurrentBias: UnsafePointer<Float>
  /// The peepholes' weights, H for each; nil without peepholes.
  public var peepholes: UnsafePointer<Float>?
  /// Going in, c' [rows, H] of an LSTM; coming out, c.
  public var cellState: UnsafeMutablePointer<Float>
  /// Receives c' [rows, H]; nil if it is not needed.
  public var keptCell: UnsafeMutablePointer<Float>?
  /// Receives h of the first `hiddenRows` rows.
  public var hidden: MutableMatrixView
  /// The number of rows that `hidden` receives.
  public var hiddenRows: Int
  /// For each row, where else its h goes; nil for nowhere.
  public var outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>?
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

  /// Where h of a row is first written: `hidden`, or `outputs` for a row that ends at this step.
  @inline(__always)
  package func newHidden(_ r: Int) -> UnsafeMutablePointer<Float> {
    r < hiddenRows ? hidden.base + r * hidden.rowStride : outputs![r]
  }

  /// Copies c' of a row to `keptCell`, before the step changes it.
  @inline(__always)
  package func keepCell(_ r: Int) {
    if let keptCell { copy(cell(r), to: keptCell + r * hiddenSize, columns: units) }
  }

  /// Copies h of every row from where it was first written to its output.
  func deliverHidden() {
    guard let outputs else { return }
    for r in 0..<rows where outputs[r] != newHidden(r) { copy(newHidden(r), to: outputs[r], columns: units) }
  }
}
