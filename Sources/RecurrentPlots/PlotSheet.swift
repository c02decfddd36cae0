// Sheets of plots: several line plots in one SVG document.

import Foundation
import RecurrentCore
import RecurrentInterchange

/// Rows of small plots under one title, with one legend: all have the same series, in the same
/// order. A series without points is allowed. As legible on light and dark pages as a `LinePlot`.
package struct PlotSheet {
  /// Plots side by side, with what they have in common above them. Their own titles do not show.
  package struct Row {
    package let heading: String
    package let plots: [LinePlot]

    package init(_ heading: String, _ plots: [LinePlot]) { (self.heading, self.plots) = (heading, plots) }
  }

  package let title: String
  package let rows: [Row]

  /// Stops unless all plots have series of the same names.
  package init(title: String, rows: [Row]) {
    let names = rows.flatMap(\.plots).map { $0.series.map(\.name) }
    require(names.allSatisfy { $0 == names[0] }, "PlotSheet '\(title)': its plots have series of different names")
    (self.title, self.rows) = (title, rows)
  }

  private static let panel = (width: 420, height: 260)
  private static let top = 76
  private static let headingRow = 30

  package func svg() -> String {
    let (panel, names) = (PlotSheet.panel, rows.first?.plots.first?.series.map(\.name) ?? [])
    var content = "<text class=\"title\" x=\"16\" y=\"28\">\(LinePlot.escaped(title))</text>\n"
    var x = 16
    for (index, name) in names.enumerated() {
      content += LinePlot.legend(name, index, x: x, y: 50)
      x += 60 + 8 * name.count
    }
    for (index, row) in rows.enumerated() {
      let y = PlotSheet.top + index * (panel.height + PlotSheet.headingRow)
      content += "<text class=\"heading\" x=\"16\" y=\"\(y + 16)\">\(LinePlot.escaped(row.heading))</text>\n"
      for (column, plot) in row.plots.enumerated() {
        content += "<g transform=\"translate(\(column * panel.width) \(y + PlotSheet.headingRow))\">\n"
        content +=
          plot.drawing(LinePlot.Frame(width: panel.width, height: panel.height), LinePlot.Axes(plot)) + "</g>\n"
      }
    }
    let columns = rows.map(\.plots.count).max() ?? 1
    let texts = ([title] + rows.map(\.heading)).map { 32 + 10 * $0.count }.max()!
    return LinePlot.document(
      title, width: max(columns * panel.width, x, texts),
      height: PlotSheet.top + rows.count * (panel.height + PlotSheet.headingRow), content)
  }

  /// Writes `svg()` to a file, whole or not at all. Throws `RecurrentError` if it
  /// cannot be written.
  package func write(to path: String) throws(RecurrentError) { try AtomicFile.write(Data(svg().utf8), to: path) }
}
