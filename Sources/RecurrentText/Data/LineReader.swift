// Line reader: reads UTF-8 lines from a file descriptor as they arrive.

import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads UTF-8 lines from a terminal, a pipe or a file, each as soon as it is complete. A byte
/// order mark is skipped, as in `TextFile`.
package struct LineReader: Sendable {
  /// The name of the input in error messages.
  package let name: String
  private let descriptor: Int32
  private let limit: Int
  private var bytes: [UInt8] = []
  /// Where the next line begins in `bytes`, and up to where no line end was found.
  private var (start, searched) = (0, 0)
  private var number = 0
  private var isAtEnd = false

  /// Creates a reader of an open file, which stays open. A line has at most `limit` bytes.
  package init(_ descriptor: Int32, name: String, limit: Int = 64 << 20) {
    (self.descriptor, self.name, self.limit) = (descriptor, name, limit)
  }

  /// A reader of standard input.
  package static var standardInput: LineReader { LineReader(STDIN_FILENO, name: "standard input") }

  /// The next line; nil at the end. Throws if the line cannot be read, is too long, or is not
  /// UTF-8.
  package mutating func next() throws(RecurrentError) -> TextFile.Line? {
    while true {
      let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n"))
      searched = end ?? bytes.count
      guard searched - start <= limit else {
        throw .invalidFile(path: name, reason: "line \(number + 1) has more than \(limit) bytes")
      }
      if end != nil || isAtEnd { break }
      try read()
    }
    if start == bytes.count { return nil }
    number += 1
    let text = try TextFile.text(of: bytes[start..<searched], name: name, line: number).streamSafe
    start = min(searched + 1, bytes.count)
    searched = start
    return TextFile.Line(number: number, text: text[...].withoutReturn)
  }

  /// Waits for more bytes, or for the end.
  private mutating func read() throws(RecurrentError) {
    let size = 1 << 16
    var (code, failure): (Int, Int32) = (0, 0)
    let part = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      repeat {
        code = systemRead(descriptor, buffer.baseAddress, size)
        failure = errno
        if code < 0, failure == EAGAIN {
          var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
          poll(&waiting, 1, -1)
        }
      } while code < 0 && (failure == EINTR || failure == EAGAIN)
      count = max(0, code)
    }
    if code < 0 { throw .inputOutput(path: name, reason: "cannot be read: \(String(cString: strerror(failure)))") }
    isAtEnd = code == 0
    bytes.removeFirst(start)
    (start, searched) = (0, searched - start)
    bytes += part
  }
}

private func systemRead(_ descriptor: Int32, _ target: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, target, count)
}
