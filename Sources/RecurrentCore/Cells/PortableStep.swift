// Portable cell steps: the backend's default step, by a product and the gate kernels.

extension Backend {
  /// Prepares the weights as for any product.
  public func prepare(_ matrix: MatrixView, for cell: Cell) -> PreparedMatrix { prepare(matrix) }
  /// 16 units: a cache line.
  public func unitGrain(for cell: Cell) -> Int { 16 }

  /// Computes one product for all gates, then the element-wise part of the cell.
  public func step(_ s: CellStep) { portableStep(s) }

  /// A step of any cell: one product for all gates, then the element-wise part of the cell.
  package func portableStep(_ s: CellStep) {
    let (H, G, isApart) = (s.hiddenSize, s.layout.gates, s.layout.keepsProductsApart)
    multiply(
      s.previous, s.weights, blocks: 0..<G, units: s.units, of: H,
      into: isApart ? MutableMatrixView(s.recurrent, rowStride: G * H) : s.gates, accumulating: !isApart)
    s.definition.forward(0, s, gates)
    s.deliverHidden()
  }

  /// Computes columns `blocks` · H + `units` of a · b. The first block of `target` receives the
  /// first of `blocks`.
  func multiply(
    _ a: MatrixView, _ b: PreparedMatrix, blocks: Range<Int>, units: Range<Int>, of H: Int,
    into target: MutableMatrixView, accumulating: Bool
  ) {
    if units.count == H {
      multiplyPrepared(
        a, b, columns: blocks.lowerBound * H..<blocks.upperBound * H, into: target, accumulating: accumulating)
    } else {
      for (index, block) in blocks.enumerated() {
        multiplyPrepared(
          a, b, columns: block * H + units.lowerBound..<block * H + units.upperBound,
          into: MutableMatrixView(target.base + index * H + units.lowerBound, rowStride: target.rowStride),
          accumulating: accumulating)
      }
    }
  }
}
