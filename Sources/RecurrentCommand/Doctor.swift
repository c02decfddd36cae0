// `recurrent doctor`: shows the processor, its limits and the backends, with advice.

import ArgumentParser
import Foundation
import Recurrent

struct Doctor: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    abstract: "Shows the processor, its limits, the backends and how they compute each precision, with advice.")

  enum Format: String, CaseIterable, ExpressibleByArgument { case table, json }

  @Option(help: "Output: table or json.") var format = Format.table

  var caller: String { "doctor" }
  var options: [String] { ["format"] }

  func run() throws {
    let findings = try Findings()
    switch format {
    case .json:
      try StandardOutput.writeLine(JSON.encode(findings, pretty: true))
    case .table:
      try StandardOutput.writeLine(findings.text(columns: StandardOutput.columns))
    }
  }
}
