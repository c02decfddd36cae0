// Text from files, line by line, with errors that say where.

import Foundation
import RecurrentCore
import RecurrentInterchange

/// A text with the name that errors give it: UTF-8 from a file, or from memory. More than 30
/// combining marks in a row are parted (`streamSafe`).
public struct TextFile: Sendable {
  public let name: String
  public let text: String

  public init(name: String, text: String) { (self.name, self.text) = (name, text.streamSafe) }

  /// Reads a file whole; a byte order mark is left out. Throws when it cannot be read, and, naming
  /// the line, when it is not UTF-8.
  public init(contentsOf path: String) throws(RecurrentError) {
    try self.init(name: path, bytes: RegularFile.read(path))
  }

  /// The text of some bytes, as of those of a file.
  public init(name: String, bytes: some Collection<UInt8>) throws(RecurrentError) {
    self.init(name: name, text: try TextFile.text(of: bytes, name: name))
  }

  /// The text of bytes that begin with a line of that number, without a byte order mark at the
  /// beginning of the first.
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

  /// A line without its end, and its number, from 1.
  public struct Line: Sendable {
    public let number: Int
    public let text: Substring

    /// Without anything but white space.
    public var isBlank: Bool { text.isBlank }

    /// What lies between tabs; nil when these are more than `limit` columns.
    public func columns(upTo limit: Int) -> [Substring]? { text.columns(UInt8(ascii: "\t"), upTo: limit) }

    /// How many columns there are between tabs.
    public var columnCount: Int { text.columnCount(UInt8(ascii: "\t")) }
  }

  /// The lines, ended by "\n" or "\r\n"; by "\r" in a text that has no "\n". What follows the last
  /// end is one only if there is something.
  public var lines: Lines { Lines(text: text) }

  /// The lines of a text, found one after another.
  public struct Lines: Sequence, Sendable {
    let text: String

    /// Found by going through all.
    public var count: Int { reduce(0) { count, _ in count + 1 } }

    public func makeIterator() -> Iterator {
      // By bytes: "\r\n" is one character, and finding those takes time.
      let end = text.utf8.contains(UInt8(ascii: "\n")) ? UInt8(ascii: "\n") : UInt8(ascii: "\r")
      return Iterator(rest: text[...].utf8, end: end)
    }

    public struct Iterator: IteratorProtocol {
      fileprivate var rest: Substring.UTF8View
      fileprivate let end: UInt8
      private var number = 0

      fileprivate init(rest: Substring.UTF8View, end: UInt8) { (self.rest, self.end) = (rest, end) }

      public mutating func next() -> Line? {
        if rest.isEmpty { return nil }
        let last = rest.firstIndex(of: end)
        let line = rest[..<(last ?? rest.endIndex)]
        rest = last.map { rest[$0...].dropFirst() } ?? rest[rest.endIndex...]
        number += 1
        return Line(number: number, text: Substring(line).withoutReturn)
      }
    }
  }

  /// An error about a line.
  public func error(_ line: Line, _ reason: String) -> RecurrentError {
    .invalidFile(path: name, reason: "line \(line.number): \(reason)")
  }

  /// An error about the whole.
  public func error(_ reason: String) -> RecurrentError { .invalidFile(path: name, reason: reason) }
}

extension Substring {
  /// A line without the "\r" that belongs to its end.
  var withoutReturn: Substring { utf8.last == UInt8(ascii: "\r") ? Substring(utf8.dropLast()) : self }
}
