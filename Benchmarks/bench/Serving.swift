// The suite "serving": how soon a pool of streams computes frames that arrive by themselves.

import Foundation
import Recurrent

/// Streams through one model: each has a frame every so many milliseconds.
struct ServingProblem {
  let problem: Problem
  let frame: Int
  /// The number of streams offered; nil for half more than the pool admits.
  let streams: Int?

  var name: String {
    "\(problem.cell.rawValue) serving, hidden \(problem.hidden), frame \(frame) ms, "
      + (streams.map { "streams \($0)" } ?? "overload")
      + (problem.input == problem.hidden ? "" : ", input \(problem.input)")
      + (problem.layers > 1 ? ", \(problem.layers) layers" : "")
      + (problem.precision == .float32 ? "" : ", \(problem.precision)")
  }

  /// The part of a frame's interval by which a frame may come early or late.
  static let jitter = 0.1
  /// The frames of a stream that wait or are computed at once.
  static let room = 4
  /// The mean nanoseconds between two arrivals below which the generator sleeps for `leastSleep` at
  /// least, so that it leaves the cores to the pool; and above which it is awake in time.
  private static let (dense, sparse, leastSleep, waking) = (50_000.0, 500_000.0, 200_000 as UInt64, 100_000 as UInt64)
  /// The seconds of the arrivals that are not counted.
  private static let warmUp = 0.2

  /// Runs a pool on arrivals of about so many seconds. Frames come at their own times, whether the pool
  /// is ready or not, and latency counts from the scheduled time of a frame to the return of its
  /// output: a late push counts as latency, too.
  ///
  /// Each stream has a frame per interval, from a random phase, uniform in the interval; each frame
  /// comes up to a tenth of the interval earlier or later, uniformly.
  func measure(on backend: any Backend, seconds: Double) throws -> Serving {
    let stack = RecurrentStack(problem.configuration, seed: 1, backend: backend, precision: problem.precision)
    let interval = Double(frame) * 1e6
    func pool(_ slots: Int) throws -> StreamPool {
      try StreamPool(stack, .init(slots: slots, frameInterval: .milliseconds(frame), room: ServingProblem.room))
    }
    let lone = ServingProblem.loneStep(stack)
    let offered =
      try streams
      ?? {
        // Of what the pool admits, the least of three looks.
        let most = try (0..<3).map { _ in try pool(1 << 15).statistics.mostStreams }.min()!
        return max(2, most + most / 2)
      }()
    let served = try pool(offered)
    let record = ServingRecord(streams: offered)
    var open: [StreamPool.Stream] = []
    for index in 0..<offered {
      do {
        open.append(try served.open { _, _ in record.deliver(index) })
      } catch { break }
    }
    let (span, skipped) = (seconds * 1e9, ServingProblem.warmUp * 1e9)
    let arrivals = arrivals(open.count, interval, until: skipped + span)
    let inputs = ServingProblem.randomFrame(problem.input)
    let alarm = Alarm()
    Alarm.wakeOnTime()
    let begin = Clock.now + 1_000_000
    record.begin(countingFrom: begin + UInt64(skipped), upTo: arrivals.count)
    let gap = interval / Double(max(1, open.count))
    let least = gap < ServingProblem.dense ? ServingProblem.leastSleep : 0
    let early = gap > ServingProblem.sparse ? ServingProblem.waking : 0
    var next = 0
    while next < arrivals.count, Interruption.signal == 0 {
      let due = begin + arrivals[next].time
      if due - early > Clock.now { alarm.sleep(until: max(due - early, Clock.now + least)) }
      while early > 0, Clock.now < due {}
      let now = Clock.now
      while next < arrivals.count, begin + arrivals[next].time <= now {
        let (time, stream) = arrivals[next]
        record.expect(stream, at: begin + time)
        if try !open[stream].tryPush(inputs) { record.lose(stream) }
        next += 1
      }
    }
    let end = Clock.now + 2_000_000_000
    while record.delivered < record.pushed, Clock.now < end { alarm.sleep(until: Clock.now + 1_000_000) }
    let statistics = served.statistics
    served.close()
    return Serving(
      self, backend: backend, offered: offered, admitted: open.count, deadline: interval * 1e-9, loneStep: lone,
      waking: ServingProblem.wakingTime(), statistics: statistics, record: record)
  }

  /// The least median seconds that a peer takes for a step of one stream, with one thread and with
  /// `threads`; nil if it does not run the problem, or fails.
  fileprivate func step(of peer: Peer, threads: Int) -> Double? {
    var steps = problem
    (steps.mode, steps.batch, steps.length) = (.streaming, 1, 64)
    return [1, threads].uniqued().compactMap { threads -> Double? in
      guard peer.setUp(steps, threads: threads) else { return nil }
      let times = (0..<5).compactMap { _ in peer.run(4, wake: 0.03) }
      return times.isEmpty ? nil : times.median / Double(4 * steps.length)
    }.min()
  }

  /// The frames of all streams in the order of their times, in nanoseconds.
  private func arrivals(_ streams: Int, _ interval: Double, until end: Double) -> [(time: UInt64, stream: Int)] {
    var random = RandomStream(seed: 11)
    var all: [(time: UInt64, stream: Int)] = []
    for stream in 0..<streams {
      var base = Double.random(in: 0..<1, using: &random) * interval
      while base < end {
        let shift = Double.random(in: -ServingProblem.jitter...ServingProblem.jitter, using: &random)
        all.append((UInt64(max(0, base + shift * interval)), stream))
        base += interval
      }
    }
    return all.sorted { ($0.time, $0.stream) < ($1.time, $1.stream) }
  }

  private static func randomFrame(_ size: Int) -> [Float] {
    var random = RandomStream(seed: 2)
    return (0..<size).map { _ in Float.random(in: -1...1, using: &random) }
  }

  /// The median seconds of a step of one stream by itself.
  private static func loneStep(_ stack: RecurrentStack) -> Double {
    let input = Tensor(randomFrame(stack.inputSize), shape: [1, stack.inputSize])
    var (state, output) = (stack.initialState(batch: 1), Tensor(zeros: [1, stack.outputSize]))
    let workspace = Workspace()
    return (0..<400).map { _ in
      let start = Clock.now
      stack.step(input, state: &state, output: &output, workspace: workspace)
      return Double(Clock.now - start) * 1e-9
    }.suffix(300).median
  }

  /// The median and the 99th percentile, in seconds, of what a sleeping thread takes to wake.
  private static func wakingTime() -> (median: Double, p99: Double) {
    let (alarm, rung, woken) = (Alarm(), Locked(UInt64(0)), Locked<[Double]>([]))
    let count = 200
    guard
      let thread = try? DedicatedThread({
        for _ in 0..<count {
          while rung.withLock({ $0 }) == 0 { alarm.sleep(until: nil) }
          let now = Clock.now
          let start = rung.withLock { start in
            defer { start = 0 }
            return start
          }
          woken.withLock { $0.append(Double(now - start) * 1e-9) }
        }
      })
    else { return (.nan, .nan) }
    let pause = Alarm()
    for _ in 0..<count {
      while rung.withLock({ $0 }) != 0 { pause.sleep(until: Clock.now + 20_000) }
      pause.sleep(until: Clock.now + 500_000)
      rung.withLock { $0 = Clock.now }
      alarm.ring()
    }
    thread.join()
    let times = woken.withLock { $0 }.sorted()
    return (times.median, times.percentile(0.99))
  }
}

extension [Double] {
  /// The value that a part of the sorted values is at or below. Precondition: sorted, one or more.
  fileprivate func percentile(_ part: Double) -> Double {
    self[Swift.max(0, Swift.min(count - 1, Int((part * Double(count)).rounded(.up)) - 1))]
  }
}

/// The frames of a run: the times that they were scheduled for, and their latencies.
///
/// The generator writes what is due before it pushes a frame, and the pool's thread reads it when the
/// output comes: the pool's lock is between them.
private final class ServingRecord: @unchecked Sendable {
  /// For each stream, the times of the frames that are under way: a ring of 2 · room.
  private var scheduled: [UInt64]
  private var expected: [Int]
  private var received: [Int]
  /// Latencies in seconds, of the frames that count; and their number.
  private(set) var latencies: [Double] = []
  private var first: UInt64 = 0
  private(set) var pushed = 0
  private(set) var lost = 0
  private let count = Locked(0)

  init(streams: Int) {
    scheduled = [UInt64](repeating: 0, count: streams * ServingRecord.ring)
    expected = [Int](repeating: 0, count: streams)
    received = expected
  }

  private static let ring = 2 * ServingProblem.room

  func begin(countingFrom first: UInt64, upTo count: Int) {
    self.first = first
    latencies.reserveCapacity(count)
  }

  /// The next frame of a stream is about to be pushed.
  func expect(_ stream: Int, at time: UInt64) {
    scheduled[stream * ServingRecord.ring + expected[stream] % ServingRecord.ring] = time
    expected[stream] += 1
    pushed += 1
  }

  /// There was no room for it.
  func lose(_ stream: Int) {
    expected[stream] -= 1
    pushed -= 1
    lost += 1
  }

  func deliver(_ stream: Int) {
    let time = scheduled[stream * ServingRecord.ring + received[stream] % ServingRecord.ring]
    received[stream] += 1
    if time >= first { latencies.append(Double(Clock.now - time) * 1e-9) }
    count.withLock { $0 += 1 }
  }

  var delivered: Int { count.withLock { $0 } }
}

/// The latencies of a pool.
struct Serving: Codable {
  let cell: CellName
  let backend: String
  let precision: Precision
  let input, hidden, layers, threads: Int
  /// The milliseconds between two frames of a stream, and the deadline of a frame in seconds.
  let frame_ms: Int
  let deadline: Double
  /// The streams that were offered, and of them those admitted and refused.
  let streams, admitted, refused: Int
  /// The frames that count, those without room, and of the first those after their deadline.
  let frames, lost, late: Int
  let rows_per_batch: Double
  /// Latencies from the scheduled time of a frame to its output.
  let seconds: Seconds
  /// A step of one stream by itself; and what a sleeping thread takes to wake.
  let lone_step: Double
  let waking: Waking
  /// What each peer takes for such a step, in seconds, by its name.
  var peer_steps: [String: Double]?

  struct Seconds: Codable { let p50, p99, p999, max: Double }
  struct Waking: Codable { let median, p99: Double }

  fileprivate init(
    _ problem: ServingProblem, backend: any Backend, offered: Int, admitted: Int, deadline: Double, loneStep: Double,
    waking: (median: Double, p99: Double), statistics: StreamPool.Statistics, record: ServingRecord
  ) {
    let own = problem.problem
    (cell, self.backend, precision, threads) = (own.cell, backend.name, own.precision, backend.pool.threads)
    (input, hidden, layers, frame_ms) = (own.input, own.hidden, own.layers, problem.frame)
    (streams, self.admitted, refused, self.deadline) = (offered, admitted, offered - admitted, deadline)
    let sorted = record.latencies.sorted()
    (frames, lost, late) = (sorted.count, record.lost, sorted.count { $0 > deadline })
    rows_per_batch = Double(statistics.frames) / Double(max(1, statistics.batches))
    func part(_ part: Double) -> Double { sorted.isEmpty ? .nan : sorted.percentile(part) }
    seconds = Seconds(p50: part(0.5), p99: part(0.99), p999: part(0.999), max: sorted.last ?? .nan)
    (lone_step, self.waking) = (loneStep, Waking(median: waking.median, p99: waking.p99))
  }

  /// What the rows of one table have in common.
  var table: String {
    "\(backend)\(precision.suffix): \(cell.title) \(counted(layers, "layer")) of \(hidden)"
      + (input == hidden ? "" : ", input \(input)") + ", frames of \(frame_ms) ms"
  }
}

extension Bench {
  /// The suite's latencies, on each backend. Also returns whether a peer has failed.
  func measureServing() throws -> (Report, peerFailed: Bool) {
    let backends = try chosenBackends()
    let problems = try chosenServing()
    let threads = backends[0].pool.threads
    let progress = Progress(total: problems.count * backends.count)
    let peers = startPeers(beside: backends.map(\.name), progress)
    defer { for peer in peers { peer.end() } }
    var report = Report(
      threads: threads, progress, peers: peers, precisions: problems.map(\.problem.precision), backends: backends)
    report.notes =
      precisionNotes + [
        "each stream has a frame per interval, from a random phase, and up to a tenth of it earlier or later",
        "latency from the scheduled time of a frame to its output; the deadline is the interval",
        "the last row of a table offers half more streams than the pool admits",
      ]
    var results: [Serving] = []
    var steps: [Problem: [String: Double]] = [:]
    for problem in problems where Interruption.signal == 0 {
      if steps[problem.problem] == nil {
        for peer in peers where peer.failure == nil {
          steps[problem.problem, default: [:]][peer.name] = problem.step(of: peer, threads: threads)
        }
      }
      for backend in backends {
        progress.step(problem.name)
        var result = try problem.measure(on: backend, seconds: secondsEach)
        result.peer_steps = steps[problem.problem]
        results.append(result)
      }
    }
    progress.finish()
    report.notes += peers.flatMap(\.notes)
    if Interruption.signal != 0 {
      report.notes.append("interrupted: \(results.count) of \(problems.count * backends.count) problems measured")
    }
    report.serving = results
    return (report, peers.contains { $0.failure != nil && !$0.isAbsent })
  }
}

extension Report {
  /// Comma-separated values, a line for each run.
  func servingCSV(_ results: [Serving]) -> String {
    let peers = Set(results.flatMap { ($0.peer_steps ?? [:]).keys }).sorted()
    let rows = results.map { r in
      """
      \(r.cell),\(r.backend),\(r.precision),\(r.input),\(r.hidden),\(r.layers),\(r.threads),\(r.frame_ms),\
      \(r.deadline),\(r.streams),\(r.admitted),\(r.refused),\(r.frames),\(r.lost),\(r.late),\(r.rows_per_batch),\
      \(r.seconds.p50),\(r.seconds.p99),\(r.seconds.p999),\(r.seconds.max),\(r.lone_step),\(r.waking.median),\
      \(r.waking.p99)\(peers.map { "," + (r.peer_steps?[$0].map { "\($0)" } ?? "") }.joined())
      """
    }
    let header = """
      cell,backend,precision,input,hidden,layers,threads,frame_ms,deadline_s,streams,admitted,refused,frames,lost,\
      late,rows_per_batch,p50_s,p99_s,p999_s,max_s,lone_step_s,waking_s,waking_p99_s\
      \(peers.map { ",\($0)_step_s" }.joined())
      """
    return ([header] + rows).joined(separator: "\n") + "\n"
  }

  /// A table for each backend, size and interval: a row for each number of streams.
  func servingTables(_ results: [Serving], _ format: Format, width: Int?) -> String {
    results.map(\.table).uniqued().map { table in
      let results = results.filter { $0.table == table }
      let rows = results.map { r in
        [
          "\(r.streams)", "\(r.admitted)", time(r.seconds.p50), time(r.seconds.p99), time(r.seconds.p999),
          time(r.seconds.max), "\(r.late)", "\(r.lost)", number(r.rows_per_batch, 1),
        ]
      }
      let columns: [TextTable.Column] =
        [.number("streams"), .number("admitted")]
        + ["p50", "p99", "p99.9", "max", "late", "lost", "rows"].map { .number($0) }
      let lone = results.map(\.lone_step).median
      let waking = (results.map(\.waking.median).median, results.map(\.waking.p99).median)
      return aligned(columns, rows, title: table, format, width: width)
        + "a step alone \(time(lone)); a thread wakes in \(time(waking.0)), p99 \(time(waking.1))\n"
        + (results[0].peer_steps ?? [:]).sorted { $0.key < $1.key }.map { name, seconds in
          let most = Int(Double(results[0].frame_ms) * 1e-3 / seconds)
          return "\(name): a step \(time(seconds)), so at most \(counted(most, "stream")) one at a time\n"
        }.joined() + "\n"
    }.joined()
  }
}
