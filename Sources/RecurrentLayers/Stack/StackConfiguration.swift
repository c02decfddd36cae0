// The configuration of a stack: cell, sizes, layers, directions.

import RecurrentCore

extension RecurrentStack {
  /// What a stack is made of. The names and defaults are those of PyTorch's `nn.RNN`, `nn.LSTM` and
  /// `nn.GRU`.
  public struct Configuration: Sendable, Hashable {
    public var cell: Cell
    public var inputSize: Int
    public var hiddenSize: Int
    public var layers: Int
    /// An LSTM's projection (Sak, Senior & Beaufays 2014), PyTorch's `proj_size`; nil for none.
    public var projectionSize: Int?
    public var bias: Bool
    public var bidirectional: Bool
    /// Whether inputs and outputs are [B, T, F] instead of [T, B, F]. States are not affected.
    public var batchFirst: Bool
    /// Layer normalisation within the cells (Ba, Kiros & Hinton 2016); see
    /// `DirectionParameters.normalisationWeight`.
    public var layerNorm: Bool

    /// Stops on sizes that no stack can have, as `LayerConfiguration` does.
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

    /// O: the features of one direction's hidden state.
    public var outputSize: Int { projectionSize ?? hiddenSize }
    public var directions: Int { bidirectional ? 2 : 1 }

    /// One layer; those above the first take the outputs of all directions below.
    public func layer(_ index: Int) -> LayerConfiguration {
      LayerConfiguration(
        cell: cell, inputSize: index == 0 ? inputSize : directions * outputSize, hiddenSize: hiddenSize,
        projectionSize: projectionSize, bias: bias, bidirectional: bidirectional, layerNorm: layerNorm)
    }

    /// PyTorch's suffix of the names of a slot's parameters: "_l0", "_l0_reverse", "_l1"...
    public func suffix(slot: Int) -> String {
      "_l\(slot / directions)" + (slot % directions == 1 ? "_reverse" : "")
    }

    /// The floating-point operations of the matrix products for `rows` valid steps; see
    /// `LayerConfiguration.operations`.
    public func operations(rows: Int, training: Bool) -> Double {
      (0..<layers).reduce(0) { $0 + layer($1).operations(rows: rows, training: training) }
    }
  }
}
