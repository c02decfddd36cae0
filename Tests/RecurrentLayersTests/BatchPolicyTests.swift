// The batch policy, with a simulated clock.

import Recurrent
import Testing

@Suite struct BatchPolicyTests {
  /// Batches of n rows take 20 + 3 n microseconds.
  private static let times = BatchTimes(
    [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].map { ($0, 20_000 + 3_000 * Double($0)) })
  private static let millisecond: UInt64 = 1_000_000

  private static func policy(
    slots: Int = 4000, room: Int = 2, deadline: UInt64 = 10 * millisecond, load: Double = 0.8
  ) -> BatchPolicy {
    BatchPolicy(slots: slots, room: room, most: 1024, deadline: deadline, maximumLoad: load, times: times)
  }

  // MARK: The table

  @Test func theTableInterpolates() {
    let table = BatchTimes([(1, 10), (4, 40), (8, 60)])
    #expect(table.time(of: 1) == 10 && table.time(of: 3) == 30 && table.time(of: 4) == 40 && table.time(of: 6) == 50)
    #expect(table.time(of: 16) == 120, "in proportion beyond the table")
    #expect(table.largest(within: 50, upTo: 100) == 6 && table.largest(within: 5, upTo: 100) == 1)
    #expect(table.largest(within: 1000, upTo: 7) == 7)
  }

  /// The time of a longer batch never is the shorter one, whatever was measured.
  @Test func timesNeverFall() {
    var table = BatchTimes([(1, 50), (2, 20), (4, 30)])
    #expect(table.nanoseconds == [50, 50, 50])
    for _ in 0..<100 { table.record(1000, of: 1) }
    #expect(table.nanoseconds[0] > 500 && table.nanoseconds[2] >= table.nanoseconds[0])
    // The last measurement counts: what is fast for many rows is not slower for few.
    for _ in 0..<1000 { table.record(100, of: 4) }
    #expect(table.nanoseconds[0] < 110 && table.nanoseconds[2] < 110)
  }

  /// The table rises faster than it falls, and one outlier moves it little.
  @Test func theTableFollowsSlowBatches() {
    var table = BatchTimes([(1, 100), (8, 200)])
    table.record(1e9, of: 8)
    #expect(table.time(of: 8) == 225 && table.time(of: 1) == 100)
    table.record(1, of: 8)
    #expect(table.time(of: 8) > 220)
    // Half of the batches take 100, half 200: the entry is nearer to 200.
    var mixed = BatchTimes([(1, 100)])
    for index in 0..<10_000 { mixed.record(index % 2 == 0 ? 100 : 200, of: 1) }
    #expect(mixed.time(of: 1) > 165)
  }

  /// While others use the cores, batches of the used sizes become slow and the rest of the table is
  /// old. That makes no batch smaller.
  @Test func slowTimesMakeNoSmallBatches() {
    var policy = BatchPolicyTests.policy()
    for slot in 0..<2000 { policy.open(slot, interval: 1e7) }
    let largest = policy.largest
    for _ in 0..<1000 { policy.record(2 * policy.times.time(of: largest), rows: largest) }
    #expect(largest == 128 && policy.times.time(of: largest) > 1e6)
    #expect(policy.largest > 16)
    var other = BatchPolicyTests.policy()
    for slot in 0..<2000 { other.open(slot, interval: 1e7) }
    for _ in 0..<10 { other.record(1.5 * other.times.time(of: largest), rows: largest) }
    #expect(other.largest == largest && other.enough > 8)
  }

  /// While more frames wait than a batch has, the next one has twice as many, within half of the
  /// deadline, and afterwards it has no more than before.
  @Test func batchesGrowWhileFramesWait() {
    var policy = BatchPolicyTests.policy()
    for slot in 0..<2000 { policy.open(slot, interval: 1e7) }
    let usual = policy.largest
    var sizes: [Int] = []
    for slot in 0..<2000 { policy.push(slot, at: 1) }
    while policy.take() != nil {
      sizes.append(policy.batch.count)
      policy.record(policy.times.time(of: policy.batch.count), rows: policy.batch.count)
    }
    #expect(sizes.prefix(3) == [usual, 2 * usual, 4 * usual] && sizes.reduce(0, +) == 2000, "\(sizes)")
    #expect(policy.times.time(of: sizes.max()!) <= 5e6 && policy.most(interval: 1e7) > 0)
    for _ in 0..<10 {
      policy.push(0, at: 2)
      policy.take()
      policy.record(policy.times.time(of: 1), rows: 1)
    }
    #expect(policy.largest == usual)
  }

  // MARK: When a batch starts

  /// A few streams need no company: a frame starts a batch at once.
  @Test func fewStreamsAreComputedAtOnce() {
    var policy = BatchPolicyTests.policy()
    for slot in 0..<10 { policy.open(slot, interval: 1e7) }
    #expect(policy.start == nil)
    policy.push(3, at: 5)
    #expect(policy.enough == 1 && policy.start == 0)
  }

  /// At a higher load, a batch waits for as many frames as leave half of the time free.
  @Test func manyStreamsWaitForEnoughFrames() {
    var policy = BatchPolicyTests.policy()
    for slot in 0..<1200 { policy.open(slot, interval: 1e7) }
    // 120 frames a millisecond: alone they would take 2.8 times the time, eight at once 0.66.
    #expect(policy.enough == 32)
    for slot in 0..<31 {
      policy.push(slot, at: 1000)
      #expect(policy.start! > 0)
    }
    policy.push(31, at: 1000)
    #expect(policy.start == 0)
    policy.take()
    #expect(policy.batch.count == 32 && policy.start == nil)
  }

  /// A batch starts when all streams that are not paused have a frame.
  @Test func allStreamsThatAreNotPausedHaveAFrame() {
    var policy = BatchPolicyTests.policy(deadline: 400_000)
    for slot in 0..<6 { policy.open(slot, interval: 50_000) }
    #expect(policy.enough > 6)
    for slot in 0..<4 { policy.push(slot, at: 0) }
    #expect(policy.start! > 0)
    policy.pause(4)
    #expect(policy.start! > 0)
    policy.pause(5)
    #expect(policy.start == 0)
    policy.resume(5)
    #expect(policy.start! > 0)
    policy.close(5)
    #expect(policy.start == 0)
    policy.take()
    #expect(policy.batch == [0, 1, 2, 3])
    // The frame of a paused stream starts a batch if no other is open.
    var other = BatchPolicyTests.policy(deadline: 400_000)
    other.open(7, interval: 1000)
    other.push(7, at: 0)
    other.pause(7)
    #expect(other.start == 0)
  }

  /// A batch starts no later than the slack of a frame ends: the deadline less the time of all frames
  /// up to it, and less the time to wake.
  @Test func slackEndsBeforeTheDeadline() {
    var policy = BatchPolicyTests.policy()
    for slot in 0..<2000 { policy.open(slot, interval: 1e7) }
    let free = 10 * BatchPolicyTests.millisecond - BatchPolicy.waking
    #expect(policy.enough > 20)
    policy.push(0, at: 7000)
    #expect(policy.start == 7000 + free - 23_000)
    policy.push(1, at: 7000)
    #expect(policy.start == 7000 + free - 26_000)
    // A later frame has more slack.
    policy.push(2, at: 900_000)
    #expect(policy.start == 7000 + free - 26_000)
    // A second frame of a stream needs another batch.
    policy.push(0, at: 7000)
    #expect(policy.start == 7000 + free - 32_000 - 23_000)
    policy.take()
    #expect(policy.batch == [0, 1, 2] && policy.frames == 1 && policy.frames(0) == 1)
    #expect(policy.start == 7000 + free - 23_000)
  }

  /// The oldest frames go first, one of each stream, and the rest later.
  @Test func theOldestGoFirst() {
    var policy = BatchPolicyTests.policy(room: 3)
    for slot in 0..<2000 { policy.open(slot, interval: 1e7) }
    for slot in (0..<2000).reversed() { policy.push(slot, at: UInt64(2000 - slot)) }
    for _ in 0..<2 { policy.push(1999, at: 5000) }
    #expect(policy.largest < 2000)
    var seen: [Int32] = []
    var oldest: UInt64 = 0
    while policy.start != nil {
      let first = policy.take()!
      #expect(first >= oldest && policy.batch.count <= policy.largest && Set(policy.batch).count == policy.batch.count)
      oldest = first
      seen += policy.batch
    }
    #expect(Array(seen.filter { $0 != 1999 }) == (0..<1999).reversed().map { Int32($0) })
    #expect(seen.count == 2002)
  }

  /// Frames of a closed stream are dropped, and its slot starts anew.
  @Test func aClosedStreamHasNoFrames() {
    var policy = BatchPolicyTests.policy()
    for slot in 0..<3 { policy.open(slot, interval: 1e7) }
    policy.push(1, at: 10)
    policy.push(2, at: 11)
    policy.push(1, at: 12)
    policy.close(1)
    #expect(policy.frames == 1 && policy.frames(1) == 0 && policy.streams == 2)
    policy.open(1, interval: 1e7)
    policy.take()
    #expect(policy.batch == [2])
    policy.close(0)
    policy.close(1)
    policy.close(2)
    #expect(policy.streams == 0 && policy.active == 0 && policy.start == nil)
  }

  // MARK: Admission

  /// Streams are admitted as long as their frames, should they come at once, meet the deadline, and
  /// the load stays below its limit.
  @Test func admissionFollowsTheTable() {
    // 10 ms of batches of 128 rows, 404 microseconds each: 3168 frames; 80 % of it: 2534.
    for (load, expected) in [(1.0, 3160...3175), (0.8, 2525...2545)] {
      var policy = BatchPolicyTests.policy(load: load)
      var slot = 0
      while policy.refusal(interval: 1e7) == nil {
        policy.open(slot, interval: 1e7)
        slot += 1
      }
      #expect(expected.contains(slot) && policy.refusal(interval: 1e7) == slot && policy.most(interval: 1e7) == slot)
      // Faster streams are refused sooner, slower ones later, and closing makes room.
      #expect(policy.most(interval: 5e6) < slot)
      policy.close(0)
      #expect(policy.refusal(interval: 1e7) == nil && policy.refusal(interval: 1e6) != nil)
    }
    // All frames at once must meet a short deadline, however rare they are.
    let rare = BatchPolicyTests.policy(deadline: 1_000_000)
    #expect((200..<330).contains(rare.most(interval: 1e9)))
    // A deadline shorter than a batch of one row admits nothing.
    #expect(BatchPolicyTests.policy(deadline: 20_000).refusal(interval: 1e9) == 0)
  }

  // MARK: Simulation

  /// Streams of random phases that join, pause, push late and leave, on a pool that takes the table's
  /// times: no frame waits for longer than two frame intervals, nor, at the admitted number, for
  /// longer than its deadline.
  @Test(arguments: [10, 300, 1000, 2600])
  func noFrameWaitsForLong(_ count: Int) {
    let interval: UInt64 = 10 * BatchPolicyTests.millisecond
    var policy = BatchPolicyTests.policy()
    var random = RandomStream(seed: UInt64(count))
    /// The time of each stream's next frame; `.max` for a free slot.
    var next = [UInt64](repeating: .max, count: 4000)
    var arrivals = [[UInt64]](repeating: [], count: 4000)
    func open(_ slot: Int, at now: UInt64) {
      if policy.refusal(interval: Double(interval)) != nil { return }
      policy.open(slot, interval: Double(interval))
      next[slot] = now + UInt64.random(in: 0..<interval, using: &random)
    }
    for slot in 0..<count { open(slot, at: 0) }
    var now: UInt64 = 0
    var (longest, computed) = (UInt64(0), 0)
    let step: UInt64 = 20_000
    var free: UInt64 = 0
    while now < 20 * interval {
      now += step
      for slot in 0..<count where next[slot] <= now {
        arrivals[slot].append(now)
        if arrivals[slot].count > 2 {
          Issue.record("no room for a frame of a stream that keeps its rate")
          return
        }
        policy.resume(slot)
        policy.push(slot, at: now)
        next[slot] += interval
        switch Int.random(in: 0..<100, using: &random) {
        case 0:
          policy.pause(slot)
          next[slot] += 5 * interval
        case 1:
          policy.close(slot)
          arrivals[slot] = []
          next[slot] = .max
          let other = Int.random(in: 0..<count, using: &random)
          if next[other] == .max { open(other, at: now) }
        default: break
        }
      }
      while free <= now, let start = policy.start, start <= now {
        policy.take()
        let time = UInt64(policy.times.time(of: policy.batch.count))
        free = max(free, now) + time
        for slot in policy.batch {
          longest = max(longest, free - arrivals[Int(slot)].removeFirst())
          computed += 1
        }
        policy.record(Double(time), rows: policy.batch.count)
      }
    }
    #expect(longest <= 2 * interval && longest <= policy.deadline + step, "\(longest)")
    #expect(computed > 10 * count)
  }
}
