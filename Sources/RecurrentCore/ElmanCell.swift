// Elman, "Finding structure in time", Cognitive Science 14 (1990).

/// The Elman cell. a is the sum of both products and biases: a = W x + b + U h' + b'.
public enum ElmanCell {
  /// The hidden state h.
  @inlinable @inline(__always)
  public static func forward<V: Lanes>(_ a: V, _ nonlinearity: Cell.Nonlinearity) -> V {
    nonlinearity == .tanh ? V.tanh(a) : V.relu(a)
  }

  /// The gradient of a, from the state and its gradient.
  @inlinable @inline(__always)
  public static func backward<V: Lanes>(hidden h: V, gradient dh: V, _ nonlinearity: Cell.Nonlinearity) -> V {
    nonlinearity == .tanh ? dh * (V.one - h * h) : V.passing(dh, where: h)
  }
}
