// What the engine and the files bring: to be deleted when they do.

import RecurrentCore
import RecurrentLayers

extension Module {
  package var precision: Precision { .float32 }
  @discardableResult
  package func store(as precision: Precision) throws(RecurrentError) -> (parameter: String, error: Double)? { nil }
}

extension RNN {
  package func stack(backend: any Backend, precision: Precision) -> RecurrentStack { stack(backend: backend) }
}

extension Backend {
  package func path(of precision: Precision) -> String { "float32 kernels" }
}
