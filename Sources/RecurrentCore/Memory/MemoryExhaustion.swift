// The one place that an allocation which fails comes to.

import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What happens when the system refuses memory for a tensor or for scratch memory. Programs get a
/// fatal error with the numbers; one that has called `endProcess` ends with that message on
/// standard error, and with status 1.
package enum MemoryExhaustion {
  private static let endsProcess = Atomic(false)
  /// For making the message.
  private static let reserve = Locked<UnsafeMutableRawPointer?>(nil)

  /// For commands: running out of memory is then an error like others.
  package static func endProcess() {
    reserve.withLock { if $0 == nil { $0 = malloc(1 << 18) } }
    endsProcess.store(true, ordering: .relaxed)
  }

  static func report(_ bytes: Int) -> Never {
    reserve.withLock {
      free($0)
      $0 = nil
    }
    let limits = MemoryLimits.current()
    let message =
      "out of memory: the system refused \(MemoryLimits.text(ofBytes: bytes)); \(MemoryLimits.text(ofBytes: limits.free)) are left (\(limits.limit))"
    if endsProcess.load(ordering: .relaxed) { end(message) }
    fatalError(message)
  }

  /// Ends the process at once with a message on standard error, and with status 1. Nothing is torn
  /// down: libraries may wait for threads that wait for memory.
  package static func end(_ message: String) -> Never {
    fflush(nil)
    var line = "Error: \(message)\n"
    line.withUTF8 { _ = write(2, $0.baseAddress, $0.count) }
    _exit(1)
  }
}
