// Recurrent layers as a `Layer`: their outputs, without their state.

import RecurrentCore

extension RNN {
  /// The layers as a `Layer`, [T, B, I] to [T, B, D·O], without their state: for a `Sequential`.
  /// Parameters keep their names.
  public var outputs: some Layer { RecurrentOutputs(layers: self) }
}

/// Recurrent layers that return their outputs only.
private struct RecurrentOutputs: Layer {
  let layers: RNN
  var parameters: [NamedParameter] { layers.parameters }
  func callAsFunction(_ x: Variable) -> Variable { layers(x).output }
}
