// Cells whose sums are normalised: Ba, Kiros & Hinton, "Layer normalization", 2016, as TensorFlow's
// LayerNormBasicLSTMCell has it.

/// What layer normalisation adds to a cell: for each row and step, the H sums of products of every
/// gate become gamma * (S - mean) / sqrt(variance + 1e-5) before the biases are added; an LSTM's h
/// is o * tanh(gamma' * norm(c) + beta'), while c itself is carried on.
///
/// The sums are blocks of the gates in memory, `CellLayout.sums`: an Elman cell's one; an LSTM's i,
/// f, g, o; with the reset after the product, a GRU's q = U h', r, z and n = W x; with the reset
/// before it, r, z and n, without q. Normalisation needs whole rows, so no thread takes a part of
/// the units.
final class LayerNormalisedCell: Sendable {
  typealias Results = UnsafeMutablePointer<Float>

  private let dense: any DenseKernels
  private let layout: CellLayout
  private let H: Int
  /// The blocks of the gates that are sums.
  let blocks: Range<Int>
  /// [N·H] for N blocks.
  private let gamma: AlignedBuffer
  /// [H], an LSTM's.
  private let cellGamma: AlignedBuffer
  private let cellBeta: AlignedBuffer

  /// nil unless the layer is normalised.
  init?(_ configuration: LayerConfiguration, _ parameters: DirectionParameters, _ backend: any Backend) {
    guard let weight = parameters.normalisationWeight else { return nil }
    (dense, layout) = (backend.dense, configuration.cell.layout)
    H = configuration.hiddenSize
    blocks = layout.sums
    /// A copy; zeros for what is not there.
    func copy(_ tensor: Tensor?, count: Int) -> AlignedBuffer {
      let buffer = AlignedBuffer(count: count)
      if let tensor {
        buffer.base.update(from: tensor.base, count: count)
      } else {
        buffer.base.update(repeating: 0, count: count)
      }
      return buffer
    }
    gamma = copy(weight, count: weight.count)
    cellGamma = copy(parameters.cellNormalisationWeight, count: H)
    cellBeta = copy(parameters.cellNormalisationBias, count: H)
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
  func kept(_ record: SavedActivations.Record, row: Int) -> Kept {
    Kept(
      sums: record.normalisedSums! + row * blocks.count * H, cell: record.normalisedCell.map { $0 + row * H },
      scales: record.scales! + row * (blocks.count + 1))
  }

  /// One row's sums over its steps of the parameters' gradients: [N·H] for the biases and for
  /// gamma, [H] for gamma' and for beta'. By rows, they are the same whatever thread adds them up.
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
        gates + block * H, count: H, gamma: gamma.base + n * H, into: gates + block * H,
        normalised: kept.map { $0.sums + n * H })
      kept?.scales[n] = scale
    }
  }

  /// The gradients of some blocks, from after the normalisation to before it. Those of the
  /// parameters are added to the row's `sums`.
  func normaliseBackward(_ gates: Results, _ some: Range<Int>, _ kept: Kept, _ sums: Sums) {
    for block in some {
      let n = block - blocks.lowerBound
      LayerNormalisation.backward(
        gates + block * H, count: H, gamma: gamma.base + n * H, normalised: kept.sums + n * H, scale: kept.scales[n],
        into: gates + block * H, gammaGradient: sums.gamma + n * H, betaGradient: sums.bias + n * H)
    }
  }

  // MARK: A step

  /// The cell's part of a forward stage, with the stage's sums normalised before it. `kept` is what
  /// to keep of each row.
  func forward(
    _ stage: Int, _ s: CellStep, _ cell: any CellDefinition, _ kernels: any GateKernels, keeping kept: (Int) -> Kept?
  ) {
    for r in 0..<s.rows {
      normalise(s.gates(r), layout.stages[stage].sums, keeping: kept(r))
      if layout.keepsProductsApart { moveProducts(of: r, s) }
    }
    cell.forward(stage, s, kernels)
    if let outputGate = layout.outputGate, stage == layout.stages.count - 1 {
      for r in 0..<s.rows {
        hidden(outputGate: s.gates(r) + outputGate * H, cell: s.cell(r), into: s.newHidden(r), keeping: kept(r))
      }
    }
  }

  /// What a cell that keeps both products apart expects of U h': that of blocks of its own; nothing
  /// where it is in W x's block already.
  private func moveProducts(of r: Int, _ s: CellStep) {
    s.recurrentProducts(r).update(repeating: 0, count: layout.gates * H)
    for bias in layout.biases where bias.inputGate == nil {
      (s.recurrentProducts(r) + bias.recurrentGate! * H).update(from: s.gates(r) + bias.blocks.lowerBound * H, count: H)
    }
  }

  /// The cell's part of a backward stage, and from the gradients of the stage's normalised sums to
  /// those of the sums themselves. `kept` and `sums` are a row's; `scratch` has room for H floats.
  func backward(
    _ stage: Int, _ s: CellBackwardStep, _ cell: any CellDefinition, _ kernels: any GateKernels, kept: (Int) -> Kept,
    sums: (Int) -> Sums,
    scratch: Results
  ) {
    if let outputGate = layout.outputGate, stage == layout.stages.count - 1 {
      for r in 0..<s.rows { backward(outputGate, stage, s.row(r), cell, kernels, kept(r), sums(r), scratch: scratch) }
    } else {
      cell.backward(stage, s, kernels)
    }
    for r in 0..<s.rows { normaliseBackward(s.gates(r), layout.stages[stage].sums, kept(r), sums(r)) }
  }

  // MARK: h = o * tanh(gamma' * norm(c) + beta')

  private func hidden(outputGate o: Results, cell: Results, into hidden: Results, keeping kept: Kept?) {
    let scale = LayerNormalisation.forward(
      cell, count: H, gamma: cellGamma.base, beta: cellBeta.base, into: hidden, normalised: kept?.cell)
    kept?.scales[blocks.count] = scale
    dense.tanh(hidden, hidden, count: H)
    vectorised(0..<H) { u in u.store(u.load(o) * u.load(hidden), hidden) }
  }

  /// One row's gates and c, from the gradient of h, which is used up.
  private func backward(
    _ outputGate: Int, _ stage: Int, _ s: CellBackwardStep, _ cell: any CellDefinition, _ kernels: any GateKernels,
    _ kept: Kept, _ sums: Sums,
    scratch: Results
  ) {
    let (o, dh, dc) = (s.gates.base + outputGate * H, s.hiddenGradient, s.cellGradient)
    vectorised(0..<H) { u in u.store(u.load(cellGamma.base) * u.load(kept.cell!) + u.load(cellBeta.base), scratch) }
    dense.tanh(scratch, scratch, count: H)
    // The gradient of o's sum to scratch memory, that of the tanh's argument to dh.
    vectorised(0..<H) { u in
      let (gate, t, d) = (u.load(o), u.load(scratch), u.load(dh))
      u.store(d * t * (gate * (.one - gate)), scratch)
      u.store(d * gate * (.one - t * t), dh)
    }
    LayerNormalisation.backward(
      dh, count: H, gamma: cellGamma.base, normalised: kept.cell!, scale: kept.scales[blocks.count], into: dh,
      gammaGradient: sums.cellGamma,
      betaGradient: sums.cellBeta)
    add(dh, to: dc, columns: 0..<H)
    // The other gates have their gradients from c alone.
    dh.update(repeating: 0, count: H)
    cell.backward(stage, s, kernels)
    o.update(from: scratch, count: H)
  }
}
