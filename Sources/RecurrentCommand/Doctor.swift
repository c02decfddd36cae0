// `recurrent doctor`: what this machine offers, and what stands in the way.

import ArgumentParser
import Foundation
import Recurrent

struct Doctor: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    abstract: "Shows the processor, its limits and the backends, with advice.")

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

/// What the doctor finds. The JSON output has these names.
struct Findings: Codable {
  let cpu: String
  let instructionSets: [String]
  /// That of our own kernels.
  let kernels: String
  let cores: Int
  /// Cores' worth of processor time; nil without a limit.
  let quota: Double?
  let threads: Int
  let backends: [BackendStatus]
  let auto: String
  /// The environment variables that choose instead of this program, with their values.
  let forced: [String: String]
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
    kernels = try Backends.instructionSets().chosen
    forced = Dictionary(
      uniqueKeysWithValues: Backends.variables.compactMap { name in Backends.environment(name).map { (name, $0) } })
    threads = try Backends.make("swift").pool.threads
    backends = Backends.status().map { BackendStatus(name: $0.name, usable: $0.reason == nil, reason: $0.reason) }
    auto = try Backends.make("auto", threads: 1).name
    let information = OpenBLASInformation.current
    openblas = information.map {
      OpenBLASFindings(
        version: $0.version, configuration: $0.configuration, core: $0.core, threadModel: $0.threadModel,
        threads: $0.threads,
        integerBits: $0.integerBits, obeysThreadCalls: $0.obeysThreadCalls, pinned: $0.pinned)
    }
    advice = try Findings.advice(
      machine: machine, threads: try Backends.threadCount(), auto: auto, openblas: information)
  }

  /// What to change, most important first.
  private static func advice(machine: Machine, threads: Int, auto: String, openblas: OpenBLASInformation?) throws
    -> [String]
  {
    var advice: [String] = []
    if let name = Backends.environment("RECURRENT_BACKEND"), name != "auto", name != auto {
      advice.append(
        "RECURRENT_BACKEND=\(name) holds every command to the \(name) backend, where \(auto) is faster: unset it, unless that is meant."
      )
    }
    let sets = try Backends.instructionSets()
    if sets.chosen != sets.available.last! {
      advice.append(
        "RECURRENT_ISA=\(sets.chosen) holds the kernels to \(sets.chosen), though this processor has \(sets.available.last!): unset it, unless results must be the same on older machines."
      )
    }
    if threads < machine.threads {
      advice.append(
        "RECURRENT_THREADS=\(threads) leaves some of the \(machine.threads) threads unused that there is room for: unset it, unless other programs need them."
      )
    }
    if threads > machine.threads {
      advice.append(
        "\(threads) threads are more than the \(machine.threads) that \(machine.quota.map { $0 < Double(machine.cores) } ?? false ? "the container's quota" : "the cores") allow, and are not all used. Unset RECURRENT_THREADS, or set it to \(machine.threads)."
      )
    }
    guard let openblas else {
      advice.append(
        "There is no OpenBLAS. Its backend needs libopenblas0 and liblapacke (apt-get install), and a build with the package trait OpenBLAS on, as it is by default."
      )
      return advice
    }
    if let pinned = openblas.pinned {
      advice.append(
        "OPENBLAS_CORETYPE=\(pinned) holds OpenBLAS to \(openblas.core) kernels, whatever the processor has: unset it, unless results must be the same on older machines."
      )
    }
    if !openblas.obeysThreadCalls {
      advice.append(
        "This OpenBLAS (\(openblas.threadModel)) ignores the call that sets its number of threads: set OMP_NUM_THREADS=1, or install libopenblas0-pthread or libopenblas0-serial."
      )
    }
    return advice
  }

  /// Lines of up to `columns`.
  func text(columns: Int) -> String {
    var rows: [(String, String)] = [
      ("CPU", cpu), ("instruction sets", instructionSets.joined(separator: " ")), ("kernels", kernels),
      ("cores", String(cores)),
      ("container quota", quota.map { String(format: "%.2f cores", $0) } ?? "none"), ("threads", String(threads)),
    ]
    rows += forced.sorted { $0.key < $1.key }.map { ("forced", "\($0.key)=\($0.value)") }
    for backend in backends {
      rows.append(
        (
          "backend \(backend.name)",
          backend.reason.map { "not usable: \($0)" } ?? "usable" + (backend.name == auto ? " (auto's choice)" : "")
        ))
    }
    if let openblas {
      rows += [
        ("OpenBLAS", "\(openblas.version), \(openblas.core) kernels, \(openblas.integerBits)-bit integers"),
        (
          "OpenBLAS threads",
          "\(openblas.threads) by itself (\(openblas.threadModel)); "
            + (openblas.obeysThreadCalls ? "held to 1 inside each of ours" : "cannot be held to 1")
        ),
      ]
    }
    let width = rows.map(\.0.count).max()!
    let table = rows.map {
      ($0.0.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + $0.1).wrapped(to: columns, indent: width + 2)
    }
    let lines = advice.isEmpty ? ["Nothing to advise."] : advice.map { "advice: \($0)".wrapped(to: columns, indent: 8) }
    return (table + [""] + lines).joined(separator: "\n")
  }
}
