// Topology reader: processors, caches and nodes from the files in which Linux describes them.

/// Reads the processors of a topology. A file that is missing, or that says what no machine has, is
/// as one that cannot be read.
struct TopologyReader {
  /// The text of a file; nil if it cannot be read.
  let contents: (String) -> String?

  /// The most that a file may say: processors of a core, caches of a processor, levels of caches,
  /// bytes of a cache, nodes, and units of speed.
  private static let mostSiblings = 8
  private static let mostCaches = 8
  private static let mostLevels = 4
  private static let mostBytes = 1 << 40
  private static let mostNodes = 1024
  private static let mostCapacity = 1_000_000_000

  /// The processors in the affinity mask.
  ///
  /// - Parameters:
  ///   - running: those of them that are online; nil to read it.
  ///   - count: the number of processors if the mask cannot be read.
  /// - Returns: the processors, ascending; at least one.
  func processors(running: [Int]?, otherwise count: Int) -> [Topology.Processor] {
    let mask = Machine.field("Cpus_allowed_list", in: contents("/proc/self/status") ?? "")
      .flatMap(ProcessorList.numbers).flatMap { $0.isEmpty ? nil : $0 }
    guard let allowed = mask ?? running, !allowed.isEmpty else {
      return (0..<max(1, min(count, ProcessorList.limit))).map {
        Topology.Processor(id: $0, core: $0, l2: $0, l3: 0, isOnline: true)
      }
    }
    // A container may number the processors of this file in another way than those of the mask.
    let told = Set(running ?? list("cpu/online") ?? [])
    let online = told.isDisjoint(with: allowed) ? Set(allowed) : told
    var processors = allowed.map { Topology.Processor(id: $0, core: $0, l2: $0, l3: $0, isOnline: online.contains($0)) }
    let present = processors.indices.filter { processors[$0].isOnline }
    partition(&processors, present, within: { _ in 0 }, into: \.core, siblings)
    // Of each core, the lowest processor; the others are described as it is.
    let leaders = present.filter { processors[$0].core == processors[$0].id }
    readNodes(&processors, leaders)
    readCaches(&processors, leaders)
    readCapacities(&processors, leaders)
    let described = Dictionary(uniqueKeysWithValues: leaders.map { (processors[$0].id, processors[$0]) })
    for index in present where processors[index].core != processors[index].id {
      let leader = described[processors[index].core]!
      (processors[index].l2, processors[index].l3, processors[index].node) = (leader.l2, leader.l3, leader.node)
      (processors[index].capacity, processors[index].caches) = (leader.capacity, leader.caches)
    }
    return processors
  }

  /// Divides processors into groups, each with the number of its lowest one.
  ///
  /// - Parameters:
  ///   - processors: all processors.
  ///   - members: the indices of those to divide, ascending.
  ///   - larger: the group to which all of a group belong.
  ///   - group: where the number of the group goes.
  ///   - list: the numbers that a group's lowest processor has for the group; nil if there are none.
  ///   - together: whether processors without a list, of one larger group, are one group.
  private func partition(
    _ processors: inout [Topology.Processor], _ members: [Int], within larger: (Topology.Processor) -> Int,
    into group: WritableKeyPath<Topology.Processor, Int>, _ list: (Topology.Processor) -> [Int]?,
    together: Bool = false
  ) {
    let indices = Dictionary(uniqueKeysWithValues: members.map { (processors[$0].id, $0) })
    var isMember = Set<Int>()
    var alone: [Int] = []
    for first in members where !isMember.contains(first) {
      guard let numbers = list(processors[first]) else {
        alone.append(first)
        continue
      }
      let whole = larger(processors[first])
      for index in numbers.lazy.compactMap({ indices[$0] }) where larger(processors[index]) == whole {
        if isMember.insert(index).inserted { processors[index][keyPath: group] = processors[first].id }
      }
    }
    var lowest: [Int: Int] = [:]
    for index in alone where isMember.insert(index).inserted {
      let id = processors[index].id
      let whole = larger(processors[index])
      processors[index][keyPath: group] = together ? lowest[whole, default: id] : id
      if lowest[whole] == nil { lowest[whole] = id }
    }
  }

  /// The processors of a core.
  private func siblings(_ processor: Topology.Processor) -> [Int]? {
    ["core_cpus_list", "thread_siblings_list"].lazy.compactMap { list("cpu/cpu\(processor.id)/topology/\($0)") }
      .first { $0.count <= TopologyReader.mostSiblings && $0.contains(processor.id) }
  }

  private func readNodes(_ processors: inout [Topology.Processor], _ leaders: [Int]) {
    var indices = Dictionary(uniqueKeysWithValues: leaders.map { (processors[$0].id, $0) })
    for node in list("node/online") ?? [] where node < TopologyReader.mostNodes && !indices.isEmpty {
      for id in list("node/node\(node)/cpulist") ?? [] {
        if let index = indices.removeValue(forKey: id) { processors[index].node = node }
      }
    }
  }

  private func readCaches(_ processors: inout [Topology.Processor], _ leaders: [Int]) {
    // The folder of each level's cache, of those that hold data.
    var folders: [Int: [Int: String]] = [:]
    for index in leaders {
      var levels: [Int: String] = [:]
      for cache in 0..<TopologyReader.mostCaches {
        let folder = "cpu/cpu\(processors[index].id)/cache/index\(cache)"
        guard let level = number(folder + "/level", most: TopologyReader.mostLevels) else { break }
        if word(folder + "/type") != "Instruction", levels[level] == nil { levels[level] = folder }
      }
      processors[index].caches = Topology.Caches(
        l1d: levels[1].flatMap(size), l2: levels[2].flatMap(size), l3: levels[3].flatMap(size))
      folders[processors[index].id] = levels
    }
    func sharing(_ level: Int) -> (Topology.Processor) -> [Int]? {
      { processor in
        folders[processor.id]?[level].flatMap { list($0 + "/shared_cpu_list") }
          .flatMap { $0.contains(processor.id) ? $0 : nil }
      }
    }
    // From the outside in, so that the groups are nested.
    partition(&processors, leaders, within: \.node, into: \.l3, sharing(3), together: true)
    partition(&processors, leaders, within: \.l3, into: \.l2, sharing(2))
  }

  private func readCapacities(_ processors: inout [Topology.Processor], _ leaders: [Int]) {
    for name in ["cpu_capacity", "cpufreq/cpuinfo_max_freq"] {
      let found = leaders.map { number("cpu/cpu\(processors[$0].id)/\(name)", most: TopologyReader.mostCapacity) }
      guard let most = found.compactMap({ $0 }).max(), !found.contains(nil) else { continue }
      for (index, value) in zip(leaders, found) { processors[index].capacity = Double(value!) / Double(most) }
      return
    }
  }

  // MARK: Files of /sys/devices/system

  private func text(_ path: String) -> String? { contents("/sys/devices/system/" + path) }

  private func list(_ path: String) -> [Int]? { text(path).flatMap(ProcessorList.numbers) }

  private func word(_ path: String) -> Substring? {
    text(path)?.split(separator: "\n", maxSplits: 1).first.map { $0.prefix { !$0.isWhitespace } }
  }

  /// A whole number from 1 to `most`.
  private func number(_ path: String, most: Int) -> Int? {
    word(path).flatMap { Int($0) }.flatMap { 1...most ~= $0 ? $0 : nil }
  }

  /// The bytes of a cache: a number of KiB, with the letter K; also of M or G.
  private func size(_ folder: String) -> Int? {
    guard let word = word(folder + "/size"), let unit = word.last,
      let shift = ["K": 10, "M": 20, "G": 30][unit], let count = Int(word.dropLast()),
      1...TopologyReader.mostBytes >> shift ~= count
    else { return nil }
    return count << shift
  }
}
