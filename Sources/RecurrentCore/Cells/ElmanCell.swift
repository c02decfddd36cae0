// The Elman cell: Elman, "Finding structure in time", Cognitive Science 14 (1990).

/// The Elman cell: h = tanh(a) or relu(a), with a = W x + b + U h' + b'.
package final class ElmanCell: CellDefinition {
  private let nonlinearity: Cell.Nonlinearity
  static let tanh = ElmanCell(.tanh)
  static let relu = ElmanCell(.relu)

  private init(_ nonlinearity: Cell.Nonlinearity) { self.nonlinearity = nonlinearity }

  // MARK: Equations

  /// h from a.
  @inline(__always)
  package static func forward<V: CellArithmetic>(_ a: V, _ nonlinearity: Cell.Nonlinearity) -> V {
    nonlinearity == .tanh ? V.tanh(a) : V.relu(a)
  }

  /// The gradient of a from h and the gradient of h.
  @inline(__always)
  package static func backward<V: CellArithmetic>(hidden h: V, gradient dh: V, _ nonlinearity: Cell.Nonlinearity) -> V {
    nonlinearity == .tanh ? dh * (V.one - h * h) : V.passing(dh, where: h)
  }

  // MARK: Layout

  /// One block: h.
  package static let layout = CellLayout(
    gateNames: [""], blocks: 1, input: 0..<1,
    stages: [.init(source: .previousHidden, gates: 0..<1, blocks: [0], sums: 0..<1)])

  // MARK: Steps

  package func forward(_ stage: Int, _ s: CellStep, _ kernels: any GateKernels) {
    for r in 0..<s.rows {
      // 1. h = tanh(a) or relu(a)
      kernels.elmanForward(
        gates: s.gates(r), bias: s.bias, hidden: s.newHidden(r), units: s.units, nonlinearity: nonlinearity)
    }
  }

  package func backward(_ stage: Int, _ s: CellBackwardStep, _ kernels: any GateKernels) {
    for r in 0..<s.rows {
      // 1. da = dh * (1 - h * h), or dh where h > 0
      kernels.elmanBackward(
        gates: s.gates(r), hiddenGradient: s.hiddenGradient(r), units: s.units, nonlinearity: nonlinearity)
    }
  }
}
