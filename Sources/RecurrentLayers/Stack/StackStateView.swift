// Views of a stack's state and lengths, for the engine, during a call.

import RecurrentCore

/// The state of every layer of a stack, during a call.
struct StackStateView {
  let hidden: UnsafeMutablePointer<Float>
  let cell: UnsafeMutablePointer<Float>?
  let hiddenStride: Int
  let cellStride: Int

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
