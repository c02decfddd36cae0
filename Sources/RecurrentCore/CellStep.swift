// One step of a cell, of some rows and some units: the product with the previous state, and the gates.

/// What a step of a cell needs: an Elman cell's, an LSTM's, or that of a GRU with the reset after the product.
///
/// Every pointer is to unit 0 of the first row. Gates are blocks of H, as `GateKernels` has them.
public struct CellStep {
  /// The cell to step: says what the gates are, and so which of the fields below count.
  public var cell: Cell
  /// H.
  public var hiddenSize: Int
  /// The units to compute: H, or some whole `unitGrain`s of them.
  public var units: Range<Int>
  /// h of the step before, [rows, O], as it enters the product.
  public var previous: MatrixView
  /// h of the step before as a GRU carries it over, its rows as far apart: `previous.base`, but where dropout masks what enters the product.
  public var carried: UnsafePointer<Float>
  /// U' [O, G·H], as the backend's `prepare(_:for:)` made it for this cell.
  public var weights: PreparedMatrix
  /// The products with the inputs, without biases, going in. The gates coming out where `keepsGates`, else anything.
  public var gates: MutableMatrixView
  public var keepsGates: Bool
  /// Room for a GRU's products with the previous state, [rows, 3H].
  public var recurrent: UnsafeMutablePointer<Float>
  /// [G·H]; the second one for a GRU only.
  public var bias: UnsafePointer<Float>
  public var recurrentBias: UnsafePointer<Float>
  /// An LSTM's c, [rows, H], and where to keep what it was before.
  public var cellState: UnsafeMutablePointer<Float>
  public var keptCell: UnsafeMutablePointer<Float>?
  /// Where h goes: the first `hiddenRows` rows of a matrix, and of each row to a place of its own.
  public var hidden: MutableMatrixView
  public var hiddenRows: Int
  public var outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>?
}

extension Backend {
  public func prepare(_ matrix: MatrixView, for cell: Cell) -> PreparedMatrix { prepare(matrix) }
  public func unitGrain(for cell: Cell) -> Int { 16 }

  public func step(_ s: CellStep) {
    let H = s.hiddenSize
    let isGRU = s.cell.gates == 3
    multiply(
      s.previous, s.weights, blocks: 0..<s.cell.gates, units: s.units, of: H,
      into: isGRU ? MutableMatrixView(s.recurrent, rowStride: 3 * H) : s.gates, accumulating: !isGRU)
    let kernels = gates
    for r in 0..<s.previous.rows {
      s.applyGates(r, kernels)
      s.deliverHidden(r)
    }
  }

  /// Columns `blocks` · H + `units` of a · b into those of `target`, whose first block is the first of `blocks`.
  func multiply(
    _ a: MatrixView, _ b: PreparedMatrix, blocks: Range<Int>, units: Range<Int>, of H: Int, into target: MutableMatrixView, accumulating: Bool
  ) {
    if units.count == H {
      multiply(a, b, columns: blocks.lowerBound * H..<blocks.upperBound * H, into: target, accumulating: accumulating)
    } else {
      for (index, block) in blocks.enumerated() {
        multiply(
          a, b, columns: block * H + units.lowerBound..<block * H + units.upperBound,
          into: MutableMatrixView(target.base + index * H + units.lowerBound, rowStride: target.rowStride), accumulating: accumulating)
      }
    }
  }
}

extension CellStep {
  /// Where h of a row goes first: at least one of the two is there, as a row that does not go on has its last output.
  func newHidden(_ r: Int) -> UnsafeMutablePointer<Float> {
    r < hiddenRows ? hidden.base + r * hidden.rowStride : outputs![r]
  }

  /// From the sums of a row to its gates, c and h.
  func applyGates(_ r: Int, _ kernels: any GateKernels) {
    let H = hiddenSize
    let row = gates.base + r * gates.rowStride
    let h = newHidden(r)
    switch cell {
    case .elman(let nonlinearity):
      kernels.elmanForward(gates: row, bias: bias, hidden: h, units: units, nonlinearity: nonlinearity)
    case .lstm:
      let c = cellState + r * H
      if let keptCell { copy(c, to: keptCell + r * H, columns: units) }
      kernels.lstmForward(gates: row, bias: bias, cell: c, hidden: h, units: units, hiddenSize: H)
    case .gru:
      kernels.gruForward(
        gates: row, recurrent: recurrent + r * 3 * H, inputBias: bias, recurrentBias: recurrentBias,
        previousHidden: carried + r * previous.rowStride, hidden: h, units: units, hiddenSize: H)
    }
  }

  /// Copies h of a row from where it went first to its output.
  func deliverHidden(_ r: Int) {
    if let output = outputs?[r], output != newHidden(r) { copy(newHidden(r), to: output, columns: units) }
  }
}

/// Copies the `columns` of a row.
@inline(__always)
func copy(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, columns: Range<Int>) {
  (target + columns.lowerBound).update(from: source + columns.lowerBound, count: columns.count)
}

/// Adds the `columns` of a row.
@inline(__always)
func add(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, columns: Range<Int>) {
  var column = columns.lowerBound
  while column + 8 <= columns.upperBound {
    let sum = UnsafeRawPointer(source + column).loadUnaligned(as: SIMD8<Float>.self) + UnsafeRawPointer(target + column).loadUnaligned(as: SIMD8<Float>.self)
    UnsafeMutableRawPointer(target + column).storeBytes(of: sum, as: SIMD8<Float>.self)
    column += 8
  }
  while column < columns.upperBound {
    target[column] += source[column]
    column += 1
  }
}
