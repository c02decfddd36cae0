// Topology: cores, caches and nodes, from the files of described machines.

import Testing
import _TestSupport

@testable import RecurrentCore

@Suite struct TopologyTests {
  private static func topology(_ files: [String: String], running: [Int]? = nil, otherwise count: Int = 3) -> Topology {
    Topology(contents: { files[$0] }, running: running, otherwise: count)
  }

  private static func topology(_ machine: MachineDescription) -> Topology { topology(machine.files) }

  private static func described(_ cores: Int, coresOfL3: Int, _ change: (inout MachineDescription) -> Void = { _ in })
    -> MachineDescription
  {
    var machine = MachineDescription(cores: cores, coresOfL3: coresOfL3)
    change(&machine)
    return machine
  }

  /// One socket with SMT; Zen with eight L3s; two sockets, numbered one after the other and in turn;
  /// a container; big and little cores; offline ones; no caches; and several of these at once.
  private static let machines = [
    described(8, coresOfL3: 8) { $0.threads = 2 },
    described(64, coresOfL3: 8) { ($0.threads, $0.kib) = (2, (48, 1024, 32768)) },
    described(64, coresOfL3: 32) { $0.nodes = 2 },
    described(64, coresOfL3: 32) { ($0.nodes, $0.interleaved) = (2, true) },
    described(64, coresOfL3: 8) { $0.allowed = "3,17-19,40-41" },
    described(8, coresOfL3: 8) { ($0.coresOfL2, $0.capacities) = (4, [446, 446, 446, 446, 1024, 1024, 1024, 1024]) },
    described(8, coresOfL3: 4) { ($0.threads, $0.offline) = (2, [0, 5, 8, 9, 13]) },
    described(16, coresOfL3: 16) { $0.kib = nil },
    described(96, coresOfL3: 8) {
      ($0.threads, $0.nodes, $0.interleaved, $0.coresOfL2) = (2, 2, true, 2)
      ($0.allowed, $0.offline) = ("1-50,97-140", [4, 100])
    },
  ]

  private static func check(_ topology: Topology) {
    let cores = topology.cores
    #expect(!cores.isEmpty && cores.count <= topology.processors.count)
    // One running processor for each core, each one of the process's.
    let running = topology.processors.filter(\.isOnline)
    #expect(Set(cores.map(\.core)) == Set(running.map(\.core)) && Set(cores.map(\.core)).count == cores.count)
    #expect(cores.allSatisfy(running.contains))
    #expect(zip(topology.processors, topology.processors.dropFirst()).allSatisfy { $0.id < $1.id })
    // Groups cover the cores in order, each with one number; the smaller are within the larger.
    for (groups, number) in [
      (topology.nodes, \.node), (topology.l3Groups, \.l3), (topology.l2Groups, \.l2),
    ] as [([Range<Int>], KeyPath<Topology.Processor, Int>)] {
      #expect(groups.flatMap { Array($0) } == Array(cores.indices))
      let numbers = groups.map { Set(cores[$0].map { $0[keyPath: number] }) }
      #expect(numbers.allSatisfy { $0.count == 1 } && Set(numbers).count == groups.count)
    }
    for (small, large) in [(topology.l2Groups, topology.l3Groups), (topology.l3Groups, topology.nodes)] {
      #expect(
        small.allSatisfy { group in
          large.contains { $0.lowerBound <= group.lowerBound && group.upperBound <= $0.upperBound }
        })
    }
    #expect(cores.allSatisfy { $0.capacity > 0 && $0.capacity <= 1 } && cores.contains { $0.capacity == 1 })
    #expect((1...cores.count).contains(topology.usableCores))
  }

  @Test(arguments: 0..<machines.count) func groupsAreNestedAndCoverTheCores(_ machine: Int) {
    let files = Self.machines[machine].files
    Self.check(Self.topology(files))
    #expect(Self.topology(files) == Self.topology(files))
  }

  private static let (l3, l2) = (32768 << 10, 1024 << 10)

  @Test func siblingsOfACoreAreOne() {
    let topology = Self.topology(Self.machines[0])
    #expect(topology.processors.count == 16 && topology.cores.map(\.id) == Array(0..<8))
    #expect(topology.processors.map(\.core) == (0..<16).map { $0 % 8 })
    #expect(topology.l3Groups == [0..<8] && topology.nodes == [0..<8] && topology.l2Groups.count == 8)
    #expect(topology.caches == Topology.Caches(l1d: 32 << 10, l2: Self.l2, l3: Self.l3))
  }

  @Test func coresAreSortedByWhatTheyShare() {
    let zen = Self.topology(Self.machines[1])
    #expect(zen.l3Groups == (0..<8).map { $0 * 8..<$0 * 8 + 8 } && zen.nodes == [0..<64])
    let sockets = Self.topology(Self.machines[2])
    #expect(sockets.nodes == [0..<32, 32..<64] && sockets.cores.map(\.id) == Array(0..<64))
    let interleaved = Self.topology(Self.machines[3])
    #expect(interleaved.nodes == [0..<32, 32..<64] && interleaved.l3Groups == interleaved.nodes)
    #expect(interleaved.cores.map(\.id) == (0..<32).map { 2 * $0 } + (0..<32).map { 2 * $0 + 1 })
  }

  @Test func aContainerHasTheProcessorsOfItsMask() {
    let topology = Self.topology(Self.machines[4])
    #expect(topology.cores.map(\.id) == [3, 17, 18, 19, 40, 41])
    #expect(topology.l3Groups == [0..<1, 1..<4, 4..<6])
    // Siblings beyond the mask do not count, and a core needs only one that is within it.
    let siblings = Self.topology(Self.described(4, coresOfL3: 4) { ($0.threads, $0.allowed) = (2, "1,4-5") })
    #expect(siblings.cores.map(\.id) == [1, 4] && siblings.processors.map(\.core) == [1, 4, 1])
  }

  @Test func bigCoresComeFirst() {
    let topology = Self.topology(Self.machines[5])
    #expect(topology.cores.map(\.id) == [4, 5, 6, 7, 0, 1, 2, 3] && topology.l2Groups == [0..<4, 4..<8])
    #expect(topology.cores.map(\.capacity) == [1, 1, 1, 1] + Array(repeating: 446.0 / 1024, count: 4))
    #expect(!topology.isUniform)
    // Frequencies stand in for capacities, but not for some of the cores.
    var machine = Self.described(2, coresOfL3: 2) { $0.frequencies = [4_000_000, 3_000_000] }
    #expect(Self.topology(machine).cores.map(\.capacity) == [1, 0.75])
    machine.capacities = [1024, 1024]
    #expect(Self.topology(machine).isUniform)
    var files = machine.files
    files["/sys/devices/system/cpu/cpu1/cpu_capacity"] = "-1\n"
    #expect(Self.topology(files).cores.map(\.capacity) == [1, 0.75])
    files["/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq"] = nil
    #expect(Self.topology(files).isUniform)
  }

  @Test func offlineProcessorsAreNoCores() {
    let topology = Self.topology(Self.machines[6])
    #expect(topology.processors.map(\.id) == Array(0..<16))
    #expect(topology.processors.filter { !$0.isOnline }.map(\.id) == [0, 5, 8, 9, 13])
    // Core 0 and core 5 have no running processor; core 1 has one.
    #expect(topology.cores.map(\.id) == [1, 2, 3, 4, 6, 7] && topology.l3Groups == [0..<3, 3..<6])
  }

  @Test func withoutCachesANodeIsOneGroup() {
    let topology = Self.topology(Self.machines[7])
    #expect(topology.l3Groups == [0..<16] && topology.l2Groups.count == 16 && topology.caches == Topology.Caches())
    let sockets = Self.topology(Self.described(8, coresOfL3: 4) { ($0.nodes, $0.kib) = (2, nil) })
    #expect(sockets.l3Groups == [0..<4, 4..<8] && sockets.nodes == sockets.l3Groups)
  }

  @Test func cachesOfDifferentSizesAreCountedAsTheSmallest() {
    var files = Self.described(4, coresOfL3: 2).files
    for cpu in 0..<2 { files["/sys/devices/system/cpu/cpu\(cpu)/cache/index3/size"] = "98304K\n" }
    let topology = Self.topology(files)
    #expect(topology.caches.l3 == Self.l3 && topology.cores.map(\.caches.l3) == [3, 3, 1, 1].map { $0 * Self.l3 })
  }

  /// Cores that have no L3 are no part of the others', and share none.
  @Test func coresBesideTheL3AreApart() {
    var files = Self.described(6, coresOfL3: 6).files
    for cpu in 0..<6 {
      files["/sys/devices/system/cpu/cpu\(cpu)/cache/index3/shared_cpu_list"] = cpu < 2 ? nil : "2-5\n"
    }
    #expect(Self.topology(files).l3Groups == [0..<2, 2..<6])
  }

  @Test func nothingReadableIsOneGroup() {
    let nothing = Self.topology([:], otherwise: 5)
    Self.check(nothing)
    #expect(nothing.cores.map(\.id) == Array(0..<5) && nothing.l3Groups == [0..<5] && nothing.nodes == [0..<5])
    #expect(Self.topology([:], otherwise: 0).cores.count == 1)
    #expect(Self.topology([:], otherwise: .max).cores.count == ProcessorList.limit)
    for list in ["", "0-99999999999", "0-9223372036854775807", "3-1", "1,1", "a", "-1", "0-8192", "0,,2", "0 1"] {
      #expect(Self.topology(["/proc/self/status": "Cpus_allowed_list:\t\(list)\n"], otherwise: 5) == nothing, "\(list)")
    }
    // The mask alone: each of its processors is a core.
    let mask = Self.topology(["/proc/self/status": "Cpus_allowed_list:\t2,5-6\n"])
    Self.check(mask)
    #expect(mask.cores.map(\.id) == [2, 5, 6] && mask.l3Groups == [0..<3])
    #expect(Self.topology([:], running: [2, 5, 6]) == mask)
  }

  /// Virtual machines have masks with processors that they may be given later.
  @Test func theSystemTellsWhatRuns() {
    var machine = Self.described(4, coresOfL3: 4)
    machine.allowed = "0-127"
    #expect(Self.topology(machine).cores.count == 4)
    #expect(Self.topology(machine.files, running: [1, 2]).cores.map(\.id) == [1, 2])
    // Files that number the processors in another way than the mask are not about them.
    machine.allowed = "8-11"
    #expect(Self.topology(machine).cores.map(\.id) == [8, 9, 10, 11])
  }

  /// Every file in turn, and all of a kind, are garbage: the properties hold, and the cores are at
  /// most the processors of the mask.
  @Test(arguments: [
    "", "\n", "garbage\n", "0-99999999999\n", "-1\n", "18446744073709551616K\n", "9223372036854775807K\n", "0\n", "K\n",
    "0-8191\n", "7-3\n", "\u{0}\u{1F}é", "0-1,0-1\n",
  ]) func garbageFallsBack(_ garbage: String) {
    let machine = Self.described(8, coresOfL3: 4) {
      ($0.threads, $0.nodes, $0.capacities) = (2, 2, Array(repeating: 1024, count: 8))
    }
    let files = machine.files
    for path in files.keys where path != "/proc/self/status" {
      let changed = Self.topology(files.merging([path: garbage]) { $1 })
      Self.check(changed)
      #expect(changed.processors.count == 16)
      let end = path.split(separator: "/").last!
      let ofAKind = Self.topology(
        files.filter { !$0.key.hasSuffix("/\(end)") }.merging(
          files.filter { $0.key.hasSuffix("/\(end)") }.mapValues { _ in garbage }
        ) { $1 })
      Self.check(ofAKind)
      #expect(ofAKind.processors.count == 16)
    }
    Self.check(Topology(contents: { $0 == "/proc/self/status" ? files[$0] : garbage }, otherwise: 3))
    Self.check(Topology(contents: { _ in garbage }, otherwise: 3))
  }

  @Test func aCoreHasAtMostEightProcessors() {
    var files = Self.described(16, coresOfL3: 16).files
    for path in files.keys where path.contains("/topology/") { files[path] = "0-15\n" }
    #expect(Self.topology(files).cores.count == 16)
  }

  @Test func theQuotaLimitsTheCores() {
    var files = Self.machines[0].files
    files["/proc/self/cgroup"] = "0::/\n"
    files["/sys/fs/cgroup/cpu.max"] = "250000 100000\n"
    let topology = Self.topology(files)
    #expect(topology.cores.count == 8 && topology.quota == 2.5 && topology.usableCores == 3)
    #expect(Self.topology(Self.machines[0]).usableCores == 8)
  }

  @Test func listsAreThoseOfLinux() {
    #expect(ProcessorList.numbers("0-2,5\n") == [0, 1, 2, 5] && ProcessorList.numbers("\n") == [])
    for machine in Self.machines {
      for (path, text) in machine.files where path.hasSuffix("_list") {
        #expect(ProcessorList.numbers(text).map(MachineDescription.list) == String(text.dropLast()))
      }
    }
  }

  @Test func thisMachineHasATopology() {
    Self.check(.current)
    #expect(Topology.current.processors.count { $0.isOnline } == Machine.current.cores)
    #expect(Topology.current.usableCores <= Machine.current.threads)
  }
}
