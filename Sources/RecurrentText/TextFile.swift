// Text from files, line by line, with errors that say where.

import Foundation
import RecurrentCore
import RecurrentInterchange

/// A text with the name that errors give it: UTF-8 from a file, or from memory.
public struct TextFile: Sendable {
  public let name: String
  public let text: String

  public init(name: String, text: String) { (self.name, self.text) = (name, text) }

  /// Reads a file whole; a byte order mark is left out. Throws when it cannot be read, and, naming the line, when it is not UTF-8.
  public init(contentsOf path: String) throws(RecurrentError) {
    var data = try RegularFile.read(path)
    if data.starts(with: [0xEF, 0xBB, 0xBF]) { data = data.dropFirst(3) }
    guard let text = String(validating: data, as: UTF8.self) else {
      let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }!
      throw .invalidFile(path: path, reason: "line \(line + 1) is not UTF-8")
    }
    self.init(name: path, text: text)
  }

  /// A line without its end, and its number, from 1.
  public struct Line: Sendable {
    public let number: Int
    public let text: Substring

    /// Without anything but white space.
    public var isBlank: Bool { text.allSatisfy(\.isWhitespace) }

    /// What lies between tabs.
    public var columns: [Substring] {
      text.utf8.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false).map { Substring($0) }
    }
  }

  /// The lines, ended by "\n" or "\r\n". What follows the last end is one only if there is something.
  public var lines: [Line] {
    // By bytes: "\r\n" is one character, and finding those takes time.
    var parts = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if parts.last?.isEmpty == true { parts.removeLast() }
    return parts.enumerated().map { Line(number: $0 + 1, text: Substring($1.last == UInt8(ascii: "\r") ? $1.dropLast() : $1)) }
  }

  /// An error about a line.
  public func error(_ line: Line, _ reason: String) -> RecurrentError {
    .invalidFile(path: name, reason: "line \(line.number): \(reason)")
  }

  /// An error about the whole.
  public func error(_ reason: String) -> RecurrentError { .invalidFile(path: name, reason: reason) }
}
