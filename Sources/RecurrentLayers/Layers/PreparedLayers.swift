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

/// The state of every layer of a stack, during a call.
struct StackStateView {
  fileprivate let hidden: UnsafeMutablePointer<Float>
  fileprivate let cell: UnsafeMutablePointer<Float>?
  fileprivate let hiddenStride: Int
  fileprivate let cellStride: Int

  subscript(layer: Int) -> StateView {
    StateView(hidden: hidden + layer * hiddenStride, cell: cell.map { $0 + layer * cellStride })
  }
}

extension RecurrentState {
  mutating func withViews(_ configuration: RecurrentStack.Configuration, _ body: (StackStateView) -> Void) {
    let rows = configuration.directions * hidden.shape[1]
    let view = StackStateView(
      hidden: hidden.mutableBase, cell: cell?.mutableBase, hiddenStride: rows * configuration.outputSize,
      cellStride: rows * configuration.hiddenSize)
    body(view)
    withExtendedLifetime(self) {}
  }
}

extension Optional where Wrapped == [Int] {
  func withOptionalBuffer(_ body: (UnsafeBufferPointer<Int>?) -> Void) {
    guard let array = self else { return body(nil) }
    array.withUnsafeBufferPointer { body($0) }
  }
}
