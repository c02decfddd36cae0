// Arrays as text: nested lists in brackets, summarised if there are many elements.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Lays out a row-major array as nested lists in brackets.
package enum ArrayText {
  /// The greatest number of elements that is shown in full.
  private static let most = 1000
  /// The number of elements that a summary shows at each end of a dimension.
  private static let edge = 3
  /// The greatest width of a line, in columns.
  private static let width = 80

  /// Lays out an array: its shape, then its elements, on one line if they fit.
  ///
  /// - Parameters:
  ///   - shape: the array's extents.
  ///   - text: returns the texts of the elements at the given offsets, all of the same width.
  /// - Returns: the text, without a final line break.
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

  /// For each dimension, the indices to show; nil stands for those left out.
  private static func shown(_ extents: [Int]) -> [[Int?]] {
    func indices(_ extent: Int, _ first: Int, _ last: Int) -> [Int?] {
      extent <= first + last ? Array(0..<extent) : Array(0..<first) + [nil] + Array(extent - last..<extent)
    }
    if extents.reduce(1, *) <= most { return extents.map { Array(0..<$0) } }
    func count(_ shown: [[Int?]]) -> Int {
      // Can overflow only if there are very many dimensions.
      shown.reduce(1) {
        $0.multipliedReportingOverflow(by: $1.count { $0 != nil }).overflow ? .max : $0 * $1.count { $0 != nil }
      }
    }
    var shown = extents.map { indices($0, edge, edge) }
    // If that is still too much, show less of the outer dimensions.
    for (first, last) in [(2, 2), (1, 1), (1, 0)] {
      for dimension in extents.indices where count(shown) > most {
        shown[dimension] = indices(extents[dimension], first, last)
      }
    }
    return shown
  }

  /// Lays out one list. Removes the first of `texts` for each element shown.
  private static func list(_ shown: ArraySlice<[Int?]>, indent: Int, _ texts: inout ArraySlice<String>) -> String {
    guard let indices = shown.first else { return texts.removeFirst() }
    let inner = shown.dropFirst()
    let items = indices.map { $0 == nil ? "..." : list(inner, indent: indent + 1, &texts) }
    let margin = String(repeating: " ", count: indent)
    // Lists of matrices have empty lines between the matrices.
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

  /// The texts, padded on the left to the same width.
  package static func padded(_ texts: [String]) -> [String] {
    let width = texts.map(\.count).max() ?? 0
    return texts.map { String(repeating: " ", count: width - $0.count) + $0 }
  }

  /// Numbers as texts of the same width, with as many decimals as needed, at most four. Uses
  /// exponents if decimals would lose small numbers or if texts would be long.
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

  /// A number as printf formats it with `%.*f` or `%.*e`.
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
