// What a gate says, and to whom.

import Foundation
import Recurrent

extension Report {
  /// The verdict first, then what has changed, then every case.
  func gateText(_ format: Format) -> String {
    guard let gate else { return "" }
    let slower = gate.slower
    let worse = gate.changes.filter(\.isWorse)
    let limit = String(format: "%g %%", 100 * gate.tolerance)
    let numbers = [gate.cases.isEmpty ? nil : "\(gate.cases.count) cases", gate.counts == 0 ? nil : "\(gate.counts) counts"].compactMap { $0 }
    let compared = numbers.joined(separator: ", ")
    let reasons = [
      slower.isEmpty ? nil : "\(slower.count) of \(gate.cases.count) cases take more than \(limit) longer",
      worse.isEmpty ? nil : "\(worse.count) of \(gate.counts) counts have grown",
    ].compactMap { $0 }
    let undecided = gate.undecided
    let verdict =
      if !gate.isComplete {
        "no verdict: it did not reach its end (\(compared.isEmpty ? "nothing" : compared) compared so far)"
      } else if !reasons.isEmpty {
        "REGRESSION: " + reasons.joined(separator: "; ")
      } else if !undecided.isEmpty {
        "no verdict: \(undecided.count) of \(gate.cases.count) cases take longer, but other programs had the processor"
      } else {
        "no regression (\(compared))"
      }
    var text = format == .markdown ? "## \(verdict)\n\n" : "\(verdict)\n\n"
    if !slower.isEmpty { text += aligned(caseLines(slower), title: "Slower", format) + "\n" }
    if !undecided.isEmpty { text += aligned(caseLines(undecided), title: "Undecided", format) + "\n" }
    if !gate.changes.isEmpty {
      let lines = gate.changes.map { [$0.problem, $0.backend, $0.count, "\($0.before)", "\($0.now)", $0.isWorse ? "more" : "fewer"] }
      text += aligned([["", "backend", "count", "before", "now", ""]] + lines, title: "Counts that have changed", format) + "\n"
    }
    if gate.cases.contains(where: { $0.verdict == .faster }) || gate.changes.contains(where: { !$0.isWorse }) {
      text += "Some of this is better than before: a new baseline would keep it so.\n\n"
    }
    if !gate.cases.isEmpty { text += aligned(caseLines(gate.cases), title: "All cases", format) }
    return text
  }

  private func caseLines(_ cases: [Gate.Case]) -> [[String]] {
    [["", "backend", "before", "now", "longer", "fastest", "witness", "p", "measured", ""]]
      + cases.map { c in
        [
          c.problem, c.backend, figure(c.figures.before, c.figures.unit), figure(c.figures.now, c.figures.unit), percent(c.slowdown.median),
          percent(c.slowdown.least), c.slowdown.witness.map(percent) ?? "", c.slowdown.probability < 1e-4 ? "<0.0001" : number(c.slowdown.probability, 4),
          c.attempts == 1 ? "once" : "\(c.attempts) times", c.verdict == .same ? "" : c.verdict.rawValue,
        ]
      }
  }

  private func figure(_ value: Double, _ unit: Trial.Figures.Unit) -> String {
    switch unit {
    case .peak: number(100 * value, 1) + " % of peak"
    case .bandwidth: number(100 * value, 1) + " % of bandwidth"
    case .seconds: time(value)
    case .ratio: number(value, 3) + " times"
    }
  }

  private func percent(_ change: Double) -> String { (change < 0 ? "" : "+") + number(100 * change, 1) + " %" }

  func gateCSV() -> String {
    guard let gate else { return "" }
    let header = "problem,backend,unit,before,now,longer,fastest_longer,witness_longer,p,attempts,verdict"
    let cases = gate.cases.map { c in
      "\"\(c.problem)\",\(c.backend),\(c.figures.unit.rawValue),\(c.figures.before),\(c.figures.now),\(c.slowdown.median),\(c.slowdown.least),\(c.slowdown.witness.map { "\($0)" } ?? ""),\(c.slowdown.probability),\(c.attempts),\(c.verdict)"
    }
    let changes = gate.changes.map { "\"\($0.problem)\",\($0.backend),\($0.count),\($0.before),\($0.now),,,,,,\($0.isWorse ? "more" : "fewer")" }
    return ([header] + cases + changes).joined(separator: "\n") + "\n"
  }
}
