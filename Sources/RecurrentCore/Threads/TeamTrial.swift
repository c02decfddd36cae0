// Team trials: whether a team or its caller alone is faster at short work of one shape.

/// Decides for each call of a shape whether a team does it or the caller alone, by trying both.
///
/// A step of a small layer takes a microsecond. A meeting takes a tenth of that between cores that
/// share a cache, but more than one between others: on two sockets, and in virtual machines, whose
/// host moves their processors about (Zen 5, two virtual processors: LSTM 100, batch 2 takes 123 µs
/// alone, and 100 or 180 µs with two threads, for seconds at a time). No rule made in advance holds
/// for both.
///
/// The first calls try both. Then the faster way is the usual one, and the other is tried again now
/// and then, less often each time that it is no faster.
struct TeamTrial {
  /// Whether the usual way is the caller alone.
  private var prefersAlone = false
  /// The nanoseconds of a call in the usual way: the least of late.
  private var usual = Double.infinity
  /// The usual calls until the next trial, and those between it and the one after.
  private var left = 3
  private var interval = TeamTrial.leastInterval
  private static let (leastInterval, mostInterval) = (64, 4096)
  /// The calls of a trial, those made, and the least nanoseconds of them but the first, which may have
  /// to wake a thread.
  private static let length = 3
  private var tried = 0
  private var trial = Double.infinity

  /// Whether the next call is the caller's alone.
  var isAlone: Bool { left > 0 ? prefersAlone : !prefersAlone }

  /// A call has taken `time` nanoseconds, by the caller alone or by the team.
  mutating func record(_ time: Double, alone: Bool) {
    // A team that was not free says nothing.
    if alone != isAlone { return }
    if left > 0 {
      left -= 1
      usual = min(time, usual * (1 + 1.0 / 32))
      return
    }
    tried += 1
    if tried > 1 { trial = min(trial, time) }
    if tried < TeamTrial.length { return }
    let isFaster = trial < usual
    if isFaster { (prefersAlone, usual) = (!prefersAlone, trial) }
    interval = isFaster ? TeamTrial.leastInterval : min(2 * interval, TeamTrial.mostInterval)
    (left, tried, trial) = (interval, 0, .infinity)
  }
}
