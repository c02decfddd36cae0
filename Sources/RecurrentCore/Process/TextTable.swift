// Text tables: aligned columns, no wider than a page.

/// A table as text: rows of cells under headings. Control characters in cells are escaped. A table
/// that is too wide is divided into several, one below the other.
///
/// ```swift
/// var table = TextTable([.label(""), .number("accuracy")])
/// table.add(["cosine", "0.812"])
/// print(table)
/// ```
package struct TextTable: Sendable, CustomStringConvertible {
  /// A column: its heading and how its cells are laid out.
  package struct Column: Sendable {
    package let title: String
    package let isNumber: Bool
    /// Whether long cells may be shortened in the middle.
    let isLabel: Bool
    /// Whether a table that is too wide may be divided before this column.
    var beginsGroup = false

    /// A column of text of any length, which may be shortened.
    package static func label(_ title: String) -> Column { Column(title: title, isNumber: false, isLabel: true) }
    /// A column of text that is never shortened.
    package static func text(_ title: String) -> Column { Column(title: title, isNumber: false, isLabel: false) }
    /// A column aligned to the right.
    package static func number(_ title: String, beginsGroup: Bool = false) -> Column {
      Column(title: title, isNumber: true, isLabel: false, beginsGroup: beginsGroup)
    }
  }

  /// The greatest width in columns of a table that is not on a narrower terminal.
  package static let width = 120
  private static let narrowestLabel = 12

  private let columns: [Column]
  private var rows: [[String]]

  /// Creates a table without rows.
  package init(_ columns: [Column]) {
    self.columns = columns
    rows = [columns.map { $0.title.printable() }]
  }

  /// Adds a row. Precondition: there is one cell for each column.
  package mutating func add(_ cells: [String]) {
    require(cells.count == columns.count, "TextTable.add: \(cells.count) cells for \(columns.count) columns")
    rows.append(cells.map { $0.printable() })
  }

  /// The table at the default width.
  package var description: String { text(width: TextTable.width) }

  /// The table as text, without a line break at the end. Only cells that are never shortened can
  /// make it wider than `width`.
  package func text(width: Int) -> String {
    var rows = rows
    func widths() -> [Int] { columns.indices.map { column in rows.map { $0[column].displayWidth }.max()! } }
    func total(_ columns: some Collection<Int>) -> Int { columns.reduce(0) { $0 + whole[$1] + 2 } - 2 }
    var whole = widths()
    let keys = Array(columns.indices.prefix { !columns[$0].beginsGroup })
    // If the table, or its widest part, is too wide, the label column is shortened.
    var groups: [[Int]] = []
    for column in columns.indices.dropFirst(keys.count) {
      if columns[column].beginsGroup { groups.append([]) }
      groups[groups.count - 1].append(column)
    }
    let excess = (groups.map { total(keys + $0) }.max() ?? total(keys)) - width
    if excess > 0, let label = keys.first(where: { columns[$0].isLabel }) {
      let room = max(TextTable.narrowestLabel, whole[label] - excess)
      for row in rows.indices { rows[row][label] = rows[row][label].shortened(toColumns: room) }
      whole = widths()
    }
    var parts = [keys]
    for group in groups {
      if parts[parts.count - 1].count > keys.count, total(parts[parts.count - 1] + group) > width { parts.append(keys) }
      parts[parts.count - 1] += group
    }
    return parts.map { part in
      rows.map { row in
        let line = part.map { column in
          let space = String(repeating: " ", count: whole[column] - row[column].displayWidth)
          return columns[column].isNumber ? space + row[column] : row[column] + space
        }.joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed())
      }.joined(separator: "\n")
    }.joined(separator: "\n\n")
  }
}
