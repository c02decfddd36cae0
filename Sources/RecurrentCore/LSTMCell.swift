// Hochreiter & Schmidhuber, "Long short-term memory", Neural Computation 9 (1997), with the forget gate of
// Gers, Schmidhuber & Cummins, "Learning to forget", Neural Computation 12 (2000).

/// The LSTM cell, without peepholes. The sums a of the gates are W x + b + U h' + b', each with its own rows.
public enum LSTMCell {
  /// The four gates, before or after their activation, or the gradients of their sums, in the order of the weights.
  public struct Gates<V: Lanes> {
    public var i, f, g, o: V

    @inlinable @inline(__always)
    public init(i: V, f: V, g: V, o: V) { (self.i, self.f, self.g, self.o) = (i, f, g, o) }
  }

  /// The activated gates, the cell c and the hidden state h, from the gates' sums and the previous cell.
  @inlinable @inline(__always)
  public static func forward<V: Lanes>(_ a: Gates<V>, previousCell: V) -> (gates: Gates<V>, cell: V, hidden: V) {
    let i = V.sigmoid(a.i)
    let f = V.sigmoid(a.f)
    let g = V.tanh(a.g)
    let o = V.sigmoid(a.o)
    let c = f * previousCell + i * g
    let h = o * V.tanh(c)
    return (Gates(i: i, f: f, g: g, o: o), c, h)
  }

  /// The gradients of the gates' sums and of the previous cell, from the activated gates, the previous cell and
  /// the gradients that reach h and c from above and from later steps.
  @inlinable @inline(__always)
  public static func backward<V: Lanes>(
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
}
