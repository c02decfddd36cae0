// Memory exhaustion: what happens when an allocation fails.

import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reports that the system refused memory for a tensor or for scratch memory.
///
/// The report is a fatal error that names the sizes. A command that has called `endProcess` instead
/// prints the message to standard error and ends with status 1.
package enum MemoryExhaustion {
  private static let endsProcess = Atomic(false)
  /// Memory released before the message is composed, which takes memory itself.
  private static let reserve = Locked<UnsafeMutableRawPointer?>(nil)

  /// From now on, a failed allocation ends the process with a message and status 1. For commands.
  package static func endProcess() {
    reserve.withLock { if $0 == nil { $0 = malloc(1 << 18) } }
    endsProcess.store(true, ordering: .relaxed)
  }

  /// Reports that an allocation of `bytes` bytes failed.
  static func report(_ bytes: Int) -> Never {
    reserve.withLock {
      free($0)
      $0 = nil
    }
    let limits = MemoryLimits.current()
    let (asked, left) = (MemoryLimits.text(ofBytes: bytes), MemoryLimits.text(ofBytes: limits.free))
    let message = "out of memory: the system refused \(asked); \(left) are left (\(limits.limit))"
    if endsProcess.load(ordering: .relaxed) { end(message) }
    fatalError(message)
  }

  /// Ends the process at once with a message on standard error and status 1. Nothing is torn down,
  /// since a library may be waiting for a thread that waits for memory.
  package static func end(_ message: String) -> Never {
    fflush(nil)
    var line = "Error: \(message)\n"
    line.withUTF8 { _ = write(2, $0.baseAddress, $0.count) }
    _exit(1)
  }
}
