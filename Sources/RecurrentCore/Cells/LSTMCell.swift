// The LSTM cell: Hochreiter & Schmidhuber, "Long short-term memory", Neural Computation 9 (1997),
// with the forget gate of Gers, Schmidhuber & Cummins, "Learning to forget", Neural Computation 12
// (2000).

/// The LSTM cell, without peepholes. Each gate has a sum a = W x + b + U h' + b', with its own rows
/// of the weights.
///
/// i, f, o = sigmoid(a); g = tanh(a); c = f * c' + i * g; h = o * tanh(c).
package final class LSTMCell: CellDefinition {
  static let shared = LSTMCell()

  // MARK: Equations

  /// A value for each gate in the order of the weights: the sums, the gates, or the gradients of
  /// the sums.
  package struct Gates<V: CellArithmetic> {
    package var i, f, g, o: V

    @inline(__always)
    package init(i: V, f: V, g: V, o: V) { (self.i, self.f, self.g, self.o) = (i, f, g, o) }
  }

  /// The gates, c and h, from the sums of the gates and c'.
  @inline(__always)
  package static func forward<V: CellArithmetic>(_ a: Gates<V>, previousCell: V) -> (
    gates: Gates<V>, cell: V, hidden: V
  ) {
    let i = V.sigmoid(a.i)
    let f = V.sigmoid(a.f)
    let g = V.tanh(a.g)
    let o = V.sigmoid(a.o)
    let c = f * previousCell + i * g
    let h = o * V.tanh(c)
    return (Gates(i: i, f: f, g: g, o: o), c, h)
  }

  /// The gradients of the sums and of c', from the gates, c', and the gradients of h and c.
  @inline(__always)
  package static func backward<V: CellArithmetic>(
    _ gates: Gates<V>, previousCell: V, hiddenGradient dh: V, cellGradient: V
  ) -> (gates: Gates<V>, previousCell: V) {
    let (i, f, g, o) = (gates.i, gates.f, gates.g, gates.o)
    let t = V.tanh(f * previousCell + i * g)
    let dc = cellGradient + dh * o * (V.one - t * t)
    return (
      Gates(
        i: dc * g * (i * (V.one - i)),
        f: dc * previousCell * (f * (V.one - f)),
        g: dc * i * (V.one - g * g),
        o: dh * t * (o * (V.one - o))),
      dc * f
    )
  }

  // MARK: Layout

  /// Blocks i, f, g, o.
  package static let layout = CellLayout(
    gateNames: ["i", "f", "g", "o"], blocks: 4, input: 0..<4,
    stages: [.init(source: .previousHidden, gates: 0..<4, blocks: [0, 1, 2, 3], sums: 0..<4)], hasCellState: true,
    outputGate: 3)

  // MARK: Steps

  package func forward(_ stage: Int, _ s: CellStep, _ kernels: any GateKernels) {
    for r in 0..<s.rows {
      s.keepCell(r)
      // 1. i, f, o = sigmoid(a), g = tanh(a)
      // 2. c = f * c' + i * g
      // 3. h = o * tanh(c)
      kernels.lstmForward(
        gates: s.gates(r), bias: s.bias, cell: s.cell(r), hidden: s.newHidden(r), units: s.units,
        hiddenSize: s.hiddenSize)
    }
  }

  package func backward(_ stage: Int, _ s: CellBackwardStep, _ kernels: any GateKernels) {
    for r in 0..<s.rows {
      // 3. dc += dh * o * (1 - tanh(c)^2)
      // 2. dc' = dc * f
      // 1. The gradients of the sums of i, f, g, o.
      kernels.lstmBackward(
        gates: s.gates(r), previousCell: s.previousCell(r), hiddenGradient: s.hiddenGradient(r),
        cellGradient: s.cellGradient(r), units: s.units, hiddenSize: s.hiddenSize)
    }
  }
}
