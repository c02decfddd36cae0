// What a command sees to about memory before it begins.

import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

#if OpenBLAS
  import OpenBLASBackend
#endif

/// For commands that run under `ulimit -v` or `ulimit -d`.
package enum ProcessMemory {
  /// What a command needs to begin with: text, options, small files, and the parts of libraries that are set up when first used.
  private static let least = 32 << 20

  /// Ends the process with a message and status 1 when a limit leaves too little to begin with; and has it end so when an allocation fails
  /// later.
  package static func prepare() {
    MemoryExhaustion.endProcess()
    guard let limits = MemoryLimits.ofAddressSpace() else { return }
    var stack = rlimit()
    #if canImport(Glibc)
      getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &stack)
    #else
      getrlimit(RLIMIT_STACK, &stack)
    #endif
    // Threads have stacks of the limit's size, or 2 MiB where it has none.
    let stackSize = Int(exactly: stack.rlim_cur) ?? 2 << 20
    let needed = least + ((try? Backends.threadCount()) ?? 1) * stackSize + outstandingBytes
    if needed > limits.free {
      let missing = (needed - limits.free) >> 10
      MemoryExhaustion.end(
        "too little memory to begin: \(limits.limit), \(limits.free >> 20) MiB of it are left, and \(needed >> 20) MiB are needed; "
          + "a limit that is \(missing + 1) kB higher will do, or OPENBLAS_NUM_THREADS=1 and fewer threads")
    }
    // They must not find it taken.
    for _ in 0..<1000 where outstandingBytes > 0 { usleep(1000) }
  }

  private static var outstandingBytes: Int {
    #if OpenBLAS
      OpenBLAS.outstandingBytes
    #else
      0
    #endif
  }
}
