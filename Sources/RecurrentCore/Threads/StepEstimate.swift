// Step estimates: the time of a layer's sequence for a division of its rows and units.

/// Estimates the time of a sequence in one direction, by `CostModel`.
struct StepEstimate {
  private let costs: CostModel
  private let batch: Int
  private let steps: Double
  private let inputSize: Int
  private let hiddenSize: Int
  private let outputSize: Int
  private let gates: Int
  private let unitGrain: Int
  private let stages: Int
  private let bytesPerWeight: Double
  private let packsEveryTime: Bool

  /// The rows of a tile of the product kernels: as many pass over the weights at once.
  private static let tileRows = 6
  /// The columns of a panel of the weights of the inputs, and of a vector. Parts of a panel take as long
  /// as their vectors, one vector as long as two (packed, AVX-512).
  private static let (panelColumns, vectorColumns) = (64, 16)

  init(_ layer: LayerEngine, _ sequence: PackedSequence, _ costs: CostModel) {
    let configuration = layer.configuration
    self.costs = costs
    // Of a ragged batch, the active rows of a step on average.
    batch = sequence.steps == 0 ? 0 : (sequence.rows + sequence.steps - 1) / sequence.steps
    steps = Double(sequence.steps)
    inputSize = configuration.inputSize
    (hiddenSize, outputSize) = (configuration.hiddenSize, configuration.outputSize)
    (gates, unitGrain) = (layer.layout.gates, layer.unitGrain)
    stages = layer.layout.stages.count + (configuration.projectionSize == nil ? 0 : 1)
    bytesPerWeight = Double(layer.precision.bytes)
    packsEveryTime = layer.backend.packsEveryTime
  }

  /// The nanoseconds of all steps in one direction, if `groups` divide the rows and the members of
  /// each divide the units; `reading` cores read weights at the same time.
  func time(groups: Int, membersPerGroup: Int, reading: Int) -> Double {
    let rows = (batch + groups - 1) / groups
    let units = share(hiddenSize, 0, of: membersPerGroup, grain: unitGrain)
    let most = max(units.count, share(hiddenSize, membersPerGroup - 1, of: membersPerGroup, grain: unitGrain).count)
    let weights = Double(gates * most * outputSize)
    let rate = costs.rate(weights * bytesPerWeight, members: reading, copies: groups)
    // Each tile of rows reads the weights once, while it computes.
    var time = 0.0
    let tiles = (rows + StepEstimate.tileRows - 1) / StepEstimate.tileRows
    if tiles > 0 {
      let operations = 2 * weights * Double(rows) / costs.operations * bytesPerWeight / 4
      time = max(operations, Double(tiles) * weights * bytesPerWeight / rate)
    }
    let part = (most % StepEstimate.panelColumns + StepEstimate.vectorColumns - 1) / StepEstimate.vectorColumns
    let columns = most - most % StepEstimate.panelColumns + (part == 1 ? 2 : part) * StepEstimate.vectorColumns
    time += 2 * Double(gates * columns * inputSize * rows) / costs.operations * bytesPerWeight / 4
    if packsEveryTime { time += weights * bytesPerWeight / (0.1 * costs.ownRate) }
    time += Double(rows * most) * costs.gates
    time += costs.time(of: Meetings(count: stages, members: membersPerGroup, bytes: rows * outputSize * 4))
    return steps * time
  }
}
