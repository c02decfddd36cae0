// Team rests: when a team of threads pauses because other processes use the cores.

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
  /// The time that the last works together have taken, and what their members lost, in nanoseconds.
  /// Works that ended longer ago than `memory` count little.
  private var time = 0.0
  private var lost = 0.0
  private static let memory = 20e6
  /// The least time of works by which a team is judged: single ones may wait for a moment.
  static let leastTime = 500e3

  /// Whether the team rests.
  func isOn(at now: @autoclosure () -> UInt64 = Clock.now) -> Bool { end != 0 && now() < end }

  /// Takes account of work of `time` nanoseconds, during which the members together slept for `lost`,
  /// waiting for one another.
  ///
  /// A rest follows if the team did less than `leastWork` members' work, on average over the last
  /// works. Each rest is twice as long as the one before; each good work in between shortens the next
  /// one by an eighth.
  mutating func record(
    lost newLost: Double, of newTime: Double, members: Int, at now: @autoclosure () -> UInt64 = Clock.now
  ) {
    let kept = max(0, 1 - newTime / TeamRest.memory)
    (time, lost) = (time * kept + newTime, lost * kept + newLost)
    if time >= TeamRest.leastTime, Double(members) * time - lost < TeamRest.leastWork * time {
      end = now() + length
      length = min(2 * length, TeamRest.most)
      (time, lost) = (0, 0)
    } else {
      end = 0
      if Double(members) * newTime - newLost >= TeamRest.leastWork * newTime {
        length = max(length - length / 8, TeamRest.least)
      }
    }
  }
}
