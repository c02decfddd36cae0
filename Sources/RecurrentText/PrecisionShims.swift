// What the engine brings: to be deleted when it does.

import RecurrentCore
import RecurrentLayers

extension RNN {
  package func stack(backend: any Backend, precision: Precision) -> RecurrentStack { stack(backend: backend) }
}

extension Backend {
  package func path(of precision: Precision) -> String { "float32 kernels" }
}
