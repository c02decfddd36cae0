// Spinning: how long waiting threads spin before they sleep.

import CRecurrentProcessor
import Synchronization

/// Decides how long a waiting thread spins before it sleeps.
enum Spinning {
  /// The greatest number of cores that a thread was seen to have.
  private static let cores = Atomic(1)

  /// The number of cores that this thread may run on, limited by the container's quota, rounded up.
  /// Reads it anew from the system.
  static func updateCores() -> Int {
    let allowed = Int(processor_allowed_cores())
    let now = Machine.current.limited(allowed > 0 ? allowed : Machine.current.cores)
    cores.max(now, ordering: .relaxed)
    return now
  }

  /// The number of times that one of `threads` threads looks at a word before it sleeps: some tens
  /// of microseconds' worth if each thread has a core; otherwise none, since the thread it waits
  /// for may need its core.
  @inline(__always) static func limit(_ threads: Int) -> Int { threads <= cores.load(ordering: .relaxed) ? 2_000 : 0 }
}
