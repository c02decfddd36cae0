// Standard error: messages and progress for people.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes to standard error. Text that cannot be written is dropped: no run ends, or waits for
/// long, because nobody reads its messages. Control characters are escaped.
package enum StandardError {
  /// The width in columns of the progress text on display; 0 for none.
  private static let shown = Locked(0)

  /// Whether standard error is a terminal that can rewrite a line.
  package static var isTerminal: Bool { Terminal.rewritesLines(STDERR_FILENO) }

  /// The terminal's width in columns; 80 if it is unknown.
  package static var columns: Int { Terminal.columns(STDERR_FILENO) }

  /// Writes one line or several.
  package static func say(_ text: String) {
    clear()
    // Wait at most one second for a terminal or pipe that accepts nothing: its reader may have
    // stopped for good.
    put(text.printable(multiline: true) + "\n", timeout: 1000)
  }

  /// Displays a progress text until the next one, on terminals only, cut to the width of a line.
  /// Writes no escape sequences: blanks cover the rest of a longer text.
  package static func show(_ status: String) {
    guard isTerminal else { return }
    let room = columns - 1
    let text = status.printable().prefix(columns: room)
    let width = text.displayWidth
    let before = replaceShown(with: width)
    put("\r" + text + String(repeating: " ", count: max(0, min(before, room) - width)), timeout: 0)
  }

  /// Clears the progress text.
  package static func clear() {
    let width = min(replaceShown(with: 0), columns - 1)
    if width > 0 { put("\r" + String(repeating: " ", count: width) + "\r", timeout: 0) }
  }

  private static func replaceShown(with width: Int) -> Int {
    shown.withLock { shown in
      defer { shown = width }
      return shown
    }
  }

  private static func put(_ text: String, timeout: Int32) {
    var text = text
    text.withUTF8 { _ = OutputDescriptor.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO, timeout: timeout) }
  }
}
