// The gated recurrent unit: Cho et al., "Learning phrase representations using RNN encoder-decoder
// for statistical machine translation", EMNLP 2014. The two versions of that paper differ in where
// the reset gate is applied.

/// The gated recurrent unit (GRU): h = (1 - z) * n + z * h', with r and z the sigmoids of their
/// sums.
package enum GRUCell {
  // MARK: The gates r and z, in both versions

  /// r or z from its sum W x + b + U h' + b'.
  @inline(__always)
  package static func gate<V: CellArithmetic>(_ a: V) -> V { V.sigmoid(a) }

  /// The gradient of the sum of r or z, from the gate and its gradient.
  @inline(__always)
  package static func gateBackward<V: CellArithmetic>(_ gate: V, gradient: V) -> V {
    gradient * (gate * (V.one - gate))
  }

  // MARK: The candidate n and the new state

  /// n and h, from the sum of n, z and h'. The sum of n is x + r * q with the reset after the
  /// product (x = W x + b, q = U h' + b'), and W x + b + U (r * h') + b' with the reset before it.
  @inline(__always)
  package static func state<V: CellArithmetic>(candidate a: V, z: V, previous: V) -> (n: V, hidden: V) {
    let n = V.tanh(a)
    return (n, (V.one - z) * n + z * previous)
  }

  /// The gradients of the sum of n, of the sum of z, and of h' as far as it passes through z.
  @inline(__always)
  package static func stateBackward<V: CellArithmetic>(
    n: V, z: V, previous: V, gradient dh: V
  ) -> (candidate: V, z: V, previous: V) {
    (dh * (V.one - z) * (V.one - n * n), gateBackward(z, gradient: dh * (previous - n)), dh * z)
  }
}

extension GRUCell {
  /// The GRU with the reset after the product, n = tanh(W x + b + r * (U h' + b')), in one stage.
  package final class ResetAfter: CellDefinition {
    static let shared = ResetAfter()

    /// Blocks q, r, z, n. q is U h' + b' of n, and the block of n has W x + b. The blocks of r and
    /// z have both products.
    package static let layout = CellLayout(
      gateNames: ["r", "z", "n"], blocks: 4, input: 1..<4,
      stages: [.init(source: .previousHidden, gates: 0..<3, blocks: [1, 2, 0], sums: 0..<4)], carriesHidden: true)

    package func forward(_ stage: Int, _ s: CellStep, _ kernels: any GateKernels) {
      for r in 0..<s.rows {
        // 1. r, z = sigmoid(a)
        // 2. q = U h' + b'
        // 3. n = tanh(W x + b + r * q)
        // 4. h = (1 - z) * n + z * h'
        kernels.gruForward(
          gates: s.gates(r), recurrent: s.recurrentProducts(r), inputBias: s.bias, recurrentBias: s.recurrentBias,
          previousHidden: s.carried(r), hidden: s.newHidden(r), units: s.units, hiddenSize: s.hiddenSize)
      }
    }

    package func backward(_ stage: Int, _ s: CellBackwardStep, _ kernels: any GateKernels) {
      for r in 0..<s.rows {
        // 4. The gradients of the sums of n and z, and dh' through z: dh * z.
        // 3. dq = dn * r, dr = dn * q
        // 2. and 1. The gradient of the sum of r.
        kernels.gruBackward(
          gates: s.gates(r), previousHidden: s.previousHidden(r), hiddenGradient: s.hiddenGradient(r), units: s.units,
          hiddenSize: s.hiddenSize)
      }
    }
  }

  /// The GRU with the reset before the product, n = tanh(W x + b + U (r * h') + b'), in two stages:
  /// up to r * h', and from its product on.
  package final class ResetBefore: CellDefinition {
    static let shared = ResetBefore()

    /// Blocks q, r, z, n. q is r * h'.
    package static let layout = CellLayout(
      gateNames: ["r", "z", "n"], blocks: 4, input: 1..<4,
      stages: [
        .init(source: .previousHidden, gates: 0..<2, blocks: [1, 2], sums: 1..<3),
        .init(source: .block(0), gates: 2..<3, blocks: [3], sums: 3..<4),
      ], carriesHidden: true)

    package func forward(_ stage: Int, _ s: CellStep, _ kernels: any GateKernels) {
      for r in 0..<s.rows {
        if stage == 0 {
          // 1. r, z = sigmoid(a)
          // 2. q = r * h'
          kernels.gruResetForward(
            gates: s.gates(r), bias: s.bias, previousHidden: s.previousHidden(r), units: s.units,
            hiddenSize: s.hiddenSize)
        } else {
          // 3. n = tanh(a)
          // 4. h = (1 - z) * n + z * h'
          kernels.gruStateForward(
            gates: s.gates(r), bias: s.bias, previousHidden: s.carried(r), hidden: s.newHidden(r), units: s.units,
            hiddenSize: s.hiddenSize)
        }
      }
    }

    package func backward(_ stage: Int, _ s: CellBackwardStep, _ kernels: any GateKernels) {
      for r in 0..<s.rows {
        if stage == 1 {
          // 4. and 3. The gradients of the sums of n and z, and dh' through z: dh * z.
          kernels.gruStateBackward(
            gates: s.gates(r), previousHidden: s.previousHidden(r), hiddenGradient: s.hiddenGradient(r), units: s.units,
            hiddenSize: s.hiddenSize)
        } else {
          // 2. dr = dq * h', and dh' += dq * r
          // 1. The gradient of the sum of r.
          kernels.gruResetBackward(
            gates: s.gates(r), previousHidden: s.previousHidden(r), productGradient: s.blockGradient(r),
            hiddenGradient: s.enteringGradient(r), units: s.units, hiddenSize: s.hiddenSize)
        }
      }
    }
  }
}
