// Text file: UTF-8 text with its lines, and errors that name file and line.

import Foundation
import RecurrentCore
import RecurrentInterchange

/// A UTF-8 text from a file or from memory, in stream-safe form: at most 30 combining marks in a
/// row.
package struct TextFile: Sendable {
  /// The file's path, or another name for error messages.
  package let name: String
  /// The whole text.
  package let text: String

  /// Creates a text from memory.
  package init(name: String, text: String) { (self.name, self.text) = (name, text.streamSafe) }

  /// Reads a file, and skips a byte order mark. Throws if it cannot be read or is not UTF-8; the
  /// error names the line.
  package init(contentsOf path: String) throws(RecurrentError) {
    try self.init(name: path, bytes: RegularFile.read(path))
  }

  /// Creates a text from the bytes of a file. Throws if they are not UTF-8.
  package init(name: String, bytes: some Collection<UInt8>) throws(RecurrentError) {
    self.init(name: name, text: try TextFile.text(of: bytes, name: name))
  }

  /// The text of bytes that begin with line `line`. A byte order mark before line 1 is skipped.
  static func text(of bytes: some Collection<UInt8>, name: String, line: Int = 1) throws(RecurrentError) -> String {
    let bytes = line == 1 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    if line == 1, bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw .invalidFile(path: name, reason: "is UTF-16, expected UTF-8")
    }
    var (rest, line) = (bytes, line)
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")), String(validating: rest[..<end], as: UTF8.self) != nil {
      rest = rest[end...].dropFirst()
      line += 1
    }
    throw .invalidFile(path: name, reason: "line \(line) is not UTF-8")
  }

  /// A line of a text.
  package struct Line: Sendable {
    /// The line number, from 1.
    package let number: Int
    /// The line without its end.
    package let text: Substring

    /// Whether the line is empty or all white space.
    package var isBlank: Bool { text.isBlank }

    /// The columns between tabs; nil if there are more than `limit`.
    package func columns(upTo limit: Int) -> [Substring]? { text.columns(UInt8(ascii: "\t"), upTo: limit) }

    /// The number of columns between tabs.
    package var columnCount: Int { text.columnCount(UInt8(ascii: "\t")) }
  }

  /// The lines, which end with "\n" or "\r\n"; with "\r" in a text without "\n". Text after the
  /// last line end is a line if it is not empty.
  package var lines: Lines { Lines(text: text) }

  /// The lines of a text, found lazily.
  package struct Lines: Sequence, Sendable {
    let text: String

    /// The number of lines, in linear time.
    package var count: Int { reduce(0) { count, _ in count + 1 } }

    package func makeIterator() -> Iterator {
      // By bytes: "\r\n" is one character, and finding those takes time.
      let end = text.utf8.contains(UInt8(ascii: "\n")) ? UInt8(ascii: "\n") : UInt8(ascii: "\r")
      return Iterator(rest: text[...].utf8, end: end)
    }

    package struct Iterator: IteratorProtocol {
      fileprivate var rest: Substring.UTF8View
      fileprivate let end: UInt8
      private var number = 0

      fileprivate init(rest: Substring.UTF8View, end: UInt8) { (self.rest, self.end) = (rest, end) }

      package mutating func next() -> Line? {
        if rest.isEmpty { return nil }
        let last = rest.firstIndex(of: end)
        let line = rest[..<(last ?? rest.endIndex)]
        rest = last.map { rest[$0...].dropFirst() } ?? rest[rest.endIndex...]
        number += 1
        return Line(number: number, text: Substring(line).withoutReturn)
      }
    }
  }

  /// An error that names a line.
  package func error(_ line: Line, _ reason: String) -> RecurrentError {
    .invalidFile(path: name, reason: "line \(line.number): \(reason)")
  }

  /// An error that names the file.
  package func error(_ reason: String) -> RecurrentError { .invalidFile(path: name, reason: reason) }
}

extension Substring {
  /// A line without the "\r" of its end.
  var withoutReturn: Substring { utf8.last == UInt8(ascii: "\r") ? Substring(utf8.dropLast()) : self }
}
