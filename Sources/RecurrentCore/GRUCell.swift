// Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical machine
// translation", EMNLP 2014. The two versions of that paper differ in where the reset gate acts.

/// The gated recurrent unit: h = (1 - z) * n + z * h', with r and z the sigmoids of their sums.
public enum GRUCell {
  // MARK: The gates r and z, in both versions

  /// r or z, from its sum W x + b + U h' + b'.
  @inlinable @inline(__always)
  public static func gate<V: Lanes>(_ a: V) -> V { V.sigmoid(a) }

  /// The gradient of a gate's sum, from the gate and its gradient.
  @inlinable @inline(__always)
  public static func gateBackward<V: Lanes>(_ gate: V, gradient: V) -> V { gradient * (gate * (V.one - gate)) }

  // MARK: The candidate n and the new state

  /// n and h, from n's sum, z and the previous state. n's sum is x + r * q with the reset after the product
  /// (x = W x + b, q = U h' + b'), and x + U (r * h') + b' with the reset before it.
  @inlinable @inline(__always)
  public static func state<V: Lanes>(candidate a: V, z: V, previous: V) -> (n: V, hidden: V) {
    let n = V.tanh(a)
    return (n, (V.one - z) * n + z * previous)
  }

  /// The gradients of n's sum, of z's sum, and of the previous state as far as it passes through z.
  @inlinable @inline(__always)
  public static func stateBackward<V: Lanes>(
    n: V, z: V, previous: V, gradient dh: V
  ) -> (candidate: V, z: V, previous: V) {
    (dh * (V.one - z) * (V.one - n * n), gateBackward(z, gradient: dh * (previous - n)), dh * z)
  }
}
