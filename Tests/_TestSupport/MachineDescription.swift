// Machine descriptions: the files in which Linux describes a machine's processors, made from a few
// numbers.

/// A machine, and what a process may use of it, in place of a recorded `/sys/devices/system`.
///
/// Cores have numbers from 0 on: `cores / nodes` consecutive ones are a node, `coresOfL3` share an
/// L3, `coresOfL2` an L2. Linux numbers processors like cores; the second SMT thread of core c is
/// `cores + c`, as on most machines with two threads a core. With `interleaved`, node n has the
/// cores n, n + nodes, n + 2 * nodes..., as some makers number two sockets.
package struct MachineDescription: Sendable {
  package var cores: Int
  package var threads = 1
  package var nodes = 1
  package var coresOfL2 = 1
  package var coresOfL3: Int
  package var interleaved = false
  /// KiB of L1d, L2 and L3; nil for a hypervisor that shows no caches.
  package var kib: (l1d: Int, l2: Int, l3: Int)? = (32, 1024, 32768)
  /// The mask; nil for all processors.
  package var allowed: String?
  package var offline: Set<Int> = []
  /// The contents of `cpu_capacity` of each core, and of `cpufreq/cpuinfo_max_freq`.
  package var capacities: [Int] = []
  package var frequencies: [Int] = []

  package init(cores: Int, coresOfL3: Int) { (self.cores, self.coresOfL3) = (cores, coresOfL3) }

  /// The texts by path, with a line break at their ends, as Linux writes them.
  package var files: [String: String] {
    let (cpu, node) = ("/sys/devices/system/cpu", "/sys/devices/system/node")
    let all = Array(0..<cores * threads)
    let online = all.filter { !offline.contains($0) }
    /// The place of a core among those that share caches.
    func place(_ core: Int) -> Int { interleaved ? core % nodes * (cores / nodes) + core / nodes : core }
    func sharers(_ processor: Int, _ count: Int) -> [Int] {
      online.filter { place($0 % cores) / count == place(processor % cores) / count }
    }
    var files = [
      "/proc/self/status": "Name:\tbench\nCpus_allowed:\tff\nCpus_allowed_list:\t\(allowed ?? Self.list(all))\n",
      "\(cpu)/possible": Self.list(all) + "\n", "\(cpu)/online": Self.list(online) + "\n",
      "\(node)/online": Self.list(Array(0..<nodes)) + "\n",
    ]
    for index in 0..<nodes {
      files["\(node)/node\(index)/cpulist"] =
        Self.list(online.filter { place($0 % cores) / (cores / nodes) == index }) + "\n"
    }
    for processor in online {
      let folder = "\(cpu)/cpu\(processor)"
      let siblings = Self.list(sharers(processor, 1)) + "\n"
      files["\(folder)/topology/core_cpus_list"] = siblings
      files["\(folder)/topology/thread_siblings_list"] = siblings
      if !capacities.isEmpty { files["\(folder)/cpu_capacity"] = "\(capacities[processor % cores])\n" }
      if !frequencies.isEmpty { files["\(folder)/cpufreq/cpuinfo_max_freq"] = "\(frequencies[processor % cores])\n" }
      guard let kib else { continue }
      let caches = [
        (1, "Data", kib.l1d, 1), (1, "Instruction", kib.l1d, 1), (2, "Unified", kib.l2, coresOfL2),
        (3, "Unified", kib.l3, coresOfL3),
      ]
      for (index, (level, type, size, count)) in caches.enumerated() {
        let cache = "\(folder)/cache/index\(index)"
        files["\(cache)/level"] = "\(level)\n"
        files["\(cache)/type"] = type + "\n"
        files["\(cache)/size"] = "\(size)K\n"
        files["\(cache)/shared_cpu_list"] = Self.list(sharers(processor, count)) + "\n"
      }
    }
    return files
  }

  /// Ascending numbers as Linux writes them: "0-3,8".
  package static func list(_ numbers: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = ranges.last, last.upperBound == number - 1 {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(
      separator: ",")
  }
}
