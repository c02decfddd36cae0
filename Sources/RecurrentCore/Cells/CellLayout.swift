// Cell layouts: a cell's blocks in memory and in its weights, as data.

/// The blocks of a cell and the products that fill them. A block has H floats, one for each hidden
/// unit.
///
/// Weights have a block of H rows for each gate, in PyTorch's order. Memory has, for each row and
/// step, a block for each sum of products. Steps, gradients of weights and biases, and the
/// transposed factors of the backward pass are loops over the layout.
package final class CellLayout: Sendable {
  /// The right-hand factor of a stage's product with U.
  package enum Source: Sendable, Hashable {
    /// h' [O], the hidden state of the previous step.
    case previousHidden
    /// A block computed by an earlier stage.
    case block(Int)
  }

  /// A product with the rows of U of some gates, and the sums that are complete after it.
  package struct Stage: Sendable {
    package let source: Source
    /// The rows of U, in blocks of H.
    package let gates: Range<Int>
    /// For each of those gates, the block that receives its product.
    package let blocks: [Int]
    /// The blocks whose sums are complete after the stage. Its backward step computes their
    /// gradients.
    package let sums: Range<Int>

    package init(source: Source, gates: Range<Int>, blocks: [Int], sums: Range<Int>) {
      (self.source, self.gates, self.blocks, self.sums) = (source, gates, blocks, sums)
    }
  }

  /// A peephole: H weights that multiply a state, unit by unit, in the sum of a gate.
  package struct Peephole: Sendable {
    /// The state that the weights multiply: c' or a block.
    package enum Factor: Sendable, Hashable { case previousCell, block(Int) }
    /// The block of the sum.
    package let sum: Int
    package let factor: Factor

    package init(sum: Int, factor: Factor) { (self.sum, self.factor) = (sum, factor) }
  }

  /// A run of consecutive gates whose blocks are consecutive too.
  package struct Run: Sendable {
    package let gates: Range<Int>
    package let blocks: Range<Int>
  }

  /// A stage's product, as the forward and the backward pass compute it.
  package struct Product: Sendable {
    package let source: Source
    /// The runs of gates, for the forward pass and for the gradient of U.
    package let runs: [Run]
    /// For the backward pass: all blocks, which are consecutive, and their gates in the order of
    /// the blocks.
    package let blocks: Range<Int>
    package let gates: [Int]
  }

  /// A run of gates whose biases have the gradients of the same blocks. b belongs to W, b' to U;
  /// nil if the run has only the other.
  package struct BiasRun: Sendable {
    package let blocks: Range<Int>
    /// The first gate of b.
    package let inputGate: Int?
    /// The first gate of b'.
    package let recurrentGate: Int?
  }

  /// The names of the gates, in the order of the weights; [""] for a cell without gates.
  package let gateNames: [String]
  /// The number of blocks.
  package let blocks: Int
  /// The blocks that receive W x, one for each gate.
  package let input: Range<Int>
  package let stages: [Stage]
  /// Whether the state has a cell state c beside h.
  package let hasCellState: Bool
  /// The block of the gate o if h = o * tanh(c); layer normalisation then normalises c.
  package let outputGate: Int?
  /// Whether layer normalisation can be applied to the cell.
  package var canBeNormalised: Bool { !hasCellState || outputGate != nil }
  /// The peepholes, in the order of their weights [number · H].
  package let peepholes: [Peephole]
  /// Whether h depends on h' other than through U. The backward step then leaves a part of the
  /// gradient of h for h'.
  package let carriesHidden: Bool

  /// The products of the stages.
  package let products: [Product]
  package let biases: [BiasRun]
  /// The blocks of all sums, which layer normalisation normalises.
  package let sums: Range<Int>

  /// Creates a layout and derives the products and biases from it.
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
    // If both products of a gate go to the same block, both biases have that block's gradient.
    var biases: [BiasRun] = []
    let isShared = zip(input, recurrent).map { $0 == $1 }
    for run in CellLayout.runs(gates: 0..<input.count, blocks: Array(input), isSplit: { isShared[$0] != isShared[$1] })
    {
      let first = run.gates.lowerBound
      biases.append(BiasRun(blocks: run.blocks, inputGate: first, recurrentGate: isShared[first] ? first : nil))
    }
    let separate = isShared.indices.filter { !isShared[$0] }
    biases += separate.map { BiasRun(blocks: recurrent[$0]..<recurrent[$0] + 1, inputGate: nil, recurrentGate: $0) }
    self.biases = biases
    keepsProductsApart = !separate.isEmpty
    gates = gateNames.count
    multipliesBlock = stages.contains { $0.source != .previousHidden }
    sums = stages.map(\.sums.lowerBound).min()!..<stages.map(\.sums.upperBound).max()!
  }

  /// G: the number of gates.
  package let gates: Int
  /// Whether a gate has a block for U h' beside that for W x. A step then takes the two products
  /// and the two biases separately.
  package let keepsProductsApart: Bool

  /// Whether a product reads a block computed by an earlier stage.
  package let multipliesBlock: Bool

  /// Divides gates into runs of consecutive gates with consecutive blocks, and where `isSplit`.
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
