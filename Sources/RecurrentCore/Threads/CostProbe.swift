// The cost probe: measures the numbers of the cost model on this machine.

extension CostModel {
  /// Measures the products of `backend` and the meetings of its threads. It takes some milliseconds.
  /// What cannot be measured, or is not credible because something else runs, keeps its default.
  package static func measured(on backend: any Backend, _ topology: Topology = .current) -> CostModel {
    var costs = CostModel()
    costs.takeCaches(of: topology)
    backend.begin()
    let (columns, depth) = (256, 256)
    let bytes = Double(4 * columns * depth)
    let small = ProductProbe(backend, rows: 24, columns: columns, depth: depth)
    let operations = 2 * Double(24 * columns * depth) / small.time(rows: 24)
    let ownRate = bytes / small.time(rows: 1)
    // Twice as large as a core's own cache.
    let wide = min(16_384, max(1024, Int(2 * costs.ownCache) / (4 * depth) / 64 * 64))
    let sharedRate =
      Double(4 * wide * depth) / ProductProbe(backend, rows: 1, columns: wide, depth: depth).time(rows: 1)
    backend.end()
    costs.operations = credible(operations, near: costs.operations)
    costs.ownRate = credible(ownRate, near: costs.ownRate)
    costs.sharedRate = min(costs.ownRate, credible(sharedRate, near: costs.sharedRate))
    costs.memoryRate = min(costs.memoryRate, costs.sharedRate)
    costs.takeMeetings(of: backend.pool)
    return costs
  }

  private mutating func takeCaches(of topology: Topology) {
    if let l2 = topology.caches.l2 { ownCache = Double(l2) }
    if let l3 = topology.caches.l3 { sharedCache = Double(l3) }
    coresPerCache = topology.l3Groups.map(\.count).max() ?? coresPerCache
  }

  /// Scales the times of starting and meeting to those of a team of all threads.
  private mutating func takeMeetings(of pool: ThreadPool) {
    let team = pool.enter()
    defer { pool.leave(team) }
    guard !team.isAlone, team.members > 1 else { return }
    let work = MeetingProbe(team.members)
    // For long enough that threads which have just started are on cores of their own.
    let meeting = fastest(of: 16, for: 4_000_000) { pool.run(work, team) } / Double(MeetingProbe.meetings)
    let start = fastest(of: 64) { pool.run(MeetingProbe.Nothing.shared, team) }
    let starts = CostModel.credible(start / starting(team.members), near: 1)
    (self.start, startDoubling) = (self.start * starts, startDoubling * starts)
    let meets = CostModel.credible(meeting / self.meeting(of: team.members), near: 1)
    self.meeting *= meets
    meetingMember *= meets
    meetingGroup *= meets
  }

  /// `value` if it is within a factor of 16 of `usual`; else `usual`.
  private static func credible(_ value: Double, near usual: Double) -> Double {
    value > usual / 16 && value < usual * 16 ? value : usual
  }
}

/// The least nanoseconds of `count` calls of `body`, or of more that take `nanoseconds` together. What
/// disturbs a call makes it longer.
private func fastest(of count: Int, for nanoseconds: UInt64 = 0, _ body: () -> Void) -> Double {
  body()
  let begin = Clock.now
  var (least, calls) = (Double.infinity, 0)
  while calls < count || Clock.now - begin < nanoseconds {
    let start = Clock.now
    body()
    least = min(least, Double(Clock.now - start))
    calls += 1
  }
  return least
}

/// A product to time.
private struct ProductProbe {
  private let backend: any Backend
  private let weights: PreparedMatrix
  private let input: AlignedBuffer
  private let output: AlignedBuffer
  private let columns: Int
  private let depth: Int

  init(_ backend: any Backend, rows: Int, columns: Int, depth: Int) {
    (self.backend, self.columns, self.depth) = (backend, columns, depth)
    input = AlignedBuffer(count: rows * depth)
    output = AlignedBuffer(count: rows * columns)
    input.base.update(repeating: 1, count: rows * depth)
    let matrix = AlignedBuffer(count: depth * columns)
    matrix.base.update(repeating: 1, count: depth * columns)
    weights = withExtendedLifetime(matrix) {
      backend.prepare(MatrixView(matrix.base, rows: depth, columns: columns, rowStride: columns))
    }
  }

  /// The nanoseconds of a product of the first rows.
  func time(rows: Int) -> Double {
    fastest(of: 8) {
      backend.multiplyPrepared(
        MatrixView(input.base, rows: rows, columns: depth, rowStride: depth), weights, columns: 0..<columns,
        into: MutableMatrixView(output.base, rowStride: columns), accumulating: false)
    }
  }
}

/// Members that do nothing but meet.
private final class MeetingProbe: ParallelWork {
  static let meetings = 64
  private let barrier: SpinBarrier

  init(_ members: Int) { barrier = SpinBarrier(capacity: members) }

  func run(member: Int, of members: Int) {
    for _ in 0..<MeetingProbe.meetings { barrier.wait(member, of: members) }
  }

  func runAlone(as members: Int) {}

  /// Work whose members only start and end.
  final class Nothing: ParallelWork, Sendable {
    static let shared = Nothing()
    func run(member: Int, of members: Int) {}
  }
}
