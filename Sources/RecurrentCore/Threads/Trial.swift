// Trials: which of two ways of doing short work of one shape is faster, found by trying.

/// Decides for each call of a shape in which of two ways it is done, by trying both.
///
/// The ways are a team of threads and its caller alone, or layers as a wave and layers in turn. A step
/// of a small layer takes a microsecond. A meeting takes a tenth of that between cores that share a
/// cache, but more than one between others: on two sockets, and in virtual machines, whose host moves
/// their processors about (Zen 5, two virtual processors: LSTM 100, batch 2 takes 123 µs alone, and
/// 100 or 180 µs with two threads, for seconds at a time). No rule made in advance holds for both.
///
/// The first calls try both. Then the faster way is the usual one, and the other is tried again now
/// and then, less often each time that it is no faster.
struct Trial {
  /// Whether the usual way is the second.
  private var prefersSecond = false
  /// The nanoseconds of a call in the usual way: the least of late.
  private var usual = Double.infinity
  /// The usual calls until the next trial, and those between it and the one after.
  private var left = 3
  private var interval = Trial.leastInterval
  private static let (leastInterval, mostInterval) = (64, 4096)
  /// The calls of a trial, those made, and the least nanoseconds of them but the first, which may have
  /// to wake a thread.
  private static let length = 3
  private var tried = 0
  private var trial = Double.infinity

  /// Whether the next call goes the second way.
  var usesSecond: Bool { left > 0 ? prefersSecond : !prefersSecond }

  /// A call has taken `time` nanoseconds, in the first or in the second way.
  mutating func record(_ time: Double, second: Bool) {
    // The first way may not have been open, which says nothing of it.
    if second != usesSecond { return }
    if left > 0 {
      left -= 1
      usual = min(time, usual * (1 + 1.0 / 32))
      return
    }
    tried += 1
    if tried > 1 { trial = min(trial, time) }
    if tried < Trial.length { return }
    let isFaster = trial < usual
    if isFaster { (prefersSecond, usual) = (!prefersSecond, trial) }
    interval = isFaster ? Trial.leastInterval : min(2 * interval, Trial.mostInterval)
    (left, tried, trial) = (interval, 0, .infinity)
  }
}

/// What a trial is about.
struct TrialKey: Equatable {
  enum Part { case inference, forward, backward, wave }
  let part: Part
  /// The serial number of the layer, or of the lowest of several.
  let layer: UInt64
  let batch: Int
  let steps: Int
  let rows: Int
  /// The members of the team.
  let members: Int

  /// The key of some work of a layer; nil if it is not worth trying, since its steps are so long that
  /// meetings are a small part of them.
  init?(_ part: Part, _ layer: LayerEngine, batch: Int, steps: Int, rows: Int, members: Int) {
    guard members > 1, layer.operationsPerRow * Double(batch) < TrialKey.most, layer.backend.pool.triesTeams else {
      return nil
    }
    (self.part, self.layer, self.batch, self.steps) = (part, layer.serial, batch, steps)
    (self.rows, self.members) = (rows, members)
  }

  /// The operations of a step, some tens of microseconds of a core.
  private static let most = 1e7
}

/// The trials of the last shapes of a workspace.
final class Trials {
  private var kept = RecentValues<TrialKey, Trial>(most: 32)

  /// Whether work goes the second way.
  func usesSecond(_ key: TrialKey) -> Bool { kept[key, Trial()].usesSecond }

  /// The work has taken so many nanoseconds.
  func record(_ time: UInt64, second: Bool, _ key: TrialKey) {
    kept[key, Trial()].record(Double(time), second: second)
  }
}
