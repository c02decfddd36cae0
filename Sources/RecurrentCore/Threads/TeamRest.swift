// Team rests: when a team of threads pauses because other processes use the cores.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Decides when a team rests, that is, when its caller works alone because other processes use the
/// cores.
struct TeamRest {
  /// The end of the current rest by the monotonic clock, in nanoseconds; 0 without one.
  private var end: UInt64 = 0
  /// The length of the next rest, in nanoseconds.
  private(set) var length = TeamRest.least
  static let least: UInt64 = 1_000_000
  static let most: UInt64 = 256_000_000
  /// The least work, in members that never waited, that makes a team worth its cores.
  static let leastWork = 1.25

  /// Whether the team rests.
  func isOn(at now: @autoclosure () -> UInt64 = TeamRest.now) -> Bool { end != 0 && now() < end }

  /// Takes account of work during which the members together slept, waiting for one another, `lost`
  /// times as long as the work took.
  ///
  /// A rest follows if the team did less than `leastWork` members' work. Each rest is twice as long
  /// as the one before; each good work in between shortens the next one by an eighth.
  mutating func record(_ lost: Double, of members: Int, at now: @autoclosure () -> UInt64 = TeamRest.now) {
    if Double(members) - lost < TeamRest.leastWork {
      end = now() + length
      length = min(2 * length, TeamRest.most)
    } else {
      end = 0
      length = max(length - length / 8, TeamRest.least)
    }
  }

  /// The monotonic clock, in nanoseconds.
  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
