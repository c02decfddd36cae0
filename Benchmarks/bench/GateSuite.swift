// Gate suite: small problems that together exercise every kernel.

/// A few problems, such that every kernel takes most of the time of at least one.
///
/// They fit into a core's private caches, so that other load disturbs them little, and take about a
/// tenth of a millisecond, so that some runs fall between disturbances.
enum GateSuite {
  static let problems: [Problem] =
    CellName.allCases.flatMap { cell in
      // About as many weights in an Elman cell as in the others.
      let hidden = cell == .elman ? 128 : 64
      return [
        Problem(cell: cell, mode: .inference, input: hidden, hidden: hidden, batch: 16, length: 4),
        // The steps alone: the product with one input takes little time.
        Problem(cell: cell, mode: .inference, input: 1, hidden: hidden, batch: 16, length: 8),
        // A single step, which includes the cost of the call.
        Problem(cell: cell, mode: .inference, input: hidden, hidden: hidden, batch: 8, length: 1),
        Problem(cell: cell, mode: .inference, input: 1, hidden: hidden, batch: 1, length: 64),
        Problem(cell: cell, mode: .streaming, input: hidden, hidden: hidden, batch: 1, length: 16),
        Problem(cell: cell, mode: .training, input: hidden, hidden: hidden, batch: 8, length: 4),
      ]
    } + [
      // Mostly the input product.
      Problem(cell: .lstm, mode: .inference, input: 512, hidden: 32, batch: 8, length: 4),
      Problem(cell: .lstm, mode: .training, input: 64, hidden: 64, batch: 8, length: 8, ragged: true),
      Problem(cell: .gru, mode: .training, input: 48, hidden: 48, batch: 4, length: 4, layers: 2, bidirectional: true),
      // Includes the preparation of weights.
      Problem(cell: .lstm, mode: .training, input: 0, hidden: 64, batch: 8, length: 4, isDeepBench: true),
    ]
}
