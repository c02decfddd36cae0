// Recurrent states: h and c of a stack of layers between steps.

/// The state of a stack of layers between steps. For L layers in D directions, slot layer·D +
/// direction is that of one layer and direction.
public struct RecurrentState: Sendable, Equatable {
  /// The hidden state h [L·D, B, O].
  public var hidden: Tensor
  /// The cell state c [L·D, B, H]; nil unless the cell is an LSTM.
  public var cell: Tensor?

  /// Creates a state.
  public init(hidden: Tensor, cell: Tensor? = nil) {
    self.hidden = hidden
    self.cell = cell
  }
}
