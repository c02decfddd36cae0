// Standard output of the commands: a program's answers, for people, files and pipes.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Buffers text until a line ends. What cannot be written is an error, and ends the command. On a
/// terminal, control characters are shown escaped; files and pipes get every character as it is.
package enum StandardOutput {
  private static let unwritten = Locked<[UInt8]>([])

  /// The columns that tables and wrapped text may take: those of a page, or of a terminal that has
  /// fewer.
  package static var columns: Int {
    isatty(STDOUT_FILENO) == 1 ? min(TextTable.width, Terminal.columns(STDOUT_FILENO)) : TextTable.width
  }

  /// Writes text.
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
  package static func writeLine(_ text: String = "") throws(RecurrentError) { try write(text + "\n") }

  /// Writes what the buffer has. To be called at a program's end.
  package static func flush() throws(RecurrentError) {
    let failure = unwritten.withLock { bytes in
      defer { bytes.removeAll(keepingCapacity: true) }
      if bytes.isEmpty { return 0 as Int32 }
      if isatty(STDOUT_FILENO) == 1 { StandardError.clear() }
      return bytes.withUnsafeBytes { OutputDescriptor.write($0, to: STDOUT_FILENO) }
    }
    // A reader that has seen enough ends the program as it ends others, unless whoever started it
    // has chosen to ignore that signal.
    if failure == EPIPE { raise(SIGPIPE) }
    if failure != 0 {
      throw .inputOutput(path: "standard output", reason: "cannot be written: \(String(cString: strerror(failure)))")
    }
  }
}
