// Thread crews: the threads of a pool, and how callers claim parts of them.

import CRecurrentProcessor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The workers of a pool and the state that its callers share.
final class ThreadCrew: @unchecked Sendable {
  /// The greatest number of members of a team now.
  let most: Atomic<Int>
  private let asked: Int
  private let isExact: Bool
  /// The cores that workers are pinned to, one each: neighbours in order. None if the system places
  /// the workers.
  private let cores: [Int32]
  let isSteady: Atomic<Bool>
  let keepsDivision = Atomic(false)

  /// Whether callers may decide by themselves to be alone.
  var triesTeams: Bool { !isSteady.load(ordering: .relaxed) && !keepsDivision.load(ordering: .relaxed) }

  /// The process that the threads belong to, by `processor_forks`; `resetting` while a child
  /// process resets the state that it has from its parent.
  private let process: Atomic<UInt32>
  private static let resetting = UInt32.max
  /// Whether a caller has the state below, for some tens of nanoseconds. It is no lock of the
  /// system, so that a child process can take it from a thread of its parent.
  private let isTaken = Atomic(false)

  // The state, which belongs to the caller that has taken it.
  private var workers: [Worker] = []
  /// Teams without workers, for the next claims.
  private var teams: [ThreadTeam] = []
  /// The callers between `claim` and `release`, with a team or alone.
  private var callers = 0
  private var isRefused = false
  private var claims = 0
  /// When the last claim ended.
  private var lastRelease: UInt64 = 0
  private var rest = TeamRest()

  /// The nanoseconds that a thread may take to wake, and for which it waits without sleeping.
  private static let waking: UInt64 = 50_000

  /// The number of claims between two updates of the number of cores. An update takes a fraction of
  /// a microsecond.
  private static let claimsBetweenUpdates = 256

  init(_ threads: Int, isExact: Bool, isPinned: Bool = false) {
    (asked, self.isExact) = (threads, isExact)
    cores = isPinned ? Topology.current.cores.prefix(255).map { Int32($0.id) } : []
    isSteady = Atomic(isExact)
    processor_watch_forks()
    process = Atomic(processor_forks())
    most = Atomic(isExact ? threads : min(threads, Spinning.updateCores()))
  }

  // MARK: Claims

  /// Registers a caller and claims at most `wanted` - 1 free workers for it, and not more than its
  /// part of the threads if the other callers take one too.
  ///
  /// With `keepsDivision`, a claim is for all workers or for none. Without, short work has only the
  /// threads that are awake, since it ends before another has woken, unless one such work follows the
  /// other. Returns nil if the caller shall work alone.
  func claim(_ wanted: Int, isShort: Bool) -> ThreadTeam? {
    guard take() else { return nil }
    defer { giveBack() }
    callers += 1
    claims &+= 1
    if claims % ThreadCrew.claimsBetweenUpdates == 0 { updateMembers() }
    let all = most.load(ordering: .relaxed)
    let isWhole = keepsDivision.load(ordering: .relaxed)
    let size = isWhole ? all : min(wanted, max(1, all / callers))
    if size == 1 || rest.isOn() { return nil }
    if isWhole, !workers.allSatisfy(\.isFree) { return nil }
    let team = teams.popLast() ?? ThreadTeam(capacity: asked)
    let now = Clock.now
    let isRecent = now < lastRelease + ThreadCrew.waking
    let wakes = !isShort || isRecent || isWhole || isSteady.load(ordering: .relaxed)
    if cores.isEmpty {
      for worker in workers.prefix(all - 1) where team.size < size && worker.isFree && (wakes || worker.isAwake) {
        team.add(worker)
      }
      while wakes, team.size < size, workers.count < all - 1, let worker = startWorker() { team.add(worker) }
    } else {
      addNeighbours(to: team, upTo: size, wakes: wakes)
    }
    if team.size == 1 {
      teams.append(team)
      return nil
    }
    team.begin(loneClaim: callers == 1 ? claims : nil, at: now)
    return team
  }

  /// Adds pinned workers: the free ones nearest to the caller's core, and none on that core. There is
  /// a worker for every core, since a caller may be on any.
  private func addNeighbours(to team: ThreadTeam, upTo size: Int, wakes: Bool) {
    while workers.count < cores.count, let worker = startWorker() { worker.pin(to: cores[workers.count - 1]) }
    let core = processor_core()
    let first = (cores.firstIndex(of: core) ?? -1) + 1
    for offset in workers.indices where team.size < size {
      let worker = workers[(first + offset) % workers.count]
      if worker.isFree, worker.pinnedTo != core, wakes || worker.isAwake { team.add(worker) }
    }
  }

  /// Ends a claim. `team` is nil if the caller worked alone.
  func release(_ team: ThreadTeam?) {
    let now = Clock.now
    guard take() else { return }
    defer { giveBack() }
    callers = max(0, callers - 1)
    lastRelease = now
    guard let team else { return }
    // What members lose to other callers of the pool ends with those.
    let (lost, time) = team.lost(at: now)
    if !isSteady.load(ordering: .relaxed), team.loneClaim == claims {
      rest.record(lost: lost, of: time, members: team.size)
    }
    team.dismiss()
    teams.append(team)
  }

  /// Takes the state. Returns false if another thread resets it, in a child process.
  private func take() -> Bool {
    let current = processor_forks()
    let mine = process.load(ordering: .acquiring)
    if mine != current, !resetAfterFork(mine, current) { return false }
    var tries = 0
    while !isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged {
      tries += 1
      if tries % 64 == 0 { sched_yield() } else { processor_pause() }
    }
    return true
  }

  private func giveBack() { isTaken.store(false, ordering: .releasing) }

  /// Resets the state in a child process, which has none of its parent's threads. Returns false if
  /// another thread resets it or has reset it.
  private func resetAfterFork(_ parent: UInt32, _ child: UInt32) -> Bool {
    guard parent != ThreadCrew.resetting,
      process.compareExchange(expected: parent, desired: ThreadCrew.resetting, ordering: .acquiring).exchanged
    else { return false }
    // Teams and workers of the parent's calls may still be referred to.
    for worker in workers { _ = Unmanaged.passRetained(worker) }
    for team in teams { _ = Unmanaged.passRetained(team) }
    (workers, teams, callers, isRefused) = ([], [], 0, false)
    isTaken.store(false, ordering: .relaxed)
    process.store(child, ordering: .releasing)
    return true
  }

  // MARK: Threads

  /// Adjusts the number of members to the cores available now.
  private func updateMembers() {
    let cores = Spinning.updateCores()
    if isExact || isRefused { return }
    most.store(min(asked, cores), ordering: .relaxed)
  }

  /// Starts another thread; nil if the system refuses, now or before.
  private func startWorker() -> Worker? {
    if isRefused { return nil }
    do throws(DedicatedThread.Refusal) {
      let worker = Worker()
      try worker.start(self)
      workers.append(worker)
      return worker
    } catch {
      isRefused = true
      let asked = most.exchange(workers.count + 1, ordering: .relaxed)
      Notices.say(
        "threads: the system refused to start another (\(error.reason)): running on \(workers.count + 1) instead of "
          + "\(asked)")
      return nil
    }
  }

  /// Ends the threads.
  func endThreads() {
    // A child process has none of its parent's threads.
    if process.load(ordering: .relaxed) != processor_forks() { return }
    for worker in workers { worker.end() }
  }
}
