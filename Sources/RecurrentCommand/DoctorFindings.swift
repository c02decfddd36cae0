// Doctor findings: the facts that `recurrent doctor` reports, and its advice.

import Foundation
import Recurrent

/// The facts and advice of `recurrent doctor`. The property names are those of its JSON output.
struct Findings: Codable {
  let cpu: String
  let instructionSets: [String]
  /// The instruction set of this package's kernels.
  let kernels: String
  /// The processors that the process may run on, SMT threads each by itself.
  let cores: Int
  let topology: TopologyFindings
  /// The container's processor time limit, in cores; nil without a limit.
  let quota: Double?
  let threads: Int
  let costs: CostFindings
  let backends: [BackendStatus]
  let auto: String
  /// The environment variables that override defaults, with their values.
  let forced: [String: String]
  let openblas: OpenBLASFindings?
  let advice: [String]

  struct BackendStatus: Codable {
    let name: String
    let usable: Bool
    /// The reason why it is not usable; nil if it is.
    let reason: String?
    /// How the products of each precision are computed on this machine, by the precision's name;
    /// nil if the backend is not usable.
    let precisions: [String: String]?

    init(_ name: String, _ reason: String?) {
      (self.name, self.reason, usable) = (name, reason, reason == nil)
      precisions = (try? Backends.make(name, threads: 1)).map { backend in
        Dictionary(uniqueKeysWithValues: Precision.allCases.map { ($0.rawValue, backend.path(of: $0)) })
      }
    }
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
    topology = TopologyFindings(.current)
    quota = machine.quota
    kernels = try Backends.instructionSets().chosen
    forced = Dictionary(
      uniqueKeysWithValues: Backends.variables.compactMap { name in Backends.environment(name).map { (name, $0) } })
    let backend = try Backends.make("auto")
    threads = backend.pool.threads
    costs = CostFindings(CostModel.measured(on: backend), threads: threads)
    backends = Backends.status().map { BackendStatus($0.name, $0.reason) }
    auto = backend.name
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

  /// Recommended changes, most important first.
  private static func advice(machine: Machine, threads: Int, auto: String, openblas: OpenBLASInformation?) throws
    -> [String]
  {
    var advice: [String] = []
    if let name = Backends.environment("RECURRENT_BACKEND"), name != "auto", name != auto {
      advice.append(
        """
        RECURRENT_BACKEND=\(name) forces the \(name) backend, although \(auto) is faster: unset it, unless that is \
        intended.
        """
      )
    }
    let sets = try Backends.instructionSets()
    if sets.chosen != sets.available.last! {
      advice.append(
        """
        RECURRENT_ISA=\(sets.chosen) forces \(sets.chosen) kernels, although this processor has \
        \(sets.available.last!): unset it, unless results must be the same on older machines.
        """
      )
    }
    let most = Topology.current.defaultThreads
    if threads < most {
      advice.append(
        """
        RECURRENT_THREADS=\(threads) is fewer than the \(most) threads that this machine can run: unset it, \
        unless other programs need them.
        """
      )
    }
    if threads > machine.threads {
      let isQuota = machine.quota.map { $0 < Double(machine.cores) } ?? false
      advice.append(
        """
        \(threads) threads are more than the \(machine.threads) that \
        \(isQuota ? "the container's quota allows" : "the cores allow"), and are not all used. Unset \
        RECURRENT_THREADS, or set it to \(machine.threads).
        """
      )
    }
    guard let openblas else {
      advice.append(
        """
        OpenBLAS is not available. Its backend needs libopenblas0 and liblapacke (apt-get install), and a build with \
        the package trait OpenBLAS, which is on by default.
        """
      )
      return advice
    }
    if let pinned = openblas.pinned {
      advice.append(
        """
        OPENBLAS_CORETYPE=\(pinned) forces \(openblas.core) kernels in OpenBLAS, whatever the processor has: unset it, \
        unless results must be the same on older machines.
        """
      )
    }
    if !openblas.obeysThreadCalls {
      advice.append(
        """
        This OpenBLAS (\(openblas.threadModel)) ignores the call that sets its number of threads: set \
        OMP_NUM_THREADS=1, or install libopenblas0-pthread or libopenblas0-serial.
        """
      )
    }
    return advice
  }

  /// The findings as text, wrapped to `columns`.
  func text(columns: Int) -> String {
    var rows: [(String, String)] = [
      ("CPU", cpu), ("instruction sets", instructionSets.joined(separator: " ")), ("kernels", kernels),
    ]
    rows += topology.rows
    rows += [
      ("container quota", quota.map { String(format: "%.2f cores", $0) } ?? "none"), ("threads", String(threads)),
    ]
    rows += costs.rows
    rows += forced.sorted { $0.key < $1.key }.map { ("forced", "\($0.key)=\($0.value)") }
    for backend in backends {
      rows.append(
        (
          "backend \(backend.name)",
          backend.reason.map { "not usable: \($0)" } ?? "usable" + (backend.name == auto ? " (chosen by auto)" : "")
        ))
      for precision in Precision.allCases {
        if let path = backend.precisions?[precision.rawValue] { rows.append(("  \(precision.rawValue)", path)) }
      }
    }
    if let openblas {
      rows += [
        ("OpenBLAS", "\(openblas.version), \(openblas.core) kernels, \(openblas.integerBits)-bit integers"),
        (
          "OpenBLAS threads",
          "\(openblas.threads) by default (\(openblas.threadModel)); "
            + (openblas.obeysThreadCalls ? "set to 1 on each of our threads" : "cannot be set to 1")
        ),
      ]
    }
    let width = rows.map(\.0.count).max()!
    let table = rows.map {
      ($0.0.padding(toLength: width, withPad: " ", startingAt: 0) + "  " + $0.1).wrapped(to: columns, indent: width + 2)
    }
    let lines = advice.isEmpty ? ["No advice."] : advice.map { "advice: \($0)".wrapped(to: columns, indent: 8) }
    return (table + [""] + lines).joined(separator: "\n")
  }
}
