// Programmer errors.

/// Stops with a message unless the condition holds. (`precondition` would stop too, but optimised
/// code drops its message.)
package func require(
  _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
  if !condition { fatalError(message(), file: file, line: line) }
}
