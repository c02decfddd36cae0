// The recurrent cells by name, and what each is: the one list of them.

/// The recurrent cells, and what distinguishes their variants.
public enum Cell: Sendable, Hashable {
  /// h = tanh or relu of (W x + b + U h' + b'). Elman, "Finding structure in time", 1990.
  case elman(Nonlinearity)
  /// Hochreiter & Schmidhuber 1997 with the forget gate of Gers, Schmidhuber & Cummins 2000.
  case lstm
  /// Cho et al. 2014, with the reset gate applied after the recurrent product or before it.
  case gru(Reset)

  public enum Nonlinearity: String, Sendable, Hashable { case tanh, relu }

  /// Where the reset gate of a GRU acts.
  public enum Reset: String, Sendable, Hashable {
    /// n = tanh(W x + b + r * (U h' + b')): PyTorch, cuDNN, Keras' `reset_after`, ONNX `linear_before_reset = 1`.
    case after
    /// n = tanh(W x + b + U (r * h') + b'): the paper's first version, ONNX `linear_before_reset = 0`.
    case before
  }

  /// The layout, the equations and the steps.
  package var definition: any CellDefinition {
    switch self {
    case .elman(let nonlinearity): ElmanCell(nonlinearity: nonlinearity)
    case .lstm: LSTMCell()
    case .gru(.after): GRUCell.ResetAfter()
    case .gru(.before): GRUCell.ResetBefore()
    }
  }

  /// "elman", "lstm" or "gru".
  public var name: String {
    switch self {
    case .elman: "elman"
    case .lstm: "lstm"
    case .gru: "gru"
    }
  }

  package var layout: CellLayout { definition.layout }

  /// The blocks of `hiddenSize` rows in the weights: 1, 4 (i, f, g, o) or 3 (r, z, n).
  public var gates: Int { layout.gates }

  /// Whether a state has a cell c beside h: an LSTM's has.
  public var hasCellState: Bool { layout.hasCellState }
}

/// What a cell is: its layout, and the element-wise part of its steps. A file for each, with its equations.
///
/// A step is a sequence of stages. A stage forward is a product with U, which `CellLayout.Stage` describes, and then what `forward` does;
/// backward, in the opposite order, what `backward` does and then that product's gradient.
package protocol CellDefinition: Sendable {
  var layout: CellLayout { get }

  /// From the sums of a stage, in the blocks, to what they become: gates, and after the last stage c and h. Biases are added here.
  func forward(_ stage: Int, _ s: CellStep, _ kernels: any GateKernels)

  /// From the gradients of what a stage computes to those of its sums, in their blocks.
  func backward(_ stage: Int, _ s: CellBackwardStep, _ kernels: any GateKernels)
}
