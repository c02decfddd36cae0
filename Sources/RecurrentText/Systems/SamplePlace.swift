// Sample place: the file and line that a sample was read from.

/// The file and line of a sample. All places compare equal, so that samples compare by content.
public struct SamplePlace: Sendable, Equatable, CustomStringConvertible {
  /// The path of the file.
  public let file: String
  /// The line number, from 1; 0 for a sample from memory.
  public let line: Int

  /// Creates a place.
  public init(file: String, line: Int) { (self.file, self.line) = (file, line) }

  /// The place of a sample from memory.
  public static let unknown = SamplePlace(file: "", line: 0)

  /// "FILE: line N", or "a sample".
  public var description: String { line > 0 ? "\(file): line \(line)" : "a sample" }

  /// True.
  public static func == (a: SamplePlace, b: SamplePlace) -> Bool { true }
}

extension TextFile {
  /// The place of a line.
  func place(_ line: Line) -> SamplePlace { SamplePlace(file: name, line: line.number) }
}
