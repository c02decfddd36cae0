// Report plot: time per step and share of the peak by sequence length, as SVG.

import Recurrent
import RecurrentPlots

extension Report {
  /// Plots time per step and share of the peak by sequence length, with a line for each backend and
  /// precision and a row for each kind of problem. The peak is marked, of each precision.
  func draw(to path: String) throws {
    let contestants = results.map(\.contestant).uniqued()
    let kinds = results.map { [$0.table, $0.mode.rawValue] }.uniqued()
    let tables = results.map(\.sizes).uniqued()
    let rows = kinds.map { kind in
      let results = results.filter { [$0.table, $0.mode.rawValue] == kind }
      func series(_ y: (Result) -> Double) -> [LinePlot.Series] {
        contestants.map { name in
          let points = results.filter { $0.contestant == name }.sorted { $0.length < $1.length }
          return LinePlot.Series(name, x: points.map { Double($0.length) }, y: points.map(y))
        }
      }
      let x = LinePlot.Axis("sequence length", scale: .log2)
      // The time of a step at the peak; ragged batches have fewer valid steps.
      let floors = results.map(\.precision).uniqued().map { precision in
        let floors = results.filter { $0.precision == precision }.map {
          1e6 * $0.seconds.median * $0.fraction_of_peak / Double($0.length)
        }
        return LinePlot.Reference(y: floors.median, label: "at the peak" + precision.suffix)
      }
      return PlotSheet.Row(
        results[0].kind + (tables.count > 1 ? ": \(results[0].sizes)" : ""),
        [
          LinePlot(
            title: "", x: x, y: .init("µs per step", scale: .log10),
            series: series { 1e6 * $0.seconds.median / Double($0.length) },
            references: floors),
          LinePlot(
            title: "", x: x, y: .init("% of peak"), series: series { 100 * $0.fraction_of_peak },
            references: [.init(y: 100, label: "peak")]),
        ])
    }
    let common = tables.count == 1 ? "\(tables[0]), " : ""
    let threads = host.threads == 1 ? "1 thread" : "\(host.threads) threads"
    try PlotSheet(title: "\(common)\(threads), \(host.cpu)", rows: rows).write(to: path)
  }
}
