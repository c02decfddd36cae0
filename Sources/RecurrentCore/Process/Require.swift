// Preconditions: checks for programmer errors, with messages in optimised builds too.

/// Stops with a message unless `condition` holds. (Optimised code drops the message of
/// `precondition`.)
package func require(
  _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
  if !condition { fatalError(message(), file: file, line: line) }
}
