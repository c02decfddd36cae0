// System precision: a system is evaluated, and predicts, in the precision of its parameters.

import RecurrentCore
import RecurrentLayers

extension TextSystem {
  /// A tape for evaluation and prediction, in the precision of the parameters.
  package func evaluationTape(_ backend: any Backend) -> Tape {
    Tape(.evaluation, backend: backend, precision: precision)
  }
}
