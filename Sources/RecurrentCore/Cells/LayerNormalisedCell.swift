// Layer-normalised cells: Ba, Kiros & Hinton, "Layer normalization", 2016, in the form of
// TensorFlow's LayerNormBasicLSTMCell.

/// Layer normalisation around a cell's steps.
///
/// - For each row and step, the H sums of products of every gate become gamma * (S - mean) /
///   sqrt(variance + 1e-5) before the biases are added.
/// - In an LSTM, h = o * tanh(gamma' * norm(c) + beta'); c itself is carried on unnormalised.
/// - The sums are the blocks `CellLayout.sums`: h in an Elman cell; i, f, g, o in an LSTM; q = U
///   h', r, z, n = W x in a GRU with the reset after the product; r, z, n with the reset before it.
/// - Normalisation needs whole rows, so threads do not divide the units.
final class LayerNormalisedCell: Sendable {
  typealias Results = UnsafeMutablePointer<Float>

  private let dense: any DenseKernels
  private let layout: CellLayout
  private let H: Int
  /// The blocks that are sums.
  let blocks: Range<Int>
  /// gamma [N·H] for N blocks.
  private let gamma: AlignedBuffer
  /// gamma' and beta' [H] of an LSTM.
  private let cellGamma: AlignedBuffer
  private let cellBeta: AlignedBuffer

  /// Creates the normalisation of one direction; nil if the layer is not normalised.
  init?(_ configuration: LayerConfiguration, _ parameters: DirectionParameters, _ backend: any Backend) {
    guard let weight = parameters.normalisationWeight else { return nil }
    (dense, layout) = (backend.dense, configuration.cell.layout)
    H = configuration.hiddenSize
    blocks = layout.sums
    /// A copy of a tensor; zeros if there is none.
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

  /// The values of a row and step that are saved for the backward pass.
  struct Kept {
    /// [N·H]: the normalised sums. [H]: an LSTM's normalised c.
    let sums: Results
    let cell: Results?
    /// [N + 1]: 1 / sqrt(variance + 1e-5) of each block, then of c.
    let scales: Results
  }

  /// The saved values of row `row` of a record.
  func kept(_ record: SavedActivations.Record, row: Int) -> Kept {
    Kept(
      sums: record.normalisedSums! + row * blocks.count * H, cell: record.normalisedCell.map { $0 + row * H },
      scales: record.scales! + row * (blocks.count + 1))
  }

  /// The gradients of the parameters summed over the steps of one row: [N·H] for the biases and for
  /// gamma, [H] for gamma' and for beta'. Sums by row do not depend on how threads divide the rows.
  struct Sums {
    let bias: Results
    let gamma: Results
    let cellGamma: Results
    let cellBeta: Results
  }

  /// The number of floats of a row's sums.
  var sumsCount: Int { 2 * (blocks.count + 1) * H }

  /// The sums of a row in memory from `base` on.
  func sums(_ base: Results) -> Sums {
    let N = blocks.count
    return Sums(bias: base, gamma: base + N * H, cellGamma: base + 2 * N * H, cellBeta: base + (2 * N + 1) * H)
  }

  // MARK: The gates' sums

  /// Normalises some blocks of a row.
  func normalise(_ gates: Results, _ some: Range<Int>, keeping kept: Kept?) {
    for block in some {
      let n = block - blocks.lowerBound
      let scale = LayerNormalisation.forward(
        gates + block * H, count: H, gamma: gamma.base + n * H, into: gates + block * H,
        normalised: kept.map { $0.sums + n * H })
      kept?.scales[n] = scale
    }
  }

  /// Turns the gradients of some normalised blocks into those of the blocks before normalisation.
  /// The gradients of the parameters are added to the row's `sums`.
  func normaliseBackward(_ gates: Results, _ some: Range<Int>, _ kept: Kept, _ sums: Sums) {
    for block in some {
      let n = block - blocks.lowerBound
      LayerNormalisation.backward(
        gates + block * H, count: H, gamma: gamma.base + n * H, normalised: kept.sums + n * H, scale: kept.scales[n],
        into: gates + block * H, gammaGradient: sums.gamma + n * H, betaGradient: sums.bias + n * H)
    }
  }

  // MARK: A step

  /// Normalises a stage's sums and computes the cell's part of the forward stage. `kept` gives the
  /// memory for each row's saved values; nil if they are not needed.
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

  /// Copies U h' to where a cell that keeps both products separate expects it. Gates whose block
  /// already includes U h' get zeros.
  private func moveProducts(of r: Int, _ s: CellStep) {
    s.recurrentProducts(r).update(repeating: 0, count: layout.gates * H)
    for bias in layout.biases where bias.inputGate == nil {
      (s.recurrentProducts(r) + bias.recurrentGate! * H).update(from: s.gates(r) + bias.blocks.lowerBound * H, count: H)
    }
  }

  /// Computes the cell's part of a backward stage, and the gradients of the stage's sums before
  /// normalisation. `kept` and `sums` give those of a row; `scratch` has room for H floats.
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

  /// The last backward stage of one row of an LSTM. Overwrites the gradient of h.
  private func backward(
    _ outputGate: Int, _ stage: Int, _ s: CellBackwardStep, _ cell: any CellDefinition, _ kernels: any GateKernels,
    _ kept: Kept, _ sums: Sums,
    scratch: Results
  ) {
    let (o, dh, dc) = (s.gates.base + outputGate * H, s.hiddenGradient, s.cellGradient)
    vectorised(0..<H) { u in u.store(u.load(cellGamma.base) * u.load(kept.cell!) + u.load(cellBeta.base), scratch) }
    dense.tanh(scratch, scratch, count: H)
    // `scratch` becomes the gradient of the sum of o, dh that of the argument of tanh.
    vectorised(0..<H) { u in
      let (gate, t, d) = (u.load(o), u.load(scratch), u.load(dh))
      u.store(d * t * (gate * (.one - gate)), scratch)
      u.store(d * gate * (.one - t * t), dh)
    }
    LayerNormalisation.backward(
      dh, count: H, gamma: cellGamma.base, normalised: kept.cell!, scale: kept.scales[blocks.count], into: dh,
      gammaGradient: sums.cellGamma, betaGradient: sums.cellBeta)
    add(dh, to: dc, columns: 0..<H)
    // The other gates have gradients through c only, so the cell's own step gets dh = 0.
    dh.update(repeating: 0, count: H)
    cell.backward(stage, s, kernels)
    o.update(from: scratch, count: H)
  }
}
