// The layers of a stack as its backend has prepared them.

import RecurrentCore
import Synchronization

/// The prepared layers of a stack, made by the first call after a change of the parameters.
final class PreparedLayers: Sendable {
  private let made = Locked<[LayerEngine]?>(nil)

  /// The prepared layers of `stack`, which are made if there are none.
  func layers(_ stack: RecurrentStack) -> [LayerEngine] {
    made.withLock {
      if let layers = $0 { return layers }
      let directions = stack.configuration.directions
      let layers = (0..<stack.configuration.layers).map { index in
        LayerEngine(
          stack.configuration.layer(index), Array(stack.storage[index * directions..<(index + 1) * directions]),
          backend: stack.backend, precision: stack.precision)
      }
      $0 = layers
      return layers
    }
  }
}
