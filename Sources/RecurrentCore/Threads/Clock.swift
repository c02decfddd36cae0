// The clock of waiting and measuring.

import CRecurrentProcessor

/// The monotonic clock.
package enum Clock {
  /// The time in nanoseconds.
  @inline(__always) package static var now: UInt64 { processor_clock() }
}
