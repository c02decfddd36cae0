// The variants of the LSTM that ONNX's operator has: peepholes (Gers & Schmidhuber, "Recurrent nets
// that time and count", 2000), coupled input and forget gates (Greff et al., "LSTM: a search space
// odyssey", 2017), clipping, and other activations.

/// What distinguishes a variant of the LSTM; the defaults are the plain one.
public struct LSTMVariant: Sendable, Hashable {
  /// Whether the gates see the cell: i and f the one before the step, o the one after it. The
  /// weights are "weight_ph" [3·H], of i, f and o.
  public var peepholes = false
  /// Whether f is 1 - i, ONNX's `input_forget`. The rows of f in the weights are not used, and have
  /// no gradient.
  public var couplesInputAndForget = false
  /// The gates' sums, biases and peepholes included, are kept within ±`clip` before their
  /// activations; nil for no limit. As in ONNX Runtime, c is not: h sees it as it is.
  public var clip: Float? { didSet { checkClip() } }
  /// Of i, f and o; of g; and of c in h = o * hidden(c): ONNX's f, g and h.
  public var gate = CellActivation.sigmoid
  public var candidate = CellActivation.tanh
  public var hidden = CellActivation.tanh

  public init(
    peepholes: Bool = false, couplesInputAndForget: Bool = false, clip: Float? = nil, gate: CellActivation = .sigmoid,
    candidate: CellActivation = .tanh, hidden: CellActivation = .tanh
  ) {
    (self.peepholes, self.couplesInputAndForget, self.clip) = (peepholes, couplesInputAndForget, clip)
    (self.gate, self.candidate, self.hidden) = (gate, candidate, hidden)
    checkClip()
  }

  private func checkClip() { if let clip { require(clip > 0, "LSTMVariant: clip \(clip) must be above zero") } }
}

/// The cell of an `LSTMVariant`. What is kept are the gates' sums, from which the way back computes
/// the gates anew: not every activation tells its slope by its value.
package final class LSTMVariantCell: CellDefinition {
  private let variant: LSTMVariant

  package init(_ variant: LSTMVariant) { self.variant = variant }

  // MARK: Equations

  /// Peephole weights, of one unit.
  package typealias Peepholes<V> = (i: V, f: V, o: V)

  /// The gates that c is made of, from their sums a. That of o may need c.
  private func innerGates<V: ActivationArithmetic>(_ a: LSTMCell.Gates<V>) -> (i: V, f: V, g: V) {
    let i = variant.gate.value(clipped(a.i))
    return (
      i, variant.couplesInputAndForget ? V.one - i : variant.gate.value(clipped(a.f)),
      variant.candidate.value(clipped(a.g))
    )
  }

  /// The sums with the peepholes', c and h, from the sums of products and biases and the previous
  /// cell.
  package func forward<V: ActivationArithmetic>(
    _ sums: LSTMCell.Gates<V>, previousCell: V, _ p: Peepholes<V>
  ) -> (sums: LSTMCell.Gates<V>, cell: V, hidden: V) {
    var a = sums
    a.i = a.i + p.i * previousCell
    a.f = a.f + p.f * previousCell
    let (i, f, g) = innerGates(a)
    let c = f * previousCell + i * g
    a.o = a.o + p.o * c
    return (a, c, variant.gate.value(clipped(a.o)) * variant.hidden.value(c))
  }

  /// The gradients of the sums and of the previous cell, from the sums with the peepholes', both
  /// cells, and the gradients that reach h and c.
  package func backward<V: ActivationArithmetic>(
    _ a: LSTMCell.Gates<V>, previousCell: V, cell c: V, _ p: Peepholes<V>, hiddenGradient dh: V, cellGradient: V
  ) -> (sums: LSTMCell.Gates<V>, previousCell: V) {
    let (i, f, g) = innerGates(a)
    let o = variant.gate.value(clipped(a.o))
    let zero = V.constant(0)
    let ao = dh * variant.hidden.value(c) * slope(variant.gate, a.o)
    let dc = cellGradient + dh * o * variant.hidden.slope(c) + ao * p.o
    let ai = dc * (variant.couplesInputAndForget ? g - previousCell : g) * slope(variant.gate, a.i)
    let af = variant.couplesInputAndForget ? zero : dc * previousCell * slope(variant.gate, a.f)
    let ag = dc * i * slope(variant.candidate, a.g)
    return (LSTMCell.Gates(i: ai, f: af, g: ag, o: ao), dc * f + ai * p.i + af * p.f)
  }

  private func clipped<V: ActivationArithmetic>(_ a: V) -> V {
    guard let clip = variant.clip else { return a }
    return a.clamped(V.constant(-clip), V.constant(clip))
  }

  /// The slope of an activation of a clipped sum: none beyond the limits.
  private func slope<V: ActivationArithmetic>(_ activation: CellActivation, _ a: V) -> V {
    guard let clip = variant.clip else { return activation.slope(a) }
    return V.choose(V.constant(0), where: a.magnitude, isAbove: V.constant(clip), otherwise: activation.slope(a))
  }

  // MARK: Layout

  /// Blocks i, f, g and o, of sums, and c. Peepholes multiply c' for i and f, and c for o.
  package static func layout(of variant: LSTMVariant) -> CellLayout { variant.peepholes ? peepholeLayout : plainLayout }
  private static let plainLayout = layout(peepholes: [])
  private static let peepholeLayout = layout(peepholes: [
    .init(sum: 0, factor: .previousCell), .init(sum: 1, factor: .previousCell), .init(sum: 3, factor: .block(4)),
  ])

  private static func layout(peepholes: [CellLayout.Peephole]) -> CellLayout {
    CellLayout(
      gateNames: ["i", "f", "g", "o"], blocks: 5, input: 0..<4,
      stages: [.init(source: .previousHidden, gates: 0..<4, blocks: [0, 1, 2, 3], sums: 0..<4)], hasCellState: true,
      peepholes: peepholes)
  }

  // MARK: Steps

  package func forward(_ stage: Int, _ s: CellStep, _ kernels: any GateKernels) {
    let H = s.hiddenSize
    for r in 0..<s.rows {
      s.keepCell(r)
      let (gates, bias) = (s.gates(r), s.bias)
      vectorised(s.units) { u in
        // 1. the sums with biases and peepholes   2. c = f * c' + i * g   3. h = o * hidden(c)
        let (a, c, h) = forward(
          u.lstm(gates, H, plus: bias), previousCell: u.load(s.cell(r)), peepholes(s.peepholes, u, H))
        u.store(a, gates, H)
        u.store(c, gates + 4 * H)
        u.store(c, s.cell(r))
        u.store(h, s.newHidden(r))
      }
    }
  }

  package func backward(_ stage: Int, _ s: CellBackwardStep, _ kernels: any GateKernels) {
    let H = s.hiddenSize
    for r in 0..<s.rows {
      let gates = s.gates(r)
      vectorised(s.units) { u in
        // 1. the gradient of o's sum   2. of c   3. of the sums of i, f and g   4. of c'
        let (a, dc) = backward(
          u.lstm(gates, H), previousCell: u.load(s.previousCell(r)), cell: u.load(gates + 4 * H),
          peepholes(s.peepholes, u, H),
          hiddenGradient: u.load(s.hiddenGradient(r)), cellGradient: u.load(s.cellGradient(r)))
        u.store(a, gates, H)
        u.store(dc, s.cellGradient(r))
      }
    }
  }

  /// Zeros without peepholes.
  private func peepholes(_ weights: UnsafePointer<Float>?, _ u: UnitBlock, _ H: Int) -> Peepholes<SIMD8<Float>> {
    guard let weights else { return (.zero, .zero, .zero) }
    return (u.load(weights), u.load(weights + H), u.load(weights + 2 * H))
  }
}
