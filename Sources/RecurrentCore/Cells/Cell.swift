// The recurrent cells by name, and what each is: the one list of them.

/// The recurrent cells, and what distinguishes their variants.
public enum Cell: Sendable, Hashable {
  /// h = tanh or relu of (W x + b + U h' + b'). Elman, "Finding structure in time", 1990.
  case elman(Nonlinearity)
  /// Hochreiter & Schmidhuber 1997 with the forget gate of Gers, Schmidhuber & Cummins 2000.
  case lstm
  /// An LSTM with peepholes, coupled gates, clipping or other activations. Slower than `lstm`: no
  /// kernel in C has it.
  case lstmVariant(LSTMVariant)
  /// Cho et al. 2014, with the reset gate applied after the recurrent product or before it.
  case gru(Reset)

  public enum Nonlinearity: String, Sendable, Hashable { case tanh, relu }

  /// Where the reset gate of a GRU acts.
  public enum Reset: String, Sendable, Hashable {
    /// n = tanh(W x + b + r * (U h' + b')): PyTorch, cuDNN, Keras' `reset_after`, ONNX
    /// `linear_before_reset = 1`.
    case after
    /// n = tanh(W x + b + U (r * h') + b'): the paper's first version, ONNX `linear_before_reset =
    /// 0`.
    case before
  }

  /// Its blocks and products.
  package var layout: CellLayout {
    switch self {
    case .elman: ElmanCell.layout
    case .lstm: LSTMCell.layout
    case .lstmVariant(let variant): LSTMVariantCell.layout(of: variant)
    case .gru(.after): GRUCell.ResetAfter.layout
    case .gru(.before): GRUCell.ResetBefore.layout
    }
  }

  /// Its equations and steps.
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

  /// "elman", "lstm" or "gru".
  public var name: String {
    switch self {
    case .elman: "elman"
    case .lstm, .lstmVariant: "lstm"
    case .gru: "gru"
    }
  }

  /// The blocks of `hiddenSize` rows in the weights: 1, 4 (i, f, g, o) or 3 (r, z, n).
  public var gates: Int { layout.gates }

  /// The place of a gate in the weights; nil for a cell without it.
  package func gateIndex(_ name: String) -> Int? { layout.gateNames.firstIndex(of: name) }

  /// Whether a state has a cell c beside h: an LSTM's has.
  public var hasCellState: Bool { layout.hasCellState }
}

/// The element-wise part of a cell's steps. Each cell has a file, with its equations, its layout
/// and this.
///
/// A step is a sequence of stages. A stage forward is a product with U, which `CellLayout.Stage`
/// describes, and then what `forward` does; backward, in the opposite order, what `backward` does
/// and then that product's gradient.
package protocol CellDefinition: AnyObject, Sendable {
  /// From the sums of a stage, in the blocks, to what they become: gates, and after the last stage
  /// c and h. Biases are added here.
  func forward(_ stage: Int, _ s: CellStep, _ kernels: any GateKernels)

  /// From the gradients of what a stage computes to those of its sums, in their blocks.
  func backward(_ stage: Int, _ s: CellBackwardStep, _ kernels: any GateKernels)
}
