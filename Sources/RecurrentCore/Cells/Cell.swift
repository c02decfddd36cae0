// Cells: the recurrent cells and their variants, by name.

/// A recurrent cell.
public enum Cell: Sendable, Hashable {
  /// The Elman cell: h = tanh(W x + b + U h' + b'), or relu instead of tanh. Elman, "Finding
  /// structure in time", 1990.
  case elman(Nonlinearity)
  /// The LSTM of Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber & Cummins
  /// 2000.
  case lstm
  /// An LSTM with peepholes, coupled gates, clipping or other activations. Slower than `lstm`,
  /// since it has no kernel in C.
  case lstmVariant(LSTMVariant)
  /// The gated recurrent unit of Cho et al. 2014, with the reset gate applied after the recurrent
  /// product or before it.
  case gru(Reset)

  /// The activation of an Elman cell.
  public enum Nonlinearity: String, Sendable, Hashable {
    /// The hyperbolic tangent.
    case tanh
    /// max(x, 0).
    case relu
  }

  /// Where the reset gate of a GRU is applied.
  public enum Reset: String, Sendable, Hashable {
    /// After the product: n = tanh(W x + b + r * (U h' + b')). PyTorch, cuDNN, Keras'
    /// `reset_after`, ONNX `linear_before_reset = 1`.
    case after
    /// Before the product: n = tanh(W x + b + U (r * h') + b'). The first version of the paper,
    /// ONNX `linear_before_reset = 0`.
    case before
  }

  /// The cell's blocks and products.
  package var layout: CellLayout {
    switch self {
    case .elman: ElmanCell.layout
    case .lstm: LSTMCell.layout
    case .lstmVariant(let variant): LSTMVariantCell.layout(of: variant)
    case .gru(.after): GRUCell.ResetAfter.layout
    case .gru(.before): GRUCell.ResetBefore.layout
    }
  }

  /// The cell's equations and steps.
  package var definition: any CellDefinition {
    switch self {
    case .elman(.tanh): ElmanCell.tanh
    case .elman(.relu): ElmanCell.relu
    case .lstm: LSTMCell.shared
    case .lstmVariant(let variant): LSTMVariantCell(variant)
    case .gru(.after): GRUCell.ResetAfter.shared
    case .gru(.before): GRUCell.ResetBefore.shared
    }
  }

  /// The cell's family: "elman", "lstm" or "gru".
  public var name: String {
    switch self {
    case .elman: "elman"
    case .lstm, .lstmVariant: "lstm"
    case .gru: "gru"
    }
  }

  /// The number of gates, each a block of `hiddenSize` rows of the weights: 1 in an Elman cell, 4
  /// in an LSTM (i, f, g, o), 3 in a GRU (r, z, n).
  public var gates: Int { layout.gates }

  /// The index of a gate in the weights; nil if the cell has no gate of that name.
  package func gateIndex(_ name: String) -> Int? { layout.gateNames.firstIndex(of: name) }

  /// Whether the state has a cell state c beside h, as an LSTM's has.
  public var hasCellState: Bool { layout.hasCellState }
}
