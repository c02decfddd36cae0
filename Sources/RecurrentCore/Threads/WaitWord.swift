// A word of memory that threads wait on: spinning while that is likely to be short, then asleep.

import CRecurrentProcessor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A 32-bit word on a cache line of its own.
///
/// Bit 8, `asleep`, belongs to those who wait: whoever ends a wait wakes them if the last addition
/// or subtraction found it, and only then calls the system. (Neither a lock nor a condition
/// variable: a child process finds nothing that a thread of its parent held.)
struct WaitWord: @unchecked Sendable {
  static let asleep: UInt32 = 1 << 8

  private let memory: UnsafeMutablePointer<Atomic<UInt32>>

  init() {
    // A pair of lines: processors like to fetch the neighbour as well.
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

  /// Adds, and returns the sum.
  @inline(__always) func add(_ more: UInt32) -> UInt32 {
    memory.pointee.wrappingAdd(more, ordering: .acquiringAndReleasing).newValue
  }

  /// Subtracts, and returns the difference.
  @inline(__always) func subtract(_ less: UInt32) -> UInt32 {
    memory.pointee.wrappingSubtract(less, ordering: .acquiringAndReleasing).newValue
  }

  func wake() { processor_wake(memory) }

  /// Sleeps unless the word is another than `value` by now; may return early.
  func sleep(while value: UInt32) { processor_sleep(memory, value) }

  /// Returns once the word is as one of so many members wants it. Nobody goes to sleep on a word
  /// that `isLast`, which is the one before that.
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

/// Whether, and how long, it is worth while to spin.
enum Spinning {
  /// The most cores that a thread was seen to have.
  private static let cores = Atomic(1)

  /// Looks how many cores this thread may run on, and how many the container's quota allows it,
  /// rounded up. Returns the smaller number.
  static func look() -> Int {
    let allowed = Int(processor_allowed_cores())
    let now = Machine.current.limited(allowed > 0 ? allowed : Machine.current.cores)
    cores.max(now, ordering: .relaxed)
    return now
  }

  /// How often a thread of so many looks before it sleeps: for some tens of microseconds if each
  /// has a core; else not at all, since what it waits for may need its core.
  @inline(__always) static func limit(_ threads: Int) -> Int { threads <= cores.load(ordering: .relaxed) ? 2_000 : 0 }
}
