// The thread pool: a persistent team of threads for short parallel loops.

import CRecurrentProcessor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Threads that wait for work from any caller: first spinning, then asleep.
///
/// - Each caller has a part of the threads for the duration of a call: as many as its work is worth,
///   and as its part is if all callers of the moment share them. A caller for whom none are left
///   does its work on its own thread. So one caller has all cores of a server, and 8 callers on 16
///   cores have two each.
/// - If other processes or pools use the cores, the members of a team wait for the one that has no
///   core, and the team is slower than the caller alone. Callers then work alone for a while.
/// - After a fork, the child process starts threads of its own. A fork while another thread is
///   inside a call leaves that call's locks and results incomplete in the child.
public final class ThreadPool: Sendable {
  /// What work costs on the threads, by which it is divided; nil until it has been measured.
  private let knownCosts: Locked<CostModel?>
  /// Predicts the time of a team instead of running it; nil except for predictions.
  package let simulation: TeamSimulation?
  private let asked: Int
  private let crew: ThreadCrew

  /// Creates a pool of at most `threads` threads, the caller's included: fewer if the process has
  /// fewer cores. The threads start with the first work for them.
  ///
  /// - Parameters:
  ///   - threads: the number of threads. Precondition: it is in 1...255.
  ///   - isPinned: whether each thread stays on one core, and a call has threads near the caller's
  ///     core. It helps on a machine of many cores and caches that runs nothing else.
  public init(threads: Int, isPinned: Bool = false) {
    require((1...255).contains(threads), "ThreadPool(threads: \(threads)): expected 1...255")
    asked = threads
    (knownCosts, simulation) = (Locked(nil), nil)
    crew = ThreadCrew(threads, isExact: false, isPinned: isPinned)
  }

  /// Creates a pool of exactly `threads` threads, whatever the number of cores, for tests of how
  /// work is divided.
  package init(exactly threads: Int, costs: CostModel = CostModel()) {
    require((1...255).contains(threads), "ThreadPool(exactly: \(threads)): expected 1...255")
    asked = threads
    (knownCosts, simulation) = (Locked(costs), nil)
    crew = ThreadCrew(threads, isExact: true)
  }

  /// Creates a pool that does the work of `members` on the caller's thread and predicts how long
  /// they would take. For one caller.
  package init(simulating members: Int, costs: CostModel) {
    require((2...255).contains(members), "ThreadPool(simulating: \(members)): expected 2...255")
    asked = members
    (knownCosts, simulation) = (Locked(costs), TeamSimulation(members, costs))
    crew = ThreadCrew(1, isExact: true)
  }

  deinit { crew.endThreads() }

  /// What work costs on the threads of `backend`, whose pool this is. Measured on first use.
  package func costs(on backend: any Backend) -> CostModel {
    knownCosts.withLock { known in
      if let known { return known }
      let measured = CostModel.measured(on: backend)
      known = measured
      return measured
    }
  }

  /// The greatest number of threads that work is divided among, the caller's included.
  ///
  /// It is the number asked for, limited by:
  /// - the cores of the process, with a container's quota rounded up;
  /// - the threads that the system agreed to start.
  public var threads: Int { simulation?.members ?? crew.most.load(ordering: .relaxed) }

  /// From now on, a caller that has the team always uses all of it, whatever else runs on the
  /// cores. For measurements.
  package func keepTogether() { crew.isSteady.store(true, ordering: .relaxed) }

  /// From now on, work is divided among `threads` members even where the caller does all of it
  /// alone. For backends whose results depend on the division.
  package func keepDivision() { crew.keepsDivision.store(true, ordering: .relaxed) }

  /// Whether a caller may find out by trying whether it is faster alone: not for measurements, nor
  /// where results depend on the division.
  package var triesTeams: Bool { simulation == nil && crew.triesTeams }

  /// Starts the threads now, so that `threads` is the actual number.
  package func start() { leave(enter()) }

  /// The result of `enter`.
  package struct Team {
    /// The number of members that the work is divided among.
    package let members: Int
    /// The threads; nil if the caller does the work of all members.
    fileprivate let threads: ThreadTeam?
    /// Whether the crew knows of the caller.
    fileprivate let isCounted: Bool

    package var isAlone: Bool { threads == nil }

    /// A caller that the crew need not know of.
    fileprivate static let alone = Team(members: 1, threads: nil, isCounted: false)
  }

  /// Claims a team of at most `wanted` members, the caller included; the caller alone, if no threads
  /// are free or the team rests, or if the work `isShort`, some tens of microseconds, and no threads
  /// are awake.
  package func enter(wanting wanted: Int = .max, isShort: Bool = false) -> Team {
    if let simulation {
      return Team(members: max(1, min(wanted, simulation.members)), threads: nil, isCounted: false)
    }
    let isDivided = crew.keepsDivision.load(ordering: .relaxed)
    guard asked > 1, wanted > 1 || isDivided else { return .alone }
    let team = crew.claim(wanted, isShort: isShort)
    return Team(members: team?.size ?? (isDivided ? threads : 1), threads: team, isCounted: true)
  }

  /// Releases the team.
  package func leave(_ team: Team) {
    if team.isCounted { crew.release(team.threads) }
  }

  /// Divides `work` among `members`, by default and at most all of the team. Returns when all are
  /// done.
  package func run(_ work: any ParallelWork, _ team: Team, members: Int? = nil) {
    let members = members ?? team.members
    if members == 1 { return work.run(member: 0, of: 1) }
    if let simulation { return simulation.run(work, members: members) }
    guard let threads = team.threads else { return work.runAlone(as: members) }
    // With fewer members than cores, the system finds a free core for each.
    threads.run(work, members: members, keepsOffCaller: team.members == self.threads)
  }
}

extension ThreadPool {
  /// Divides 0..<count among threads and calls `body` with each part.
  ///
  /// - Parameters:
  ///   - count: the number of items.
  ///   - least: the least number of items for each thread. Waking a thread takes as long as some
  ///     tens of thousands of additions.
  ///   - grain: parts begin at multiples of it.
  ///   - most: the greatest number of threads.
  ///   - body: processes a part. Runs with denormals flushed to zero.
  package func forEachPart(
    of count: Int, least: Int, grain: Int = 1, most: Int = .max, _ body: (_ part: Range<Int>, _ member: Int) -> Void
  ) {
    if count == 0 { return }
    let mode = processor_flush_denormals()
    let wanted = max(1, min(asked, most, count / max(1, least)))
    let team = wanted > 1 ? enter(wanting: wanted) : .alone
    withoutActuallyEscaping(body) { body in
      run(Parts(count: count, grain: grain, body: body), team, members: min(team.members, wanted))
    }
    leave(team)
    processor_restore_mode(mode)
  }

  private final class Parts: ParallelWork {
    let count: Int
    let grain: Int
    let body: (Range<Int>, Int) -> Void

    init(count: Int, grain: Int, body: @escaping (Range<Int>, Int) -> Void) {
      (self.count, self.grain, self.body) = (count, grain, body)
    }

    func run(member: Int, of members: Int) {
      let part = share(count, member, of: members, grain: grain)
      if !part.isEmpty { body(part, member) }
    }
  }
}
