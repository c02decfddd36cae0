// Layer configurations: the cell and the sizes of a recurrent layer.

/// The cell and the sizes of a layer, in one direction or both.
public struct LayerConfiguration: Sendable, Hashable {
  /// The cell.
  public var cell: Cell
  /// I: the number of features of an input.
  public var inputSize: Int
  /// H: the number of hidden units.
  public var hiddenSize: Int
  /// The size that the output of an LSTM is projected to (Sak, Senior & Beaufays 2014); nil for no
  /// projection.
  public var projectionSize: Int?
  /// Whether the gates have biases.
  public var bias: Bool
  /// Whether the layer runs in both directions.
  public var bidirectional: Bool
  /// Whether the layer is layer-normalised over the hidden units (Ba, Kiros & Hinton 2016): the
  /// sums of the gates, and c in the output of an LSTM.
  public var layerNorm: Bool

  /// Creates a configuration.
  ///
  /// Precondition:
  /// - `inputSize` >= 0, `hiddenSize` >= 1, `projectionSize` >= 1.
  /// - Only an LSTM has a projection.
  /// - An LSTM variant is not layer-normalised.
  public init(
    cell: Cell, inputSize: Int, hiddenSize: Int, projectionSize: Int? = nil, bias: Bool = true,
    bidirectional: Bool = false,
    layerNorm: Bool = false
  ) {
    require(inputSize >= 0, "LayerConfiguration: inputSize \(inputSize) must be zero or more")
    require(hiddenSize >= 1, "LayerConfiguration: hiddenSize \(hiddenSize) must be one or more")
    if let projectionSize {
      require(cell.hasCellState, "LayerConfiguration: only an LSTM can have a projection")
      require(projectionSize >= 1, "LayerConfiguration: projectionSize \(projectionSize) must be one or more")
    }
    if layerNorm {
      require(cell.layout.canBeNormalised, "LayerConfiguration: a variant of the LSTM cannot be layer-normalised")
    }
    self.cell = cell
    self.inputSize = inputSize
    self.hiddenSize = hiddenSize
    self.projectionSize = projectionSize
    self.bias = bias
    self.bidirectional = bidirectional
    self.layerNorm = layerNorm
  }

  /// D: the number of directions, 1 or 2.
  public var directions: Int { bidirectional ? 2 : 1 }

  /// O: the size of one direction's hidden state, `projectionSize` or `hiddenSize`.
  public var outputSize: Int { projectionSize ?? hiddenSize }

  /// The customary count of floating-point operations of the matrix products for `rows` valid
  /// steps: 2 · gates · H · (I + O) for each row and direction, and 2 · H · O more with a
  /// projection; three times that for training.
  public func operations(rows: Int, training: Bool) -> Double {
    var perRow = 2 * Double(cell.gates * hiddenSize) * Double(inputSize + outputSize)
    if let projectionSize { perRow += 2 * Double(hiddenSize * projectionSize) }
    return perRow * Double(rows * directions) * (training ? 3 : 1)
  }
}
