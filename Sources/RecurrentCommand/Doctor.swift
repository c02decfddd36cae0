// `recurrent doctor`: what this machine offers, and what stands in the way.

import ArgumentParser
import Foundation
import Recurrent

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows the processor, its limits and the backends, with advice.")

  enum Format: String, CaseIterable, ExpressibleByArgument { case table, json }

  @Option(help: "Output: table or json.") var format = Format.table

  func run() throws {
    let findings: Findings
    // An environment variable with a wrong value, as for the commands that take options for these.
    do { findings = try Findings() } catch let error as RecurrentError { throw ValidationError(error.description) }
    switch format {
    case .json:
      try StandardOutput.writeLine(JSON.encode(findings, pretty: true))
    case .table:
      try StandardOutput.writeLine(findings.text)
    }
  }
}

/// What the doctor finds. The JSON output has these names.
struct Findings: Codable {
  let cpu: String
  let instructionSets: [String]
  let cores: Int
  /// Cores' worth of processor time; nil without a limit.
  let quota: Double?
  let threads: Int
  let backends: [BackendStatus]
  let auto: String
  let openblas: OpenBLASFindings?
  let advice: [String]

  struct BackendStatus: Codable {
    let name: String
    let usable: Bool
    /// Why it is not usable.
    let reason: String?
  }

  struct OpenBLASFindings: Codable {
    let version, configuration, core, threadModel: String
    let threads, integerBits: Int
    let obeysThreadCalls: Bool
    let pinned: String?
  }

  init() throws {
    let machine = Machine.current
    cpu = machine.cpu
    instructionSets = machine.instructionSets
    cores = machine.cores
    quota = machine.quota
    threads = try Backends.make("swift").pool.threads
    backends = Backends.status().map { BackendStatus(name: $0.name, usable: $0.reason == nil, reason: $0.reason) }
    auto = try Backends.make("auto", threads: 1).name
    let information = OpenBLASInformation.current
    openblas = information.map {
      OpenBLASFindings(
        version: $0.version, configuration: $0.configuration, core: $0.core, threadModel: $0.threadModel, threads: $0.threads,
        integerBits: $0.integerBits, obeysThreadCalls: $0.obeysThreadCalls, pinned: $0.pinned)
    }
    advice = Findings.advice(machine: machine, threads: try Backends.threadCount(), openblas: information)
  }

  /// What to change, most important first.
  static func advice(machine: Machine, threads: Int, openblas: OpenBLASInformation?) -> [String] {
    var advice: [String] = []
    if threads > machine.threads {
      advice.append(
        "\(threads) threads are more than the \(machine.threads) that \(machine.quota.map { $0 < Double(machine.cores) } ?? false ? "the container's quota" : "the cores") allow, and are not all used. Unset RECURRENT_THREADS, or set it to \(machine.threads).")
    }
    guard let openblas else {
      advice.append("There is no OpenBLAS. Its backend needs libopenblas0 and liblapacke (apt-get install), and a build with the package trait OpenBLAS on, as it is by default.")
      return advice
    }
    if let pinned = openblas.pinned {
      advice.append("OPENBLAS_CORETYPE=\(pinned) holds OpenBLAS to \(openblas.core) kernels, whatever the processor has: unset it, unless results must be the same on older machines.")
    }
    if !openblas.obeysThreadCalls {
      advice.append("This OpenBLAS (\(openblas.threadModel)) ignores the call that sets its number of threads: set OMP_NUM_THREADS=1, or install libopenblas0-pthread or libopenblas0-serial.")
    }
    return advice
  }

  var text: String {
    var rows: [(String, String)] = [
      ("CPU", cpu), ("instruction sets", instructionSets.joined(separator: " ")), ("cores", String(cores)),
      ("container quota", quota.map { String(format: "%.2f cores", $0) } ?? "none"), ("threads", String(threads)),
    ]
    for backend in backends {
      rows.append(("backend \(backend.name)", backend.reason.map { "not usable: \($0)" } ?? "usable" + (backend.name == auto ? " (auto's choice)" : "")))
    }
    if let openblas {
      rows += [
        ("OpenBLAS", "\(openblas.version), \(openblas.core) kernels, \(openblas.integerBits)-bit integers"),
        ("OpenBLAS threads", "\(openblas.threads) by itself (\(openblas.threadModel)); " + (openblas.obeysThreadCalls ? "held to 1 inside each of ours" : "cannot be held to 1")),
      ]
    }
    let width = rows.map(\.0.count).max()!
    let table = rows.map { $0.0 + String(repeating: " ", count: width - $0.0.count) + "  " + $0.1 }
    return (table + (advice.isEmpty ? ["", "Nothing to advise."] : [""] + advice.map { "advice: " + $0 })).joined(separator: "\n")
  }
}
