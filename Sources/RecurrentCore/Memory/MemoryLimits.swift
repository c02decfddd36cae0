// Memory limits: the memory that this process may still allocate, and checks against it.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The tightest limit on this process's memory and what is left of it: the machine's free memory,
/// the container's limit, `ulimit -v` or `ulimit -d`.
package struct MemoryLimits: Sendable, Equatable {
  /// The bytes left.
  package let free: Int
  /// A description of the limit.
  package let limit: String

  /// The tightest limit now. Reads several files of /proc and /sys.
  package static func current() -> MemoryLimits {
    let limits =
      resourceLimits(resource, pageSize: pageSize, contents: Machine.contents)
      + physicalLimits(contents: Machine.contents)
    return limits.tightest ?? MemoryLimits(free: .max, limit: "no known limit")
  }

  /// What is left of `ulimit -v` and `ulimit -d`; nil if neither is set. Both count reserved
  /// memory, used or not.
  package static func ofAddressSpace() -> MemoryLimits? {
    resourceLimits(resource, pageSize: pageSize, contents: Machine.contents).tightest
  }

  enum Resource { case addressSpace, data }

  /// What is left of `ulimit -v` and `ulimit -d`.
  ///
  /// - Parameters:
  ///   - resource: a limit of `getrlimit` in bytes; nil if there is none.
  ///   - pageSize: the bytes of a memory page.
  ///   - contents: the text of a file; nil if it does not exist.
  /// - Returns: one entry for each limit that is set.
  static func resourceLimits(_ resource: (Resource) -> Int?, pageSize: Int, contents: (String) -> String?)
    -> [MemoryLimits]
  {
    let (space, data) = (resource(.addressSpace), resource(.data))
    if space == nil && data == nil { return [] }
    // Pages: size, resident, shared, text, library, data.
    let pages = (contents("/proc/self/statm") ?? "").split(whereSeparator: \.isWhitespace).map { Int($0) ?? 0 }
    func limit(_ bytes: Int?, page: Int, _ command: String) -> MemoryLimits? {
      bytes.map {
        let used = pages.count > page ? pages[page] * pageSize : 0
        return MemoryLimits(free: max(0, $0 - used), limit: "`\(command)` is \(text(ofBytes: $0))")
      }
    }
    return [limit(space, page: 0, "ulimit -v"), limit(data, page: 5, "ulimit -d")].compactMap { $0 }
  }

  /// What is left of the container's limits and of the machine's memory. `contents` reads a file.
  static func physicalLimits(contents: (String) -> String?) -> [MemoryLimits] {
    var limits: [MemoryLimits] = []
    let groups = Machine.controlGroups(
      of: "memory", membership: contents("/proc/self/cgroup") ?? "", roots: ["/sys/fs/cgroup/memory"])
    for group in groups {
      for (limitName, usageName, prefix) in [
        ("memory.max", "memory.current", ""), ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_"),
      ] {
        guard let limit = contents("\(group)/\(limitName)").flatMap(number) else { continue }
        // The page cache counts as usage, but is released when memory is needed.
        let usage = contents("\(group)/\(usageName)").flatMap(number) ?? 0
        let statistics = contents("\(group)/memory.stat") ?? ""
        let cache = ["inactive_file", "active_file"].reduce(0) { $0 + (value(prefix + $1, in: statistics) ?? 0) }
        limits.append(
          MemoryLimits(
            free: max(0, limit - max(0, usage - cache)), limit: "the container's limit is \(text(ofBytes: limit))"))
      }
    }
    let memory = contents("/proc/meminfo") ?? ""
    func kilobytes(_ name: String) -> Int? { Machine.field(name, in: memory).flatMap(number).map { $0 * 1024 } }
    if let available = kilobytes("MemAvailable") {
      limits.append(MemoryLimits(free: available + (kilobytes("SwapFree") ?? 0), limit: "this machine's free memory"))
    }
    return limits
  }

  private static func resource(_ which: Resource) -> Int? {
    var limit = rlimit()
    #if canImport(Glibc)
      let code = getrlimit(
        __rlimit_resource_t(which == .addressSpace ? RLIMIT_AS.rawValue : RLIMIT_DATA.rawValue), &limit)
    #else
      let code = getrlimit(which == .addressSpace ? RLIMIT_AS : RLIMIT_DATA, &limit)
    #endif
    return code == 0 ? Int(exactly: limit.rlim_cur) : nil
  }

  private static var pageSize: Int { Int(sysconf(Int32(_SC_PAGESIZE))) }

  /// Checks that a computation fits in the memory left, before it allocates anything.
  ///
  /// - Parameters:
  ///   - bytes: about how many bytes the computation needs.
  ///   - what: the computation, for example "training".
  ///   - advice: what the user can change.
  /// - Throws: `RecurrentError.insufficientMemory` if `bytes` is more than `free`.
  package func check(_ bytes: Int, for what: String, advice: String) throws(RecurrentError) {
    guard bytes > free else { return }
    throw .insufficientMemory(what, needed: bytes, free: free, limit: limit, advice: advice)
  }

  /// A size as text in powers of 1000: "1.5 GB", "20 MB", "3 kB".
  package static func text(ofBytes bytes: Int) -> String {
    for (unit, size) in [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)] where bytes >= size {
      let tenths = bytes / (size / 10)
      return tenths >= 100 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }
    return "\(bytes) bytes"
  }

  private static func number(_ text: String) -> Int? {
    text.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
  }

  /// The value of the line "name value".
  private static func value(_ name: String, in text: String) -> Int? {
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, words[0] == name { return Int(words[1]) }
    }
    return nil
  }
}

extension [MemoryLimits] {
  /// The limit with the least memory left.
  var tightest: MemoryLimits? { self.min { $0.free < $1.free } }
}
