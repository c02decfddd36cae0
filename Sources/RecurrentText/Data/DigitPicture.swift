// Digit pictures: 8 x 8 pixels and the digit they show, from .csv files.

import RecurrentCore

/// A picture of a handwritten digit, 8 x 8 pixels.
public struct DigitPicture: Sendable, Equatable {
  /// 64 pixels of 0...16, row by row.
  public var pixels: [Float]
  /// The digit 0...9; nil if unknown.
  public var digit: Int?

  /// Creates a sample.
  public init(pixels: [Float], digit: Int?) { (self.pixels, self.digit) = (pixels, digit) }

  /// Reads a line "0,5,13,...,9": 64 pixels and optionally the digit.
  init(
    _ line: Substring, expecting expected: String = "64 pixels and a digit, separated by commas",
    error: (_ reason: String) -> RecurrentError
  ) throws(RecurrentError) {
    let comma = UInt8(ascii: ",")
    guard let columns = line.columns(comma, upTo: 65)?.map(\.trimmed), columns.count >= 64 else {
      throw error("has \(counted(line.columnCount(comma), "column")), expected \(expected)")
    }
    pixels = []
    for (number, column) in columns.prefix(64).enumerated() {
      guard let value = Float(column), value >= 0, value <= 16 else {
        throw error("has '\(column)' in column \(number + 1), expected a pixel, 0 to 16")
      }
      pixels.append(value)
    }
    digit = nil
    if columns.count == 65 {
      guard let value = Int(columns[64]), 0...9 ~= value else {
        throw error("has '\(columns[64])' in column 65, expected a digit, 0 to 9")
      }
      digit = value
    }
  }
}

extension [DigitPicture] {
  /// Reads .csv files; every line has 64 pixels and a digit.
  init(csvAt source: DataSource, builtIn training: String, _ test: String) throws(RecurrentError) {
    self = []
    for file in try source.texts("csv", builtIn: training, test) {
      for line in file.lines where !line.isBlank {
        let picture = try DigitPicture(line.text) { file.error(line, $0) }
        if picture.digit == nil { throw file.error(line, "has 64 columns; the digit is missing") }
        append(picture)
      }
    }
    try checkNotEmpty(source)
  }
}
