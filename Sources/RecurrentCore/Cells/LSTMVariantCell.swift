// The LSTM variant cell: the equations, layout and steps of an `LSTMVariant`.

/// The cell of an `LSTMVariant`. It keeps the sums of the gates, and the backward step computes the
/// gates again, since not every activation's derivative follows from its value.
package final class LSTMVariantCell: CellDefinition {
  private let variant: LSTMVariant

  package init(_ variant: LSTMVariant) { self.variant = variant }

  // MARK: Equations

  /// The peephole weights of one unit.
  package typealias Peepholes<V> = (i: V, f: V, o: V)

  /// i, f and g from their sums. o is computed later, since its sum may include c.
  private func innerGates<V: ActivationArithmetic>(_ a: LSTMCell.Gates<V>) -> (i: V, f: V, g: V) {
    let i = variant.gate.value(clipped(a.i))
    return (
      i, variant.couplesInputAndForget ? V.one - i : variant.gate.value(clipped(a.f)),
      variant.candidate.value(clipped(a.g))
    )
  }

  /// The sums with peepholes, c and h, from the sums of products and biases and c'.
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

  /// The gradients of the sums and of c', from the sums with peepholes, c', c, and the gradients of
  /// h and c.
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

  /// A sum clamped to ±clip.
  private func clipped<V: ActivationArithmetic>(_ a: V) -> V {
    guard let clip = variant.clip else { return a }
    return a.clamped(V.constant(-clip), V.constant(clip))
  }

  /// The derivative of an activation of a clipped sum: zero beyond the limits.
  private func slope<V: ActivationArithmetic>(_ activation: CellActivation, _ a: V) -> V {
    guard let clip = variant.clip else { return activation.slope(a) }
    return V.choose(V.constant(0), where: a.magnitude, isAbove: V.constant(clip), otherwise: activation.slope(a))
  }

  // MARK: Layout

  /// Blocks i, f, g, o (sums) and c. Peepholes multiply c' for i and f, and c for o.
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
        // 1. The sums of i, f and g with biases and peepholes.
        // 2. c = f * c' + i * g
        // 3. The sum of o, with its peephole on c.
        // 4. h = o * hidden(c)
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
        // 4. and 3. The gradient of the sum of o.
        // 2. The gradient of c.
        // 1. The gradients of the sums of i, f and g, and of c'.
        let (a, dc) = backward(
          u.lstm(gates, H), previousCell: u.load(s.previousCell(r)), cell: u.load(gates + 4 * H),
          peepholes(s.peepholes, u, H),
          hiddenGradient: u.load(s.hiddenGradient(r)), cellGradient: u.load(s.cellGradient(r)))
        u.store(a, gates, H)
        u.store(dc, s.cellGradient(r))
      }
    }
  }

  /// The peephole weights of a block of units; zeros without peepholes.
  private func peepholes(_ weights: UnsafePointer<Float>?, _ u: UnitBlock, _ H: Int) -> Peepholes<SIMD8<Float>> {
    guard let weights else { return (.zero, .zero, .zero) }
    return (u.load(weights), u.load(weights + H), u.load(weights + 2 * H))
  }
}
