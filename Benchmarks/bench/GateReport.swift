// Gate report: the verdict and tables of a gate, as text and CSV.

import Foundation
import Recurrent

extension Report {
  /// The verdict, then the changes, then all cases.
  func gateText(_ format: Format, width: Int?) -> String {
    guard let gate else { return "" }
    let slower = gate.slower
    let worse = gate.changes.filter(\.isWorse)
    let limit = String(format: "%g %%", 100 * gate.tolerance)
    let numbers = [
      gate.cases.isEmpty ? nil : "\(gate.cases.count) cases", gate.counts == 0 ? nil : "\(gate.counts) counts",
    ].compactMap { $0 }
    let compared = numbers.joined(separator: ", ")
    let reasons = [
      slower.isEmpty ? nil : "\(slower.count) of \(gate.cases.count) cases take more than \(limit) longer",
      worse.isEmpty ? nil : "\(worse.count) of \(gate.counts) counts have grown",
    ].compactMap { $0 }
    let undecided = gate.undecided
    let verdict =
      if !gate.isComplete {
        "no verdict: the gate is incomplete (\(compared.isEmpty ? "nothing" : compared) compared)"
      } else if !reasons.isEmpty {
        "REGRESSION: " + reasons.joined(separator: "; ")
      } else if !undecided.isEmpty {
        "no verdict: \(undecided.count) of \(gate.cases.count) cases take longer, but other programs had the processor"
      } else {
        "no regression (\(compared))"
      }
    var text = format == .markdown ? "## \(verdict)\n\n" : "\(verdict)\n\n"
    let columns = caseColumns(width == nil)
    func table(_ cases: [Gate.Case], _ title: String) -> String {
      aligned(columns, cases.map { caseCells($0, width == nil) }, title: title, format, width: width)
    }
    if !slower.isEmpty { text += table(slower, "Slower") + "\n" }
    if !undecided.isEmpty { text += table(undecided, "Undecided") + "\n" }
    if !gate.changes.isEmpty {
      let lines = gate.changes.map {
        [$0.problem, $0.backend, $0.count, "\($0.before)", "\($0.now)", $0.isWorse ? "more" : "fewer"]
      }
      let columns: [TextTable.Column] = [
        .text(""), .text("backend"), .text("count"), .number("before"), .number("now"), .text(""),
      ]
      text += aligned(columns, lines, title: "Changed counts", format, width: width) + "\n"
    }
    if gate.cases.contains(where: { $0.verdict == .faster }) || gate.changes.contains(where: { !$0.isWorse }) {
      text += "Some cases or counts are better than before: save a new baseline to hold later builds to them.\n\n"
    }
    if !gate.cases.isEmpty { text += table(gate.cases, "All cases") }
    return text
  }

  private func caseColumns(_ details: Bool) -> [TextTable.Column] {
    [
      .text(""), .text("backend"), .number("before", beginsGroup: true), .number("now"),
      .number("longer", beginsGroup: true),
    ]
      + (details ? [.number("fastest"), .number("witness"), .number("p")] : []) + [
        .number("measured", beginsGroup: true), .text(""),
      ]
  }

  private func caseCells(_ c: Gate.Case, _ details: Bool) -> [String] {
    [
      c.problem, c.backend, figure(c.figures.before, c.figures.unit, named: false),
      figure(c.figures.now, c.figures.unit), percent(c.slowdown.median),
    ]
      + (details
        ? [
          percent(c.slowdown.least), c.slowdown.witness.map(percent) ?? "",
          c.slowdown.probability < 1e-4 ? "<0.0001" : number(c.slowdown.probability, 4),
        ] : [])
      + [c.attempts == 1 ? "once" : "\(c.attempts) times", c.verdict == .same ? "" : c.verdict.rawValue]
  }

  /// A value with its unit; with `named`, a share says of what.
  private func figure(_ value: Double, _ unit: Trial.Figures.Unit, named: Bool = true) -> String {
    switch unit {
    case .peak: marked(number(100 * value, 1) + " %", if: value > 1) + (named ? " of peak" : "")
    case .bandwidth: marked(number(100 * value, 1) + " %", if: value > 1) + (named ? " of bandwidth" : "")
    case .seconds: time(value)
    case .ratio: number(value, 3) + " times"
    }
  }

  func gateCSV() -> String {
    guard let gate else { return "" }
    let header = "problem,backend,unit,before,now,longer,fastest_longer,witness_longer,p,attempts,verdict"
    let cases = gate.cases.map { c in
      """
      "\(c.problem)",\(c.backend),\(c.figures.unit.rawValue),\(c.figures.before),\(c.figures.now),\
      \(c.slowdown.median),\(c.slowdown.least),\(c.slowdown.witness.map { "\($0)" } ?? ""),\
      \(c.slowdown.probability),\(c.attempts),\(c.verdict)
      """
    }
    let changes = gate.changes.map {
      "\"\($0.problem)\",\($0.backend),\($0.count),\($0.before),\($0.now),,,,,,\($0.isWorse ? "more" : "fewer")"
    }
    return ([header] + cases + changes).joined(separator: "\n") + "\n"
  }
}

/// A relative change as a percentage with its sign.
func percent(_ change: Double) -> String { (change < 0 ? "" : "+") + number(100 * change, 1) + " %" }
