// Alarms: one thread sleeps until a time, or until another thread rings.

import CRecurrentProcessor
import Synchronization

/// What one thread sleeps on until a time, or until another thread rings. A ring while it is awake
/// ends its next sleep at once.
package final class Alarm: Sendable {
  private static let quiet: UInt32 = 0
  private static let rung: UInt32 = 1
  private static let asleep: UInt32 = 2

  /// At one address, which the system waits on.
  nonisolated(unsafe) private let word: UnsafeMutablePointer<Atomic<UInt32>>

  package init() {
    word = .allocate(capacity: 1)
    word.initialize(to: Atomic(Alarm.quiet))
  }

  deinit {
    word.deinitialize(count: 1)
    word.deallocate()
  }

  /// Ends the sleep of the other thread. Calls the system only if it sleeps.
  package func ring() {
    if word.pointee.exchange(Alarm.rung, ordering: .acquiringAndReleasing) == Alarm.asleep { processor_wake(word) }
  }

  /// Sleeps until a ring, at most until `Clock.now` is `end`; nil for no end. May return early.
  package func sleep(until end: UInt64?) {
    if word.pointee.compareExchange(
      expected: Alarm.quiet, desired: Alarm.asleep, ordering: .acquiringAndReleasing
    ).exchanged {
      if let end { processor_sleep_until(word, Alarm.asleep, end) } else { processor_sleep(word, Alarm.asleep) }
    }
    word.pointee.store(Alarm.quiet, ordering: .sequentiallyConsistent)
  }

  /// From now on, sleeps of this thread end on time, to some microseconds.
  package static func wakeOnTime() { processor_wake_on_time() }
}
