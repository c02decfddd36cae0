// Ticks: the length of the processor's ticks.

import CRecurrentProcessor

/// The clock of `processor_ticks`.
enum Ticks {
  /// The nanoseconds of a tick. Measured once, in a tenth of a millisecond.
  static let nanoseconds: Double = {
    let (start, ticks) = (TeamRest.now, processor_ticks())
    while TeamRest.now < start + 100_000 {}
    return Double(TeamRest.now - start) / Double(max(1, processor_ticks() &- ticks))
  }()
}
