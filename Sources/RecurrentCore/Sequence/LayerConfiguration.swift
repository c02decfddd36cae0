// The cell and sizes of a recurrent layer, and its state.

/// The cell and sizes of one layer, in one direction or both.
public struct LayerConfiguration: Sendable, Hashable {
  public var cell: Cell
  /// I: the features of an input.
  public var inputSize: Int
  /// H: the hidden units.
  public var hiddenSize: Int
  /// The size that an LSTM's output is projected to (Sak, Senior & Beaufays 2014); nil without a
  /// projection.
  public var projectionSize: Int?
  public var bias: Bool
  public var bidirectional: Bool
  /// Whether the sums of the gates, and what an LSTM's h sees of c, are normalised over the hidden
  /// units (Ba, Kiros & Hinton 2016).
  public var layerNorm: Bool

  /// Stops on sizes below zero (`inputSize`) or one (the others), and on a projection for another
  /// cell than the LSTM.
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

  public var directions: Int { bidirectional ? 2 : 1 }

  /// O: the features of one direction's hidden state, `projectionSize` or `hiddenSize`.
  public var outputSize: Int { projectionSize ?? hiddenSize }

  /// The floating-point operations of the matrix products for `rows` valid steps, the customary
  /// measure: 2 · gates · H · (I + O) per row and direction (and 2 · H · O for a projection); three
  /// times that for training.
  public func operations(rows: Int, training: Bool) -> Double {
    var perRow = 2 * Double(cell.gates * hiddenSize) * Double(inputSize + outputSize)
    if let projectionSize { perRow += 2 * Double(hiddenSize * projectionSize) }
    return perRow * Double(rows * directions) * (training ? 3 : 1)
  }
}

/// The state of a stack between steps. L layers in D directions; slot layer·D + direction.
public struct RecurrentState: Sendable, Equatable {
  /// h: [L·D, B, O].
  public var hidden: Tensor
  /// c: [L·D, B, H]; nil unless the cell is an LSTM.
  public var cell: Tensor?

  public init(hidden: Tensor, cell: Tensor? = nil) {
    self.hidden = hidden
    self.cell = cell
  }
}
