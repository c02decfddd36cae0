// Where a cell's numbers are in memory and in its weights, as data.

/// The blocks of a cell: what is kept of a row at a step, and which products fill it. A block is H
/// numbers, one for each hidden unit.
///
/// Weights have a block of H rows for each gate, in PyTorch's order; memory has a block for each
/// sum of products. Layers, gradients of weights and biases, and the factors of the way back are
/// loops over this.
package final class CellLayout: Sendable {
  /// What a stage's product multiplies U with.
  package enum Source: Sendable, Hashable {
    /// h' [O], the hidden state of the step before.
    case previousHidden
    /// A block that an earlier stage has computed.
    case block(Int)
  }

  /// One product with some gates' rows of U, and the sums that are complete after it.
  package struct Stage: Sendable {
    package let source: Source
    /// The rows of U, in blocks of H.
    package let gates: Range<Int>
    /// For each of the gates, the block that its product belongs to.
    package let blocks: [Int]
    /// The blocks that are sums of products after it, and whose gradients its way back computes.
    package let sums: Range<Int>

    package init(source: Source, gates: Range<Int>, blocks: [Int], sums: Range<Int>) {
      (self.source, self.gates, self.blocks, self.sums) = (source, gates, blocks, sums)
    }
  }

  /// A weight of H numbers that multiplies a state, unit by unit, in a gate's sum.
  package struct Peephole: Sendable {
    package enum Factor: Sendable, Hashable { case previousCell, block(Int) }
    /// The block of the sum.
    package let sum: Int
    package let factor: Factor

    package init(sum: Int, factor: Factor) { (self.sum, self.factor) = (sum, factor) }
  }

  /// Neighbouring gates whose blocks are neighbours too.
  package struct Run: Sendable {
    package let gates: Range<Int>
    package let blocks: Range<Int>
  }

  /// A stage's product in both directions.
  package struct Product: Sendable {
    package let source: Source
    /// Forward, and for the gradient of U.
    package let runs: [Run]
    /// Backward: all its blocks, which are neighbours, and their gates in memory's order.
    package let blocks: Range<Int>
    package let gates: [Int]
  }

  /// Neighbouring gates' biases: those of W, b, and those of U, b'. nil where a run has only the
  /// other.
  package struct BiasRun: Sendable {
    package let blocks: Range<Int>
    package let inputGate: Int?
    package let recurrentGate: Int?
  }

  /// The gates' names, in the order of the weights; [""] for a cell without.
  package let gateNames: [String]
  /// The number of blocks.
  package let blocks: Int
  /// The blocks that W x goes to, one for each gate.
  package let input: Range<Int>
  package let stages: [Stage]
  /// Whether a state has a cell c beside h.
  package let hasCellState: Bool
  /// The block of the gate o where h = o * tanh(c), in which layer normalisation normalises c.
  package let outputGate: Int?
  /// Whether layer normalisation can wrap the cell.
  package var canBeNormalised: Bool { !hasCellState || outputGate != nil }
  /// In the order of their weights, [number · H].
  package let peepholes: [Peephole]
  /// Whether h' reaches h in other ways than through U, so that the way back leaves a part of h's
  /// gradient for h'.
  package let carriesHidden: Bool

  /// By stage.
  package let products: [Product]
  package let biases: [BiasRun]
  /// All sums: what layer normalisation normalises.
  package let sums: Range<Int>

  package init(
    gateNames: [String], blocks: Int, input: Range<Int>, stages: [Stage], hasCellState: Bool = false,
    outputGate: Int? = nil,
    carriesHidden: Bool = false, peepholes: [Peephole] = []
  ) {
    (self.gateNames, self.blocks, self.input, self.stages) = (gateNames, blocks, input, stages)
    (self.hasCellState, self.outputGate, self.carriesHidden, self.peepholes) = (
      hasCellState, outputGate, carriesHidden, peepholes
    )
    products = stages.map { stage in
      let order = stage.gates.sorted {
        stage.blocks[$0 - stage.gates.lowerBound] < stage.blocks[$1 - stage.gates.lowerBound]
      }
      let range = stage.blocks.min()!..<stage.blocks.max()! + 1
      require(range.count == stage.gates.count, "CellLayout: the blocks \(stage.blocks) of a stage are not neighbours")
      return Product(
        source: stage.source, runs: CellLayout.runs(gates: stage.gates, blocks: stage.blocks), blocks: range,
        gates: order)
    }
    let recurrent = stages.flatMap(\.blocks)
    require(
      recurrent.count == gateNames.count && input.count == gateNames.count,
      "CellLayout: every gate has one product with x and one with U")
    // Where both products of a gate go to the same block, both biases have that block's gradient.
    var biases: [BiasRun] = []
    let isShared = zip(input, recurrent).map { $0 == $1 }
    for run in CellLayout.runs(gates: 0..<input.count, blocks: Array(input), isSplit: { isShared[$0] != isShared[$1] })
    {
      let first = run.gates.lowerBound
      biases.append(BiasRun(blocks: run.blocks, inputGate: first, recurrentGate: isShared[first] ? first : nil))
    }
    let apart = isShared.indices.filter { !isShared[$0] }
    biases += apart.map { BiasRun(blocks: recurrent[$0]..<recurrent[$0] + 1, inputGate: nil, recurrentGate: $0) }
    self.biases = biases
    keepsProductsApart = !apart.isEmpty
    gates = gateNames.count
    multipliesBlock = stages.contains { $0.source != .previousHidden }
    sums = stages.map(\.sums.lowerBound).min()!..<stages.map(\.sums.upperBound).max()!
  }

  /// G.
  package let gates: Int
  /// Whether a product of U h' has a block of its own, beside that of W x: then the step takes both
  /// apart, with both biases.
  package let keepsProductsApart: Bool

  /// Whether a product reads a block that an earlier stage has computed.
  package let multipliesBlock: Bool

  private static func runs(gates: Range<Int>, blocks: [Int], isSplit: (Int, Int) -> Bool = { _, _ in false }) -> [Run] {
    var runs: [Run] = []
    for (gate, block) in zip(gates, blocks) {
      if let last = runs.last, last.blocks.upperBound == block, !isSplit(gate - 1, gate) {
        runs[runs.count - 1] = Run(gates: last.gates.lowerBound..<gate + 1, blocks: last.blocks.lowerBound..<block + 1)
      } else {
        runs.append(Run(gates: gate..<gate + 1, blocks: block..<block + 1))
      }
    }
    return runs
  }
}
