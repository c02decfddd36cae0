// Report text: the results of `bench` as tables, Markdown, JSON and CSV.

import Foundation
import Recurrent

/// The output format.
enum Format: String, CaseIterable { case table, json, csv, markdown }

extension Report {
  /// The report in a format. `width` is the maximum width of a table without details; nil for all
  /// details.
  func rendered(_ format: Format, width: Int? = TextTable.width) throws -> String {
    switch format {
    case .json:
      return try JSON.encode(self, pretty: true, keys: .convertToSnakeCase) + "\n"
    case .csv where gate != nil: return gateCSV()
    case .csv where layerCosts != nil: return layerCSV(layerCosts!)
    case .csv where serving != nil: return servingCSV(serving!)
    case .csv where profiles != nil: return profileCSV(profiles!)
    case .csv:
      let isScaling = threadPeaks != nil
      let header =
        """
        cell,mode,backend,input,hidden,batch,length,layers,directions,ragged,threads,median_s,min_s,p90_s,rounds,\
        gflops,fraction_of_peak,precision,vocabulary
        """ + (isScaling ? ",speedup,efficiency" : "")
      let rows = results.map { r in
        """
        \(r.cell),\(r.mode),\(r.backend),\(r.input),\(r.hidden),\(r.batch),\(r.length),\(r.layers),\(r.directions),\
        \(r.ragged),\(r.threads),\(r.seconds.median),\(r.seconds.min),\(r.seconds.p90),\(r.rounds),\(r.gflops),\
        \(r.fraction_of_peak),\(r.precision),\(r.vocabulary.map(String.init) ?? "")
        """ + (isScaling ? ",\(r.speedup ?? .nan),\(r.efficiency ?? .nan)" : "")
      }
      return ([header] + rows).joined(separator: "\n") + "\n"
    case .table, .markdown:
      // Notes are not wrapped, so that they can be searched for.
      let lines =
        host.lines.map {
          format == .markdown ? $0 : $0.wrapped(to: min(TextTable.width, width ?? TextTable.width), indent: 2)
        } + notes
      var text = lines.map { format == .markdown ? "- \($0)\n" : "\($0)\n" }.joined() + "\n"
      if gate != nil { return gateText(format, width: width) + "\n" + text + disturbance(format) }
      if let layerCosts { return text + layerTables(layerCosts, format, width: width) }
      if let serving { return text + servingTables(serving, format, width: width) }
      if let profiles { return text + profileTables(profiles, format, width: width) }
      if threadPeaks != nil { text += scalingTables(format, width: width) }
      for table in threadPeaks == nil ? results.map(\.table).uniqued() : [] {
        text += tableText(results.filter { $0.table == table }, title: table, format, width: width) + "\n"
      }
      if !results.isEmpty, !host.peers.isEmpty { text += comparison(format, width: width) + "\n" }
      if results.map(\.precision).uniqued().count > 1 { text += precisions(format, width: width) + "\n" }
      return text + disturbance(format)
    }
  }

  /// A table with a row for each mode and length, and columns for each backend and precision. From
  /// the second one on, a column has its speed relative to the first one; for a peer, the speed of
  /// the first backend in the same precision relative to the peer.
  private func tableText(_ results: [Result], title: String, _ format: Format, width: Int?) -> String {
    let contestants = results.map(\.contestant).uniqued()
    /// For each, the one that it is compared with, and whether it is a peer.
    let others = contestants.map { name -> (name: String, ofPeer: Bool) in
      let result = results.first { $0.contestant == name }!
      guard isPeer(result.backend) else { return (contestants[0], false) }
      let ours = results.first { !isPeer($0.backend) && $0.precision == result.precision }
      return (ours?.contestant ?? contestants[0], true)
    }
    let details = width == nil
    var columns: [TextTable.Column] = [.text(""), .number("length")]
    for (index, name) in contestants.enumerated() {
      columns.append(.number(name, beginsGroup: true))
      columns += (details ? ["per step", "GFLOP/s", "of peak", "spread"] : ["of peak"]).map { .number($0) }
      if index > 0 {
        let other = others[index]
        columns.append(.number(other.ofPeer ? "\(other.name) : \(name)" : "\(name) : \(other.name)"))
      }
    }
    let rows = results.map(\.row).uniqued().map { row in
      let cells = results.filter { $0.row == row }
      var line = [cells[0].mode.rawValue, String(cells[0].length)]
      for (index, name) in contestants.enumerated() {
        guard let r = cells.first(where: { $0.contestant == name }) else {
          line += Array(repeating: "", count: (details ? 5 : 2) + (index > 0 ? 1 : 0))
          continue
        }
        let share = marked(number(100 * r.fraction_of_peak, 1) + " %", if: r.fraction_of_peak > 1)
        if details {
          line += [
            time(r.seconds.median), time(r.seconds.median / Double(r.length)), number(r.gflops, 1), share,
            marked("+" + number(100 * r.spread, 0) + " %", if: r.spread > 1),
          ]
        } else {
          line += [marked(time(r.seconds.median), if: r.spread > 1), share]
        }
        if index > 0 {
          let other = others[index]
          let ratio = cells.first { $0.contestant == other.name }.map { $0.seconds.median / r.seconds.median }
          line.append(ratio.map { number(other.ofPeer ? 1 / $0 : $0, 2) } ?? "")
        }
      }
      return line
    }
    return aligned(columns, rows, title: title, format, width: width)
  }

  /// A cell, with a mark if its value was disturbed; else with a blank, if any value of the report
  /// was.
  func marked(_ cell: String, if isDisturbed: Bool) -> String {
    isDisturbed ? cell + "*" : self.isDisturbed ? cell + " " : cell
  }

  /// Whether any value shown was disturbed by other programs or a change of the clock rate.
  private var isDisturbed: Bool {
    guard let gate else { return results.contains { $0.fraction_of_peak > 1 || $0.spread > 1 } }
    return gate.cases.contains {
      ($0.figures.unit == .peak || $0.figures.unit == .bandwidth) && max($0.figures.before, $0.figures.now) > 1
    }
  }

  /// The explanation of the mark; empty if there is none.
  private func disturbance(_ format: Format) -> String {
    if !isDisturbed { return "" }
    let text =
      gate == nil
      ? """
      disturbed: a share above 100 %, or a spread above 100 % (how much longer the 90th percentile is than the \
      median). Other programs had the processor, or its clock rate changed after the measurement of the peak: measure \
      again.
      """
      : """
      disturbed: a share above 100 %. The processor's clock rate, or the use of memory by other programs, changed \
      after the measurement of the peak.
      """
    return format == .markdown ? "\\* \(text)\n" : "* \(text)".wrapped(to: TextTable.width, indent: 2) + "\n"
  }

  func isPeer(_ backend: String) -> Bool { host.peers.contains { $0.name == backend } }

  /// The results of each problem, of all contestants.
  private var points: [[Result]] {
    let points = Dictionary(grouping: results, by: \.problem)
    return results.map(\.problem).uniqued().map { points[$0]! }
  }

  /// The speed of the first backend relative to each peer in the same precision, and to the fastest
  /// peer of each problem.
  private func comparison(_ format: Format, width: Int?) -> String {
    let (ours, peers) = (results[0].backend, host.peers.map(\.name))
    var lines: [[String]] = []
    for kind in results.map(\.kind).uniqued() {
      for precision in results.map(\.precision).uniqued() {
        for (title, names) in peers.map({ ($0, [$0]) }) + (peers.count > 1 ? [("the fastest", peers)] : []) {
          let ratios = points.compactMap { point -> (ratio: Double, point: String)? in
            let inPrecision = point.filter { $0.kind == kind && $0.precision == precision }
            guard let own = inPrecision.first(where: { $0.backend == ours }) else { return nil }
            let fastest = inPrecision.filter { names.contains($0.backend) }.map(\.seconds.median).min()
            return fastest.map { ($0 / own.seconds.median, own.point) }
          }
          lines += [relative([kind + precision.suffix, title], ratios)].compactMap { $0 }
        }
      }
    }
    return relativeTable("\(ours) against the peers: relative speed", ["", "against"], lines, format, width: width)
  }

  /// The speed of each contestant in the other precisions relative to its own in the first one.
  private func precisions(_ format: Format, width: Int?) -> String {
    let precisions = results.map(\.precision).uniqued()
    var lines: [[String]] = []
    for kind in results.map(\.kind).uniqued() {
      for backend in results.map(\.backend).uniqued() {
        for precision in precisions.dropFirst() {
          let ratios = points.compactMap { point -> (ratio: Double, point: String)? in
            let own = point.filter { $0.kind == kind && $0.backend == backend }
            guard let first = own.first(where: { $0.precision == precisions[0] }),
              let other = own.first(where: { $0.precision == precision })
            else { return nil }
            return (first.seconds.median / other.seconds.median, other.point)
          }
          lines += [relative([kind, backend, precision.rawValue], ratios)].compactMap { $0 }
        }
      }
    }
    return lines.isEmpty
      ? ""
      : relativeTable(
        "against \(precisions[0]): relative speed", ["", "backend", "precision"], lines, format, width: width)
  }

  /// The line of relative speeds at some points; nil if there are none.
  private func relative(_ titles: [String], _ ratios: [(ratio: Double, point: String)]) -> [String]? {
    guard let worst = ratios.min(by: { $0.ratio < $1.ratio }) else { return nil }
    let mean = exp(ratios.map { log($0.ratio) }.reduce(0, +) / Double(ratios.count))
    let slower = ratios.filter { $0.ratio < 1 }.count
    return titles + ["\(ratios.count)", number(mean, 2), "\(slower)", number(worst.ratio, 2), worst.point]
  }

  private func relativeTable(
    _ title: String, _ titles: [String], _ lines: [[String]], _ format: Format, width: Int?
  ) -> String {
    let columns: [TextTable.Column] =
      titles.map { .text($0) } + [
        .number("points"), .number("geometric mean"), .number("slower at"), .number("worst"), .text("where"),
      ]
    return aligned(columns, lines, title: title, format, width: width)
  }

  /// A table with a title.
  func aligned(_ columns: [TextTable.Column], _ rows: [[String]], title: String, _ format: Format, width: Int?)
    -> String
  {
    if format == .markdown {
      func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
      let head = [line(columns.map(\.title)), line(columns.map { $0.isNumber ? "---:" : "---" })]
      return "### \(title)\n\n" + (head + rows.map(line)).joined(separator: "\n") + "\n"
    }
    var table = TextTable(columns)
    for row in rows { table.add(row) }
    return title + "\n" + table.text(width: width ?? .max) + "\n"
  }
}

/// A number with `digits` decimals; "nan" for NaN of either sign.
func number(_ value: Double, _ digits: Int) -> String {
  value.isNaN ? "nan" : String(format: "%.\(digits)f", value)
}

/// A time in us, ms or s.
func time(_ seconds: Double) -> String {
  switch seconds {
  case ..<1e-3: number(seconds * 1e6, 1) + " us"
  case ..<1: number(seconds * 1e3, 2) + " ms"
  default: number(seconds, 2) + " s"
  }
}

extension Array where Element: Hashable {
  /// The distinct elements, in order.
  func uniqued() -> [Element] { uniqued(by: { $0 }) }
}

extension Array {
  /// The first element of each key, in order.
  func uniqued<Key: Hashable>(by key: (Element) -> Key) -> [Element] {
    var seen = Set<Key>()
    return filter { seen.insert(key($0)).inserted }
  }
}
