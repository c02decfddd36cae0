// LSTM variants, as ONNX's operator has them: peepholes (Gers & Schmidhuber, "Recurrent nets that
// time and count", 2000), coupled input and forget gates (Greff et al., "LSTM: a search space
// odyssey", 2017), clipping, and other activations.

/// A variant of the LSTM. The default values describe the plain LSTM.
public struct LSTMVariant: Sendable, Hashable {
  /// Whether the gates have peepholes: the sums of i and f include c', and that of o includes c.
  /// The weights are "weight_ph" [3·H], for i, f and o.
  public var peepholes = false
  /// Whether f = 1 - i (ONNX's `input_forget`). The rows of f in the weights are then unused and
  /// have no gradient.
  public var couplesInputAndForget = false
  /// The limit of the gates' sums: each, with its biases and peepholes, is clamped to ±`clip`
  /// before its activation. nil for no limit. c is not clipped, as in ONNX Runtime.
  public var clip: Float? { didSet { checkClip() } }
  /// The activation of i, f and o: ONNX's f.
  public var gate = CellActivation.sigmoid
  /// The activation of g: ONNX's g.
  public var candidate = CellActivation.tanh
  /// The activation of c in h = o * hidden(c): ONNX's h.
  public var hidden = CellActivation.tanh

  /// Creates a variant.
  ///
  /// Precondition: `clip` is nil or above zero.
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
