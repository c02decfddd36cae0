// Standard error: progress and messages, for people.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Text that cannot be written is lost, and nothing else: no run ends, or waits for long, because
/// nobody reads of its progress. Control characters are shown escaped.
package enum StandardError {
  /// The columns that a text takes which is there to be written over; 0 for none.
  private static let shown = Locked(0)

  /// Whether it is a terminal on which a line can be written over.
  package static var isTerminal: Bool { Terminal.rewritesLines(STDERR_FILENO) }

  /// The terminal's width; 80 if it is not known.
  package static var columns: Int { Terminal.columns(STDERR_FILENO) }

  /// Writes a line, or several.
  package static func say(_ text: String) {
    clear()
    // A second for a terminal or pipe that takes nothing: its reader may be stopped for good.
    put(text.printable(multiline: true) + "\n", patience: 1000)
  }

  /// Shows a text until the next one, on terminals only, and no more of it than a line has room
  /// for. Writes no escape sequences: blanks cover what is left of a longer text.
  package static func show(_ status: String) {
    guard isTerminal else { return }
    let room = columns - 1
    let text = status.printable().prefix(columns: room)
    let width = text.displayWidth
    let before = replaceShown(with: width)
    put("\r" + text + String(repeating: " ", count: max(0, min(before, room) - width)), patience: 0)
  }

  /// Clears what `show` has shown.
  package static func clear() {
    let width = min(replaceShown(with: 0), columns - 1)
    if width > 0 { put("\r" + String(repeating: " ", count: width) + "\r", patience: 0) }
  }

  private static func replaceShown(with width: Int) -> Int {
    shown.withLock { shown in
      defer { shown = width }
      return shown
    }
  }

  private static func put(_ text: String, patience: Int32) {
    var text = text
    text.withUTF8 { _ = OutputDescriptor.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO, patience: patience) }
  }
}
