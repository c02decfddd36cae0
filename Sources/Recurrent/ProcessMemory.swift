// Memory limits of a process: checks before a command begins.

import RecurrentCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

#if OpenBLAS
  import RecurrentOpenBLASBackend
#endif

/// Prepares a command to run under `ulimit -v` or `ulimit -d`.
package enum ProcessMemory {
  /// The memory that a command needs at first: text, options, small files, and libraries.
  private static let least = 32 << 20

  /// Ends the process with a message and status 1 if a limit leaves too little memory, now or when
  /// an allocation fails later.
  package static func prepare() {
    MemoryExhaustion.endProcess()
    guard let limits = MemoryLimits.ofAddressSpace() else { return }
    var stack = rlimit()
    #if canImport(Glibc)
      getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &stack)
    #else
      getrlimit(RLIMIT_STACK, &stack)
    #endif
    // Threads have stacks of the limit's size, or 2 MiB without a limit.
    let stackSize = Int(exactly: stack.rlim_cur) ?? 2 << 20
    let needed = least + ((try? Backends.threadCount()) ?? 1) * stackSize + outstandingBytes
    if needed > limits.free {
      MemoryExhaustion.end(
        "too little memory to begin: \(limits.limit), \(MemoryLimits.text(ofBytes: limits.free)) of it are left, and "
          + "\(MemoryLimits.text(ofBytes: needed)) are needed; a limit that is \((needed - limits.free) >> 10 + 1) kB higher will do, "
          + "or fewer threads (RECURRENT_THREADS=1, OPENBLAS_NUM_THREADS=1)")
    }
    // Swift's own allocations, other than tensors and scratch memory, end the process by SIGABRT
    // when they fail.
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in
      let message: StaticString =
        "Error: out of memory: a limit is set by `ulimit -v` or `ulimit -d`, and it is reached\n"
      _ = write(2, message.utf8Start, message.utf8CodeUnitCount)
      _exit(1)
    }
    sigaction(SIGABRT, &action, nil)
    // OpenBLAS's threads must not find the address space full.
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
