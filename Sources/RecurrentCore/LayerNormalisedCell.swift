// Cells whose sums are normalised: Ba, Kiros & Hinton, "Layer normalization", 2016, as TensorFlow's LayerNormBasicLSTMCell has it.

/// What layer normalisation adds to a cell: for each row and step, the H sums of products of every gate become gamma * (S - mean) /
/// sqrt(variance + 1e-5) before the biases are added; an LSTM's h is o * tanh(gamma' * norm(c) + beta'), while c itself is carried on.
///
/// The sums are the blocks of the gates in memory: an Elman cell's one; an LSTM's i, f, g, o; with the reset after the product, a GRU's
/// q = U h', r, z and n = W x; with the reset before it, r, z and n, without q. Normalisation needs whole rows, so no thread takes a part
/// of the units.
final class LayerNormalisedCell: Sendable {
  typealias Results = UnsafeMutablePointer<Float>

  private let backend: any Backend
  private let kernels: any GateKernels
  private let dense: any DenseKernels
  private let H: Int
  /// The blocks of the gates that are sums.
  let blocks: Range<Int>
  /// [N·H] for N blocks.
  private let gamma: AlignedBuffer
  /// [H], an LSTM's.
  private let cellGamma: AlignedBuffer
  private let cellBeta: AlignedBuffer
  /// [H] zeros.
  private let zeros: AlignedBuffer

  /// nil unless the layer is normalised.
  init?(_ configuration: LayerConfiguration, _ parameters: DirectionParameters, _ backend: any Backend) {
    guard let weight = parameters.normalisationWeight else { return nil }
    (self.backend, kernels, dense) = (backend, backend.gates, backend.dense)
    H = configuration.hiddenSize
    blocks = configuration.cell.normalisedBlocks
    /// A copy; zeros for what is not there.
    func copy(_ tensor: Tensor?, count: Int) -> AlignedBuffer {
      let buffer = AlignedBuffer(count: count)
      if let tensor { buffer.base.update(from: tensor.base, count: count) } else { buffer.base.update(repeating: 0, count: count) }
      return buffer
    }
    gamma = copy(weight, count: weight.count)
    cellGamma = copy(parameters.cellNormalisationWeight, count: H)
    cellBeta = copy(parameters.cellNormalisationBias, count: H)
    zeros = copy(nil, count: H)
  }

  /// What the tape keeps of a row at a step, for the way back.
  struct Kept {
    /// [N·H]: the normalised sums. [H]: an LSTM's normalised c.
    let sums: Results
    let cell: Results?
    /// [N + 1]: 1 / sqrt(variance + 1e-5) of each block, then of c.
    let scales: Results
  }

  /// That of a row on the tape.
  func kept(_ record: LayerTape.Record, row: Int) -> Kept {
    Kept(
      sums: record.normalisedSums! + row * blocks.count * H, cell: record.normalisedCell.map { $0 + row * H },
      scales: record.scales! + row * (blocks.count + 1))
  }

  /// One row's sums over its steps of the parameters' gradients: [N·H] for the biases and for gamma, [H] for gamma' and for beta'. By rows,
  /// they are the same whatever thread adds them up.
  struct Sums {
    let bias: Results
    let gamma: Results
    let cellGamma: Results
    let cellBeta: Results
  }

  /// The floats of a row's sums, and where they are.
  var sumsCount: Int { 2 * (blocks.count + 1) * H }

  func sums(_ base: Results) -> Sums {
    let N = blocks.count
    return Sums(bias: base, gamma: base + N * H, cellGamma: base + 2 * N * H, cellBeta: base + (2 * N + 1) * H)
  }

  // MARK: The gates' sums

  /// Normalises some blocks of a row's gates.
  func normalise(_ gates: Results, _ some: Range<Int>, keeping kept: Kept?) {
    for block in some {
      let n = block - blocks.lowerBound
      let scale = LayerNormalisation.forward(
        gates + block * H, count: H, gamma: gamma.base + n * H, into: gates + block * H, normalised: kept.map { $0.sums + n * H })
      kept?.scales[n] = scale
    }
  }

  /// The gradients of some blocks, from after the normalisation to before it. Those of the parameters are added to the row's `sums`.
  func normaliseBackward(_ gates: Results, _ some: Range<Int>, _ kept: Kept, _ sums: Sums) {
    for block in some {
      let n = block - blocks.lowerBound
      LayerNormalisation.backward(
        gates + block * H, count: H, gamma: gamma.base + n * H, normalised: kept.sums + n * H, scale: kept.scales[n],
        into: gates + block * H, gammaGradient: sums.gamma + n * H, betaGradient: sums.bias + n * H)
    }
  }

  // MARK: A step

  /// One step of all units, for every cell but a GRU with the reset before the product. `kept` is what to keep of each row.
  func step(_ s: CellStep, keeping kept: (Int) -> Kept?) {
    if s.cell == .gru(.after) {
      // q goes to its own block, where it is normalised by itself.
      let sums = MutableMatrixView(s.gates.base + H, rowStride: s.gates.rowStride)
      backend.multiply(s.previous, s.weights, columns: 0..<2 * H, into: sums, accumulating: true)
      backend.multiply(s.previous, s.weights, columns: 2 * H..<3 * H, into: s.gates, accumulating: false)
    } else {
      backend.multiply(s.previous, s.weights, columns: 0..<s.cell.gates * H, into: s.gates, accumulating: true)
    }
    for r in 0..<s.previous.rows {
      let (gates, kept) = (s.gates.base + r * s.gates.rowStride, kept(r))
      normalise(gates, blocks, keeping: kept)
      if s.cell == .gru(.after) {
        // The kernel wants r, z and n of U h'; r's and z's are in the gates.
        let recurrent = s.recurrent + r * 3 * H
        recurrent.update(repeating: 0, count: 2 * H)
        (recurrent + 2 * H).update(from: gates, count: H)
      }
      s.applyGates(r, kernels)
      if s.cell == .lstm { lstmHidden(gates, cell: s.cellState + r * H, hidden: s.newHidden(r), keeping: kept) }
      s.deliverHidden(r)
    }
  }

  // MARK: An LSTM's h = o * tanh(gamma' * norm(c) + beta')

  private func lstmHidden(_ gates: Results, cell: Results, hidden: Results, keeping kept: Kept?) {
    let scale = LayerNormalisation.forward(
      cell, count: H, gamma: cellGamma.base, beta: cellBeta.base, into: hidden, normalised: kept?.cell)
    kept?.scales[blocks.count] = scale
    dense.tanh(hidden, hidden, count: H)
    vectorised(0..<H) { u in u.store(u.load(gates + 3 * H) * u.load(hidden), hidden) }
  }

  /// Like `GateKernels.lstmBackward`, but for `dh`, which is used up. `scratch` has room for H floats.
  func lstmBackward(
    gates: Results, previousCell: UnsafePointer<Float>, hiddenGradient dh: Results, cellGradient dc: Results, _ kept: Kept, _ sums: Sums,
    scratch: Results
  ) {
    vectorised(0..<H) { u in u.store(u.load(cellGamma.base) * u.load(kept.cell!) + u.load(cellBeta.base), scratch) }
    dense.tanh(scratch, scratch, count: H)
    // The gradient of o's sum to scratch memory, that of the tanh's argument to dh.
    vectorised(0..<H) { u in
      let (o, t, d) = (u.load(gates + 3 * H), u.load(scratch), u.load(dh))
      u.store(d * t * (o * (.one - o)), scratch)
      u.store(d * o * (.one - t * t), dh)
    }
    LayerNormalisation.backward(
      dh, count: H, gamma: cellGamma.base, normalised: kept.cell!, scale: kept.scales[blocks.count], into: dh, gammaGradient: sums.cellGamma,
      betaGradient: sums.cellBeta)
    add(dh, to: dc, columns: 0..<H)
    // The other gates have their gradients from c alone.
    kernels.lstmBackward(gates: gates, previousCell: previousCell, hiddenGradient: zeros.base, cellGradient: dc, units: 0..<H, hiddenSize: H)
    (gates + 3 * H).update(from: scratch, count: H)
    normaliseBackward(gates, blocks, kept, sums)
  }
}
