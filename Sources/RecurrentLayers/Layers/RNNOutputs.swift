// Recurrent layers as a `Layer`: their outputs, without their state.

import RecurrentCore

extension RNN {
  /// These layers' outputs, [T, B, I] to [T, B, D·O], without their state: for a `Sequential`.
  /// Parameters have the names that they have here.
  public var outputs: some Layer { RecurrentOutputs(layers: self) }
}

private struct RecurrentOutputs: Layer {
  let layers: RNN
  var parameters: [NamedParameter] { layers.parameters }
  func callAsFunction(_ x: Variable) -> Variable { layers(x).output }
}
