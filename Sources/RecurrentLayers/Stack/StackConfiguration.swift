// The configuration of a stack: cell, sizes, layers, directions.

import RecurrentCore

extension RecurrentStack {
  /// The configuration of a stack. Names and defaults are those of PyTorch's `nn.RNN`, `nn.LSTM`
  /// and `nn.GRU`.
  public struct Configuration: Sendable, Hashable {
    /// The cell.
    public var cell: Cell
    /// I, the features of an input.
    public var inputSize: Int
    /// H, the hidden units of a layer and direction.
    public var hiddenSize: Int
    /// L, the number of layers.
    public var layers: Int
    /// The size of an LSTM's projection (Sak, Senior & Beaufays 2014), PyTorch's `proj_size`; nil
    /// for none.
    public var projectionSize: Int?
    /// Whether the cells have biases.
    public var bias: Bool
    /// Whether a second direction runs from the end of the sequence.
    public var bidirectional: Bool
    /// Whether inputs and outputs are [B, T, F] instead of [T, B, F]. States are not affected.
    public var batchFirst: Bool
    /// Whether the cells are layer-normalised (Ba, Kiros & Hinton 2016); see
    /// `DirectionParameters.normalisationWeight`.
    public var layerNorm: Bool

    /// Creates a configuration. Preconditions: `layers` is 1 or more; the other sizes are valid for
    /// `LayerConfiguration`.
    public init(
      cell: Cell, inputSize: Int, hiddenSize: Int, layers: Int = 1, projectionSize: Int? = nil, bias: Bool = true,
      bidirectional: Bool = false, batchFirst: Bool = false, layerNorm: Bool = false
    ) {
      require(layers >= 1, "RecurrentStack: layers \(layers) must be one or more")
      self.cell = cell
      self.inputSize = inputSize
      self.hiddenSize = hiddenSize
      self.layers = layers
      self.projectionSize = projectionSize
      self.bias = bias
      self.bidirectional = bidirectional
      self.batchFirst = batchFirst
      self.layerNorm = layerNorm
      _ = layer(0)
    }

    /// O, the features of one direction's hidden state.
    public var outputSize: Int { projectionSize ?? hiddenSize }
    /// D, the number of directions.
    public var directions: Int { bidirectional ? 2 : 1 }

    /// The configuration of one layer. Layers above the first read the outputs of all directions
    /// below.
    public func layer(_ index: Int) -> LayerConfiguration {
      LayerConfiguration(
        cell: cell, inputSize: index == 0 ? inputSize : directions * outputSize, hiddenSize: hiddenSize,
        projectionSize: projectionSize, bias: bias, bidirectional: bidirectional, layerNorm: layerNorm)
    }

    /// PyTorch's suffix of the parameters' names at layer·D + direction = `slot`: "_l0",
    /// "_l0_reverse", "_l1"...
    public func suffix(slot: Int) -> String {
      "_l\(slot / directions)" + (slot % directions == 1 ? "_reverse" : "")
    }

    /// The floating-point operations of the matrix products over `rows` valid steps; see
    /// `LayerConfiguration.operations`.
    public func operations(rows: Int, training: Bool) -> Double {
      (0..<layers).reduce(0) { $0 + layer($1).operations(rows: rows, training: training) }
    }
  }
}
