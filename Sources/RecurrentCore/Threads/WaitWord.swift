// Wait words: 32-bit words that threads wait on, spinning first and then asleep (futex).

import CRecurrentProcessor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A 32-bit word on cache lines of its own, for threads to wait on.
///
/// Bit 8, `asleep`, is set by threads that sleep. A thread that ends their wait calls the system
/// only if its addition or subtraction found the bit set. The word is neither a lock nor a
/// condition variable, so a forked child process inherits nothing that a thread of its parent held.
struct WaitWord: @unchecked Sendable {
  static let asleep: UInt32 = 1 << 8

  private let memory: UnsafeMutablePointer<Atomic<UInt32>>

  init() {
    // Two cache lines, since processors prefetch lines in pairs.
    memory = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 128).bindMemory(
      to: Atomic<UInt32>.self, capacity: 1)
    memory.initialize(to: Atomic(0))
  }

  func deallocate() {
    memory.deinitialize(count: 1)
    UnsafeMutableRawPointer(memory).deallocate()
  }

  @inline(__always) var value: UInt32 { memory.pointee.load(ordering: .acquiring) }

  @inline(__always) func set(_ value: UInt32) { memory.pointee.store(value, ordering: .releasing) }

  /// Stores `value` and returns the former one.
  @inline(__always) func exchange(_ value: UInt32) -> UInt32 {
    memory.pointee.exchange(value, ordering: .acquiringAndReleasing)
  }

  /// Adds `more` and returns the sum.
  @inline(__always) func add(_ more: UInt32) -> UInt32 {
    memory.pointee.wrappingAdd(more, ordering: .acquiringAndReleasing).newValue
  }

  /// Subtracts `less` and returns the difference.
  @inline(__always) func subtract(_ less: UInt32) -> UInt32 {
    memory.pointee.wrappingSubtract(less, ordering: .acquiringAndReleasing).newValue
  }

  /// Wakes all threads that sleep on the word.
  func wake() { processor_wake(memory) }

  /// Sleeps while the word is `value`. May return early.
  func sleep(while value: UInt32) { processor_sleep(memory, value) }

  /// Waits, as one of `members` threads, until `isOver` accepts the word. A thread does not sleep
  /// on a word that `isLast` accepts: the value just before the last.
  @inline(__always) func wait(among members: Int, until isOver: (UInt32) -> Bool, unless isLast: (UInt32) -> Bool) {
    for _ in 0..<Spinning.limit(members) {
      if isOver(value) { return }
      processor_pause()
    }
    sleep(until: isOver, unless: isLast)
  }

  @inline(never) private func sleep(until isOver: (UInt32) -> Bool, unless isLast: (UInt32) -> Bool) {
    while true {
      let current = value
      if isOver(current) { return }
      if isLast(current) {
        sched_yield()
        continue
      }
      let marked = current | WaitWord.asleep
      if current == marked
        || memory.pointee.compareExchange(expected: current, desired: marked, ordering: .acquiringAndReleasing)
          .exchanged
      {
        processor_sleep_noted(memory, marked)
      }
    }
  }
}
