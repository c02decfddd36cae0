// Lines from what may be a person at a terminal, or a pipe without an end.

import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads UTF-8 line by line, each as soon as it is there, as `TextFile` reads files: without a byte
/// order mark, naming the line that is wrong.
public struct LineReader: Sendable {
  /// What errors call it.
  public let name: String
  private let descriptor: Int32
  private let limit: Int
  private var bytes: [UInt8] = []
  /// Where the next line begins in them, and up to where it has no end.
  private var (start, searched) = (0, 0)
  private var number = 0
  private var isAtEnd = false

  /// - Parameters:
  ///   - descriptor: an open file, which stays open.
  ///   - limit: the bytes of a line at most.
  public init(_ descriptor: Int32, name: String, limit: Int = 64 << 20) {
    (self.descriptor, self.name, self.limit) = (descriptor, name, limit)
  }

  public static var standardInput: LineReader { LineReader(STDIN_FILENO, name: "standard input") }

  /// The next line; nil at the end. Throws when it cannot be read, is too long, or is not UTF-8.
  public mutating func next() throws(RecurrentError) -> TextFile.Line? {
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

  /// Waits for more, or for the end.
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
