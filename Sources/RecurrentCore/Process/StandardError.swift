// Standard error: progress and messages, for people.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Text that cannot be written is lost, and nothing else: no run ends, or waits for long, because nobody reads of its progress. Control characters
/// are shown escaped.
package enum StandardError {
  /// Whether the line that the cursor is in is there to be written over.
  private static let showsStatus = Locked(false)

  /// Whether it is a terminal on which a line can be written over.
  package static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 && getenv("TERM").map { strcmp($0, "dumb") } != 0 }

  /// Writes a line, or several.
  package static func say(_ text: String) {
    clear()
    // A second for a terminal or pipe that takes nothing: its reader may be stopped for good.
    put(text.printable(multiline: true) + "\n", patience: 1000)
  }

  /// Shows a text until the next one, on terminals only, and no more of it than a line has room for.
  package static func show(_ status: String) {
    guard isTerminal else { return }
    showsStatus.withLock { $0 = true }
    // The last sequence clears the rest of the line.
    put("\r" + status.printable().prefix(columns - 1) + "\u{1B}[K", patience: 0)
  }

  /// Clears what `show` has shown.
  package static func clear() {
    let isShown = showsStatus.withLock { shown in
      defer { shown = false }
      return shown
    }
    if isShown { put("\r\u{1B}[K", patience: 0) }
  }

  /// The terminal's width; 80 if it is not known.
  private static var columns: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1 ? Int(size.ws_col) : 80
  }

  private static func put(_ text: String, patience: Int32) {
    var text = text
    text.withUTF8 { _ = OutputDescriptor.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO, patience: patience) }
  }
}
