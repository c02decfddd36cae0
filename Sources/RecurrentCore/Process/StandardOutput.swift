// Standard output: the results of commands, for people, files and pipes.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes to standard output, buffered until a line ends. A failed write is an error and ends the
/// command. On a terminal, control characters are escaped; files and pipes get every character
/// unchanged.
package enum StandardOutput {
  private static let unwritten = Locked<[UInt8]>([])

  /// The width in columns for tables and wrapped text: that of a page, or of the terminal if it is
  /// narrower.
  package static var columns: Int {
    isatty(STDOUT_FILENO) == 1 ? min(TextTable.width, Terminal.columns(STDOUT_FILENO)) : TextTable.width
  }

  /// Writes text.
  ///
  /// - Parameter text: the text.
  /// - Throws: `RecurrentError.inputOutput` if it cannot be written.
  package static func write(_ text: String) throws(RecurrentError) {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let text = isTerminal ? text.printable(multiline: true) : text
    let isDue = unwritten.withLock { bytes in
      bytes += text.utf8
      return isTerminal || bytes.count >= 1 << 16 || text.utf8.contains(UInt8(ascii: "\n"))
    }
    if isDue { try flush() }
  }

  /// Writes a line of text.
  ///
  /// - Parameter text: the line, without its line break.
  /// - Throws: `RecurrentError.inputOutput` if it cannot be written.
  package static func writeLine(_ text: String = "") throws(RecurrentError) { try write(text + "\n") }

  /// Writes what is buffered. Call it at the end of a program.
  ///
  /// - Throws: `RecurrentError.inputOutput` if it cannot be written.
  package static func flush() throws(RecurrentError) {
    let failure = unwritten.withLock { bytes in
      defer { bytes.removeAll(keepingCapacity: true) }
      if bytes.isEmpty { return 0 as Int32 }
      if isatty(STDOUT_FILENO) == 1 { StandardError.clear() }
      return bytes.withUnsafeBytes { OutputDescriptor.write($0, to: STDOUT_FILENO) }
    }
    // A closed pipe ends the program by SIGPIPE, as it ends other programs, unless the parent
    // process has had that signal ignored.
    if failure == EPIPE { raise(SIGPIPE) }
    if failure != 0 {
      throw .inputOutput(path: "standard output", reason: "cannot be written: \(String(cString: strerror(failure)))")
    }
  }
}
