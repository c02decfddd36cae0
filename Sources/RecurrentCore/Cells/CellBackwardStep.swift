// Backward cell steps: what a backward step of a cell reads and writes.

/// A backward step of a cell for some rows and some units.
package struct CellBackwardStep {
  package var rows: Int
  package var hiddenSize: Int
  package var units: Range<Int>
  /// Going in, what the forward step kept; coming out, the gradients of the sums.
  package var gates: MutableMatrixView
  /// h' [rows, H] and c' [rows, H]. In the first stage, h' is masked if dropout masks what enters
  /// the products.
  package var previousHidden: UnsafePointer<Float>
  package var previousCell: UnsafePointer<Float>?
  /// The peepholes' weights, as in the forward step.
  package var peepholes: UnsafePointer<Float>?
  /// [rows, H]. Going in, the gradient of h; coming out, for cells that carry h' over, the part of
  /// it that h' has that way.
  package var hiddenGradient: UnsafeMutablePointer<Float>
  /// [rows, H]. Going in, the gradient of c; coming out, that of c'.
  package var cellGradient: UnsafeMutablePointer<Float>
  /// [rows, H]: the gradient of the block that a later stage's product has read.
  package var blockGradient: UnsafeMutablePointer<Float>
  /// [rows, H]: the gradient of h' as it enters the products. A stage that also uses h'
  /// element-wise adds to it.
  package var enteringGradient: UnsafeMutablePointer<Float>
}

extension CellBackwardStep {
  /// The step for row `r` alone.
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
