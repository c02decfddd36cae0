// The machine: its processor, its instruction sets, and the cores that the process may use.

import CRecurrentProcessor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The processor and the cores that the process may use, as the operating system reports them.
package struct Machine: Sendable {
  /// The processor's name, family and model, for example "AMD EPYC (family 26, model 2)". A
  /// hypervisor may hide everything but the maker's name.
  package let cpu: String
  /// The instruction sets that the operating system reports, narrowest first, of those relevant to
  /// this package.
  package let instructionSets: [String]
  /// The number of processors that the process may run on, SMT siblings each by itself. `Topology`
  /// has the physical cores.
  package let cores: Int
  /// The container's limit of processor time per second, in cores; nil without a limit.
  package let quota: Double?

  /// This machine. Read once, on first use.
  package static let current = Machine()

  /// The greatest number of threads that run at once: the smaller of `cores` and the quota, rounded up.
  package var threads: Int { limited(cores) }

  /// The smaller of `cores` and the quota, rounded up.
  func limited(_ cores: Int) -> Int { Machine.limited(cores, by: quota) }

  /// The smaller of `cores` and a quota, rounded up.
  static func limited(_ cores: Int, by quota: Double?) -> Int {
    guard let quota else { return cores }
    return max(1, min(cores, Int(min(quota, 65_536).rounded(.up))))
  }

  private init() {
    let information = Machine.contents(of: "/proc/cpuinfo") ?? ""
    let name = Machine.field("model name", in: information) ?? Machine.field("CPU part", in: information) ?? "unknown"
    if let family = Machine.field("cpu family", in: information), let model = Machine.field("model", in: information) {
      cpu = "\(name) (family \(family), model \(model))"
    } else {
      cpu = name
    }
    let flags = Set(
      (Machine.field("flags", in: information) ?? Machine.field("Features", in: information) ?? "").split(
        separator: " "))
    instructionSets = [
      "sse4_2", "avx", "fma", "avx2", "avx_vnni", "avx512f", "avx512bw", "avx512vl", "avx512_bf16", "avx512_vnni",
      "amx_tile", "asimd", "sve",
    ]
    .filter { flags.contains($0[...]) }
    // "Cpus_allowed: ff,ffffffff": one bit for each processor that the process may run on. It has bits
    // of processors that are offline, or that a virtual machine could be given later.
    let allowed = Machine.field("Cpus_allowed", in: Machine.contents(of: "/proc/self/status") ?? "") ?? ""
    let affinity = allowed.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
    cores =
      Machine.running?.count ?? (affinity > 0 ? affinity : max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    quota = Machine.containerQuota(
      membership: Machine.contents(of: "/proc/self/cgroup") ?? "", contents: Machine.contents)
  }

  /// The processors that the process may run on now, ascending; nil if the system does not tell.
  static var running: [Int]? {
    var bits = [UInt8](repeating: 0, count: ProcessorList.limit / 8)
    guard processor_allowed_set(&bits, bits.count) else { return nil }
    let numbers = (0..<ProcessorList.limit).filter { bits[$0 / 8] >> ($0 % 8) & 1 == 1 }
    return numbers.isEmpty ? nil : numbers
  }

  /// The tightest limit of this process's control group and its ancestors, in cores: `cpu.max` in
  /// cgroup v2 ("quota period" or "max period", in microseconds), `cpu.cfs_quota_us` /
  /// `cpu.cfs_period_us` in v1.
  static func containerQuota(membership: String, contents: (String) -> String?) -> Double? {
    controlGroups(
      of: "cpu", membership: membership, roots: ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"]
    ).compactMap { limit(in: $0, contents: contents) }.min()
  }

  /// The folders of this process's control groups for a controller, each followed by its ancestors.
  ///
  /// - Parameters:
  ///   - controller: the controller's name, for example "memory".
  ///   - membership: the text of /proc/self/cgroup, with lines "id:controllers:path".
  ///   - roots: the folders in which cgroup v1 may have the controller.
  /// - Returns: the folders of cgroup v2 and of v1, innermost first.
  static func controlGroups(of controller: Substring, membership: String, roots: [String]) -> [String] {
    var folders: [String] = []
    for line in membership.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[1].isEmpty || parts[1].split(separator: ",").contains(controller) else { continue }
      for root in parts[1].isEmpty ? ["/sys/fs/cgroup"] : roots {
        var path = parts[2]
        while true {
          folders.append(root + (path == "/" ? "" : path))
          guard !path.isEmpty, path != "/", let slash = path.lastIndex(of: "/") else { break }
          path = path[..<slash]
        }
      }
    }
    return folders
  }

  private static func limit(in folder: String, contents: (String) -> String?) -> Double? {
    var numbers = contents(folder + "/cpu.max")?.split(whereSeparator: \.isWhitespace).map { Double($0) }
    if numbers?.count != 2 {
      numbers = ["quota", "period"].map { contents(folder + "/cpu.cfs_\($0)_us").flatMap(number) }
    }
    guard let numbers, let quota = numbers[0], let period = numbers[1], quota > 0, period > 0 else { return nil }
    let cores = quota / period
    return cores.isFinite ? cores : nil
  }

  private static func number(_ text: String) -> Double? {
    text.split(whereSeparator: \.isWhitespace).first.flatMap { Double($0) }
  }

  /// The value of the first line "name : value".
  static func field(_ name: String, in text: String) -> String? {
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":"),
        line[..<colon].split(whereSeparator: \.isWhitespace).joined(separator: " ") == name
      else { continue }
      return String(line[line.index(after: colon)...].drop(while: \.isWhitespace))
    }
    return nil
  }

  /// The text of a system file, at most 64 KiB of it; nil if it cannot be opened.
  static func contents(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count < 65_536 {
      let count = read(descriptor, &chunk, chunk.count)
      if count <= 0 { break }
      bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
