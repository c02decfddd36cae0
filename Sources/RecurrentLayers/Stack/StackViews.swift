// Views of a stack's state and of lengths, which the engine takes during a call.

import RecurrentCore

extension RecurrentState {
  /// Calls `body` with a view of the state.
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
  /// Calls `body` with a buffer of the elements, or nil.
  func withOptionalBuffer(_ body: (UnsafeBufferPointer<Int>?) -> Void) {
    guard let array = self else { return body(nil) }
    array.withUnsafeBufferPointer { body($0) }
  }
}
