// Topology findings: what `recurrent doctor` reports of cores, caches and memory nodes.

import Foundation
import Recurrent

/// The physical cores that the process may use, and which of them share what. The property names are
/// those of doctor's JSON output.
struct TopologyFindings: Codable {
  let physicalCores: Int
  /// The running processors: SMT threads each by itself.
  let processors: Int
  /// The sizes of caches in bytes, the smallest where they differ; nil where the system does not tell.
  let l1d, l2, l3: Int?
  /// The number of cores that share each L2, each L3 and each memory node.
  let coresOfL2, coresOfL3, coresOfNode: [Int]
  /// Each core's speed relative to the fastest, from 0 to 1.
  let capacities: [Double]

  init(_ topology: Topology) {
    physicalCores = topology.cores.count
    processors = topology.processors.count { $0.isOnline }
    (l1d, l2, l3) = (topology.caches.l1d, topology.caches.l2, topology.caches.l3)
    coresOfL2 = topology.l2Groups.map(\.count)
    coresOfL3 = topology.l3Groups.map(\.count)
    coresOfNode = topology.nodes.map(\.count)
    capacities = topology.cores.map(\.capacity)
  }

  /// Lines of the table: names and texts.
  var rows: [(String, String)] {
    var cores = counted(physicalCores, "core")
    if processors > physicalCores { cores += ", \(processors) SMT threads" }
    // Cores whose highest frequencies differ a little are of one kind.
    let little = capacities.filter { $0 < 0.9 }
    if !little.isEmpty {
      cores += "; \(little.count) of them little, \(percent(little.min()!)) as fast as the others"
    }
    let sizes = [("L1d", l1d, nil), ("L2", l2, coresOfL2), ("L3", l3, coresOfL3)] as [(String, Int?, [Int]?)]
    let caches = sizes.compactMap { name, bytes, sharers in
      bytes.map { "\(name) \(binarySize($0))" + (sharers.map(sharing) ?? "") }
    }
    return [
      ("cores", cores), ("caches", caches.isEmpty ? "not told by the system" : caches.joined(separator: "; ")),
      ("memory nodes", coresOfNode.count == 1 ? "1" : "\(coresOfNode.count), of \(range(coresOfNode)) cores"),
    ]
  }

  /// " shared by 8 cores, 4 of them", " of each core".
  private func sharing(_ sharers: [Int]) -> String {
    if sharers == [1] { return "" }
    if sharers.allSatisfy({ $0 == 1 }) { return " of each core" }
    return " shared by \(range(sharers)) cores" + (sharers.count > 1 ? ", \(sharers.count) of them" : "")
  }

  private func range(_ counts: [Int]) -> String {
    let (least, most) = (counts.min()!, counts.max()!)
    return least == most ? "\(least)" : "\(least) to \(most)"
  }

  private func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }

  /// A size in powers of 1024: "48 KiB", "1.25 MiB".
  private func binarySize(_ bytes: Int) -> String {
    let isSmall = bytes < 1 << 20
    return String(format: "%.4g", Double(bytes) / (isSmall ? 1024 : 1_048_576)) + (isSmall ? " KiB" : " MiB")
  }
}
