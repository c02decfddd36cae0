// Arrays as text: their shape and their elements, summarised when there are many.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Tensor: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The shape and the elements, as PyTorch and NumPy print them: to four decimals, in columns; of
  /// more than 1000 elements, the first and the last three along each dimension.
  ///
  /// ```
  /// Tensor [2, 3]:
  /// [[ 0.5000, -1.2500,  3.0000],
  ///  [ 2.0000,     nan,     inf]]
  /// ```
  public var description: String { "Tensor " + shapeAndElements }

  public var debugDescription: String { description }

  /// The shape, and nothing of the elements: `dump` prints them as `description` does.
  public var customMirror: Mirror { Mirror(self, children: ["shape": shape], displayStyle: .struct) }

  /// What follows the type's name in a description.
  package var shapeAndElements: String {
    ArrayText.describe(shape) { places in
      withUnsafeBufferPointer { x in ArrayText.aligned(places.map { x[$0] }) }
    }
  }
}

/// Lays out a row-major array as nested lists in brackets.
package enum ArrayText {
  /// More elements than this are summarised.
  private static let most = 1000
  /// The elements at both ends of a dimension that a summary shows.
  private static let edge = 3
  /// Rows are broken so as to stay within this many columns.
  private static let width = 80

  /// The shape and the elements: on one line where they fit.
  /// - Parameter text: the texts, all of one width, of the elements at some places.
  package static func describe(_ shape: Shape, _ text: (_ places: [Int]) -> [String]) -> String {
    if shape.count == 0 { return "\(shape): []" }
    let shown = shown(shape.dimensions)
    var places = [0]
    for (dimension, extent) in shape.dimensions.enumerated() {
      places = places.flatMap { place in shown[dimension].compactMap { $0.map { place * extent + $0 } } }
    }
    var texts = text(places)[...]
    let body = list(shown[...], indent: 1, &texts)
    return "\(shape):" + (shape.rank > 1 || body.contains("\n") ? "\n" : " ") + body
  }

  /// For each dimension, the indices to show, with nil where some are left out.
  private static func shown(_ extents: [Int]) -> [[Int?]] {
    func indices(_ extent: Int, _ first: Int, _ last: Int) -> [Int?] {
      extent <= first + last ? Array(0..<extent) : Array(0..<first) + [nil] + Array(extent - last..<extent)
    }
    if extents.reduce(1, *) <= most { return extents.map { Array(0..<$0) } }
    func count(_ shown: [[Int?]]) -> Int {
      // Far fewer than an array has, unless it has very many dimensions.
      shown.reduce(1) {
        $0.multipliedReportingOverflow(by: $1.count { $0 != nil }).overflow ? .max : $0 * $1.count { $0 != nil }
      }
    }
    var shown = extents.map { indices($0, edge, edge) }
    // Of many dimensions, the outer ones show less.
    for (first, last) in [(2, 2), (1, 1), (1, 0)] {
      for dimension in extents.indices where count(shown) > most {
        shown[dimension] = indices(extents[dimension], first, last)
      }
    }
    return shown
  }

  /// Takes the first of `texts` for each element that is shown.
  private static func list(_ shown: ArraySlice<[Int?]>, indent: Int, _ texts: inout ArraySlice<String>) -> String {
    guard let indices = shown.first else { return texts.removeFirst() }
    let inner = shown.dropFirst()
    let items = indices.map { $0 == nil ? "..." : list(inner, indent: indent + 1, &texts) }
    let margin = String(repeating: " ", count: indent)
    // Matrices of an array of more dimensions have empty lines between them.
    if !inner.isEmpty {
      return "[" + items.joined(separator: "," + String(repeating: "\n", count: inner.count) + margin) + "]"
    }
    let column = (items.map(\.count).max() ?? 0) + 2
    let perLine = max(1, (width - indent) / column)
    let lines = stride(from: 0, to: items.count, by: perLine).map {
      items[$0..<min($0 + perLine, items.count)].joined(separator: ", ")
    }
    return "[" + lines.joined(separator: ",\n" + margin) + "]"
  }

  /// Texts of one width, with spaces before the shorter ones.
  package static func padded(_ texts: [String]) -> [String] {
    let width = texts.map(\.count).max() ?? 0
    return texts.map { String(repeating: " ", count: width - $0.count) + $0 }
  }

  /// Numbers with as many decimals as the one that needs most, at most four; with exponents where
  /// that would lose small ones or make long texts.
  static func aligned(_ values: [Float]) -> [String] {
    let sizes = values.filter { $0.isFinite && $0 != 0 }.map { abs($0) }
    let (least, greatest) = (sizes.min() ?? 1, sizes.max() ?? 1)
    let areWhole = sizes.allSatisfy { $0 == $0.rounded() }
    if greatest >= 1e8 || !areWhole && (least < 1e-4 || greatest / least > 1e3) {
      return padded(values.map { text($0, 4, "e") })
    }
    let texts = values.map { $0.isFinite ? text($0, 4, "f") : text($0, 0, "f") }
    let spare =
      zip(values, texts).map { value, text in value.isFinite ? text.reversed().prefix(3).prefix { $0 == "0" }.count : 3
      }.min() ?? 0
    return padded(zip(values, texts).map { value, text in value.isFinite ? String(text.dropLast(spare)) : text })
  }

  /// As C's printf writes it.
  private static func text(_ value: Float, _ decimals: Int32, _ form: String) -> String {
    if !value.isFinite { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      let count = withVaList([decimals, Double(value)]) {
        vsnprintf(buffer.baseAddress!, buffer.count, "%.*" + form, $0)
      }
      return String(decoding: UnsafeRawBufferPointer(buffer)[..<Int(count)], as: UTF8.self)
    }
  }
}
