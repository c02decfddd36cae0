// Precision shim: the engine's interface to precisions, until the engine has it. Every call computes
// in float32. To be deleted, whole, once `RecurrentStack` and `Backend` have these themselves.

import Recurrent

extension RecurrentStack {
  init(_ configuration: Configuration, seed: UInt64 = 0, backend: any Backend, precision: Precision) {
    self.init(configuration, seed: seed, backend: backend)
  }
}

extension Backend {
  func path(of precision: Precision) -> String { "float32" }
}
