// The bridge between a stack's values and a backend's views of them.

import RecurrentCore
import Synchronization

/// A stack's layers as its backend has prepared them: made by the first call after a change of the
/// parameters.
final class PreparedLayers: Sendable {
  private let made = Locked<[LayerEngine]?>(nil)

  func layers(_ stack: RecurrentStack) -> [LayerEngine] {
    made.withLock {
      if let layers = $0 { return layers }
      let directions = stack.configuration.directions
      let layers = (0..<stack.configuration.layers).map { index in
        LayerEngine(
          stack.configuration.layer(index), Array(stack.parameters[index * directions..<(index + 1) * directions]),
          backend: stack.backend)
      }
      $0 = layers
      return layers
    }
  }
}
