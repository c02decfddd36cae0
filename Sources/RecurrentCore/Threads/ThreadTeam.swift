// Thread teams: the part of a pool's threads that one caller has during a call.

import CRecurrentProcessor
import Synchronization

/// A caller, which is member 0, and the workers that it has claimed.
///
/// Work is handed down a tree and reported up the same tree, in which each member has at most
/// `fanOut` members below it: the caller of a large team then neither wakes nor awaits each of them
/// itself.
final class ThreadTeam: @unchecked Sendable {
  /// Workers 1 to `size` - 1; the first is unused.
  private let workers: UnsafeMutablePointer<Unmanaged<Worker>>
  /// The number of members, the caller included.
  private(set) var size = 1
  /// The members of the current work: some or all.
  private var members = 1
  private unowned(unsafe) var work: (any ParallelWork)?
  /// The members below the caller in the tree that have not finished.
  private let unfinished = WaitWord()
  /// The nanoseconds that workers slept during the claim, waiting for one another.
  private let slept = Atomic<UInt64>(0)
  /// When the claim began.
  private var start: UInt64 = 0
  /// The number of the claim; nil if there were other callers when it began.
  private(set) var loneClaim: Int?

  private static let fanOut = 4

  init(capacity: Int) {
    workers = .allocate(capacity: capacity)
  }

  deinit {
    workers.deallocate()
    unfinished.deallocate()
  }

  /// Adds a worker that belongs to no other team.
  func add(_ worker: Worker) {
    (worker.team, worker.member, worker.isFree) = (self, size, false)
    workers[size] = Unmanaged.passUnretained(worker)
    size += 1
  }

  /// Gives all workers back.
  func dismiss() {
    for member in 1..<size { workers[member]._withUnsafeGuaranteedRef { $0.isFree = true } }
    size = 1
  }

  /// Begins to measure what the members lose by waiting.
  func begin(loneClaim: Int?, at now: UInt64) {
    (self.loneClaim, start) = (loneClaim, now)
    _ = processor_take_slept()
  }

  /// How long the members together slept since `begin`, waiting for one another, and the time since
  /// then, in nanoseconds.
  func lost(at now: UInt64) -> (lost: Double, time: Double) {
    let lost = processor_take_slept() + slept.exchange(0, ordering: .relaxed)
    return (Double(lost), Double(now - start))
  }

  /// Divides `work` among the first `members` members. Returns when all are done.
  func run(_ work: any ParallelWork, members: Int, keepsOffCaller: Bool) {
    (self.work, self.members) = (work, members)
    if keepsOffCaller {
      let core = processor_core()
      for member in 1..<size { workers[member]._withUnsafeGuaranteedRef { $0.keepOff(core) } }
    }
    runShare(0, unfinished)
    self.work = nil
  }

  /// A worker's part in the current work. Nothing of the team or of the worker is used after the
  /// report: the caller may end the claim then.
  func run(_ member: Int, _ unfinished: WaitWord) {
    runShare(member, unfinished)
    if case let time = processor_take_slept(), time > 0 { slept.add(time, ordering: .relaxed) }
    let parent = (member - 1) / ThreadTeam.fanOut
    let above = parent == 0 ? self.unfinished : workers[parent]._withUnsafeGuaranteedRef { $0.unfinished }
    if above.subtract(1) == WaitWord.asleep { above.wake() }
  }

  /// Starts the members below `member`, does its share, and waits for them.
  @inline(__always)
  private func runShare(_ member: Int, _ unfinished: WaitWord) {
    let first = member * ThreadTeam.fanOut + 1
    let below = first..<max(first, min(first + ThreadTeam.fanOut, members))
    if !below.isEmpty {
      unfinished.set(UInt32(below.count))
      for member in below { workers[member]._withUnsafeGuaranteedRef { $0.post() } }
    }
    work!.run(member: member, of: members)
    if !below.isEmpty {
      unfinished.wait(among: members, until: { $0 & ~WaitWord.asleep == 0 }, unless: { _ in false })
    }
  }
}
