// Topology: the cores that the process may use, and which of them share caches and memory.

/// The processors that the process may use, as Linux describes them in `/sys/devices/system/cpu`
/// and `/sys/devices/system/node`.
///
/// What cannot be read falls back to the simplest machine: a processor is a core, a core has its own
/// L2, the cores of a node share an L3, and there is one node. So whatever the files hold,
///
/// - a core has one L2, an L2 belongs to one L3, and an L3 to one node;
/// - there is at least one core.
package struct Topology: Sendable, Equatable {
  /// A logical processor.
  package struct Processor: Sendable, Equatable {
    /// The number by which Linux names it, in affinity masks too.
    package let id: Int
    /// The physical core, whose processors (SMT siblings) share its units; the group that shares an
    /// L2 cache; and the one that shares an L3 cache. Each is the `id` of its lowest processor, of
    /// those that the process may use.
    package internal(set) var core, l2, l3: Int
    /// The node, whose processors have memory of their own: Linux's number.
    package internal(set) var node = 0
    /// Its speed relative to the fastest of the machine's that the process may use, in 0...1: below
    /// 1 for little cores. By `cpu_capacity`, else by the highest frequency.
    package internal(set) var capacity = 1.0
    /// The sizes of the caches that it uses.
    package internal(set) var caches = Caches()
    /// Whether it is running. Linux hides the core and the caches of one that is not.
    package let isOnline: Bool
  }

  /// The sizes of caches in bytes; nil if they cannot be read.
  package struct Caches: Sendable, Equatable {
    package var l1d, l2, l3: Int?
  }

  /// The processors in the affinity mask, ascending.
  package let processors: [Processor]
  /// One running processor of each physical core, the lowest. Consecutive ones share the nearest
  /// cache: they are sorted by node, then by L3, then by L2. Of two L2s of an L3, the one with the
  /// faster cores comes first, so that big cores come before little ones.
  package let cores: [Processor]
  /// The indices in `cores` of each node's cores, of each L3's, of each L2's; in order, without gaps.
  package let nodes, l3Groups, l2Groups: [Range<Int>]
  /// The sizes of caches; where cores differ, the smallest.
  package let caches: Caches
  /// The container's limit of processor time per second, in cores; nil without a limit.
  package let quota: Double?

  /// The topology of this process. Read once, on first use.
  package static let current = Topology(
    contents: Machine.contents, running: Machine.running, otherwise: Machine.current.cores)

  /// The number of cores that can compute at once: the smaller of the cores and the quota, rounded
  /// up.
  package var usableCores: Int { Machine.limited(cores.count, by: quota) }

  /// The default number of threads: one for each core. Two threads of a core (SMT) share its
  /// arithmetic, of which one thread of ours takes all. But where only one core shows, its processors
  /// are counted: hypervisors often describe two cores so.
  package var defaultThreads: Int {
    cores.count > 1 ? usableCores : Machine.limited(processors.count { $0.isOnline }, by: quota)
  }

  /// Whether all cores are as fast as one another, within a tenth.
  package var isUniform: Bool { cores.allSatisfy { $0.capacity > 0.9 } }

  /// Reads the topology.
  ///
  /// - Parameters:
  ///   - contents: the text of a file; nil if it cannot be read.
  ///   - running: the processors that are in the affinity mask and online, ascending, if the system
  ///     tells; else they are read, like the others, from /proc and /sys.
  ///   - count: the number of cores if no processors can be read.
  init(contents: @escaping (String) -> String?, running: [Int]? = nil, otherwise count: Int) {
    let reader = TopologyReader(contents: contents)
    processors = reader.processors(running: running, otherwise: count)
    quota = Machine.containerQuota(membership: contents("/proc/self/cgroup") ?? "", contents: contents)
    let fastest = Dictionary(grouping: processors, by: \.l2).mapValues { $0.map(\.capacity).max()! }
    func key(_ processor: Processor) -> (Int, Int, Double, Int, Int) {
      (processor.node, processor.l3, -fastest[processor.l2]!, processor.l2, processor.id)
    }
    let cores = processors.filter { $0.isOnline && $0.core == $0.id }.sorted { key($0) < key($1) }
    self.cores = cores
    (nodes, l3Groups, l2Groups) = (cores.runs(\.node), cores.runs(\.l3), cores.runs(\.l2))
    func smallest(_ size: (Caches) -> Int?) -> Int? { cores.compactMap { size($0.caches) }.min() }
    caches = Caches(l1d: smallest(\.l1d), l2: smallest(\.l2), l3: smallest(\.l3))
  }
}

extension [Topology.Processor] {
  /// The longest ranges whose processors all have the same value.
  fileprivate func runs(_ value: KeyPath<Topology.Processor, Int>) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for index in indices {
      if index > 0, self[index][keyPath: value] == self[index - 1][keyPath: value] {
        runs[runs.count - 1] = runs[runs.count - 1].lowerBound..<index + 1
      } else {
        runs.append(index..<index + 1)
      }
    }
    return runs
  }
}
