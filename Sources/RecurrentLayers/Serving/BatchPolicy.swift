// The batch policy: when a batch of frames starts, which frames it has, and which streams are
// admitted. A value without a clock.

import RecurrentCore

/// Decides when a pool starts a batch, which frames are in it, and whether another stream is
/// admitted. All times are nanoseconds; `now` comes from the caller and never falls.
///
/// A batch starts as soon as the pool is free and one of these holds:
/// - Enough frames wait: as many as let the pool rest half of the time, or beyond which larger
///   batches save little time (`enough`).
/// - Every open stream that is not paused has a frame.
/// - The slack of a frame ends: its deadline, less the measured time of a batch of all frames up to
///   it.
///
/// A batch has the oldest frames, one of each stream, and at most `largest`: usually as many as are
/// efficient; while that many still wait when a batch ends, twice as many in the next one.
///
/// A stream is admitted if these hold with it:
/// - The frames of all streams, should they come at once, are computed within the deadline.
/// - The streams keep the pool busy for at most `maximumLoad` of the time.
package struct BatchPolicy: Sendable {
  /// A waiting frame.
  private struct Frame {
    let slot: Int32
    let arrival: UInt64
  }

  /// The part of the time that the pool computes, if waiting for more frames can keep it that low.
  private static let usualLoad = 0.5
  /// How many times as large as usual batches may become.
  package static let mostGrowth = 8
  /// How much before its slack ends a batch starts: what a thread may take to wake.
  package static let waking: UInt64 = 100_000

  /// From its arrival to the end of its batch, a frame's greatest time.
  package let deadline: UInt64
  private let maximumLoad: Double
  /// The greatest number of rows that batches have memory for.
  private let most: Int
  /// The number of rows from which larger batches gain little, by the first measurements, which are
  /// all of the same moment. Later ones are of some numbers of rows only.
  private let efficient: Int
  /// The time of a batch by its rows.
  package private(set) var times: BatchTimes
  /// The greatest number of rows of a batch now, and while no frames are left behind.
  package private(set) var largest = 1
  private var usual = 1
  /// The number of frames that start a batch now.
  package private(set) var enough = 1

  /// The waiting frames from `head` on, oldest first.
  private var queue: [Frame] = []
  private var head = 0
  private let capacity: Int
  /// Of each slot: the time between two frames, 0 if it is free; whether it is paused; its waiting
  /// frames.
  private var intervals: [Double]
  private var isPaused: [Bool]
  private var waiting: [Int32]
  /// Scratch memory for each slot: the frames that a scan has met.
  private var met: [Int32]
  /// The slots of the batch that `take` chose.
  package private(set) var batch: [Int32] = []

  /// The number of open streams, and of those not paused.
  package private(set) var streams = 0
  package private(set) var active = 0
  /// Of the active ones, those that have a frame.
  private var ready = 0
  /// The frames for each nanosecond of the open streams, and of the active ones.
  private var rate = 0.0
  private var activeRate = 0.0
  /// When the first slack ends, `.max` without frames; nil if that is not known. It is computed only
  /// while few frames wait, so that a long queue costs nothing.
  private var slackEnd: UInt64? = .max

  /// Creates a policy without streams.
  ///
  /// - Parameters:
  ///   - slots: the greatest number of streams.
  ///   - room: the greatest number of waiting frames of a stream.
  ///   - most: the greatest number of rows of a batch.
  ///   - deadline: a frame's greatest time, in nanoseconds.
  ///   - maximumLoad: the greatest part of the time that admitted streams keep the pool busy.
  ///   - times: the time of a batch by its rows.
  package init(slots: Int, room: Int, most: Int, deadline: UInt64, maximumLoad: Double, times: BatchTimes) {
    (self.deadline, self.maximumLoad, self.most, self.times) = (deadline, maximumLoad, most, times)
    efficient = times.efficient(upTo: most)
    intervals = [Double](repeating: 0, count: slots)
    isPaused = [Bool](repeating: false, count: slots)
    waiting = [Int32](repeating: 0, count: slots)
    met = waiting
    capacity = 2 * slots * room
    queue.reserveCapacity(capacity)
    batch.reserveCapacity(most)
    update()
  }

  // MARK: Streams

  /// Why a stream with a frame every `interval` nanoseconds is not admitted: the greatest number of
  /// such streams that are; nil if it is admitted.
  package func refusal(interval: Double) -> Int? {
    admits(streams + 1, rate: rate + 1 / interval) ? nil : min(streams, most(interval: interval))
  }

  /// The greatest number of streams that are admitted if each has a frame every `interval`
  /// nanoseconds.
  package func most(interval: Double) -> Int {
    var (low, high) = (0, intervals.count)
    while low < high {
      let middle = (low + high + 1) / 2
      if admits(middle, rate: Double(middle) / interval) { low = middle } else { high = middle - 1 }
    }
    return low
  }

  private func admits(_ count: Int, rate: Double) -> Bool {
    let all = timeOfAll(count)
    return all <= Double(deadline) && rate * all / Double(max(1, count)) <= maximumLoad
  }

  /// The time of so many frames, each of another stream.
  private func timeOfAll(_ count: Int) -> Double {
    let rest = count % usual
    return Double(count / usual) * times.time(of: usual) + (rest > 0 ? times.time(of: rest) : 0)
  }

  /// Opens a stream in a free slot.
  package mutating func open(_ slot: Int, interval: Double) {
    intervals[slot] = interval
    isPaused[slot] = false
    streams += 1
    rate += 1 / interval
    activate(slot, true)
  }

  /// Frees a slot. Its frames are dropped.
  package mutating func close(_ slot: Int) {
    if !isPaused[slot] { activate(slot, false) }
    if waiting[slot] > 0 {
      compact()
      queue.removeAll { $0.slot == Int32(slot) }
      waiting[slot] = 0
      slackEnd = nil
    }
    streams -= 1
    rate = streams == 0 ? 0 : rate - 1 / intervals[slot]
    intervals[slot] = 0
  }

  /// From now on, batches do not wait for the stream of a slot. Its frames are computed.
  package mutating func pause(_ slot: Int) {
    if isPaused[slot] { return }
    activate(slot, false)
    isPaused[slot] = true
  }

  /// Ends the pause of a stream.
  package mutating func resume(_ slot: Int) {
    if !isPaused[slot] { return }
    isPaused[slot] = false
    activate(slot, true)
  }

  private mutating func activate(_ slot: Int, _ isActive: Bool) {
    let sign = isActive ? 1 : -1
    active += sign
    if waiting[slot] > 0 { ready += sign }
    activeRate = active == 0 ? 0 : activeRate + Double(sign) / intervals[slot]
    update()
  }

  // MARK: Frames

  /// The waiting frames of a slot, and of all.
  package func frames(_ slot: Int) -> Int { Int(waiting[slot]) }
  package var frames: Int { queue.count - head }

  /// A frame of a stream has arrived.
  package mutating func push(_ slot: Int, at now: UInt64) {
    let before = Int(waiting[slot])
    if let end = slackEnd {
      slackEnd = frames + 1 < enough ? min(end, slack(of: frames, after: before, arrival: now)) : nil
    }
    if queue.count == capacity { compact() }
    queue.append(Frame(slot: Int32(slot), arrival: now))
    if before == 0, !isPaused[slot] { ready += 1 }
    waiting[slot] += 1
  }

  /// Moves the waiting frames to the front of their memory.
  private mutating func compact() {
    queue.removeFirst(head)
    head = 0
  }

  /// When a batch must start for the frame at a place of the queue, which waits for `before` others of
  /// its stream.
  private func slack(of place: Int, after before: Int, arrival: UInt64) -> UInt64 {
    let time = timeOfAll(place + 1) + Double(before) * times.time(of: 1)
    let needed = UInt64(min(time, 1e18)) + BatchPolicy.waking
    return arrival + (needed < deadline ? deadline - needed : 0)
  }

  /// When the next batch starts, if the pool is free then: 0 for at once; nil if no frame waits.
  package var start: UInt64? {
    mutating get {
      if frames == 0 { return nil }
      if frames >= enough || ready == active { return 0 }
      if let slackEnd { return slackEnd }
      let end = scanSlack()
      slackEnd = end
      return end
    }
  }

  /// Takes the frames of the next batch from the queue: the oldest, one of each stream. Their slots
  /// are in `batch`, oldest first. Returns the arrival of the oldest.
  @discardableResult
  package mutating func take() -> UInt64? {
    batch.removeAll(keepingCapacity: true)
    let oldest = frames == 0 ? nil : queue[head].arrival
    // Frames of streams that the batch has already move to the places of those just before the next
    // frame, in order.
    var end = head
    while end < queue.count, batch.count < largest {
      let slot = Int(queue[end].slot)
      if met[slot] == 0 { batch.append(Int32(slot)) }
      met[slot] += 1
      end += 1
    }
    var place = end
    for index in stride(from: end - 1, through: head, by: -1) {
      let slot = Int(queue[index].slot)
      met[slot] -= 1
      if met[slot] > 0 {
        place -= 1
        queue[place] = queue[index]
      }
    }
    head = place
    if frames == 0 { compact() }
    for slot in batch {
      let slot = Int(slot)
      waiting[slot] -= 1
      if waiting[slot] == 0, !isPaused[slot] { ready -= 1 }
    }
    slackEnd = frames == 0 ? .max : nil
    return oldest
  }

  /// When the first slack ends.
  private mutating func scanSlack() -> UInt64 {
    var first = UInt64.max
    for index in head..<queue.count {
      let frame = queue[index]
      first = min(first, slack(of: index - head, after: Int(met[Int(frame.slot)]), arrival: frame.arrival))
      met[Int(frame.slot)] += 1
    }
    for index in head..<queue.count { met[Int(queue[index].slot)] = 0 }
    return first
  }

  /// A batch has ended, after so many nanoseconds.
  package mutating func record(_ time: Double, rows: Int) {
    times.record(time, of: rows)
    // Each batch has costs of its own, which the pool saves when it falls behind.
    if frames >= largest { largest *= 2 } else if frames < usual { largest /= 2 }
    update()
  }

  /// Computes `largest` and `enough` from the table and the active streams.
  private mutating func update() {
    // A frame that arrives just after a batch has begun waits for that one and for its own.
    let limit = times.largest(within: Double(deadline) / 2, upTo: most)
    // Of larger ones than `efficient`, the first frames would wait for the last.
    usual = min(limit, efficient)
    largest = min(limit, max(usual, min(largest, BatchPolicy.mostGrowth * usual)))
    enough = usual
    for rows in times.rows where rows < usual {
      if activeRate * times.time(of: rows) / Double(rows) <= BatchPolicy.usualLoad {
        enough = rows
        break
      }
    }
  }
}
