// The thread pool: division of work, barriers, cores, signals and forks.

import CRecurrentProcessor
import Synchronization
import Testing
import _TestSupport

@testable import RecurrentCore

@Suite struct ThreadPoolTests {
  private final class Counting: ParallelWork {
    let calls = Locked<[Int: Int]>([:])
    let barrier = SpinBarrier(capacity: 64)
    let reached = Atomic(0)
    let early = Atomic(0)

    func runAlone(as members: Int) { run(member: 0, of: 1) }

    func run(member: Int, of members: Int) {
      calls.withLock { $0[member, default: 0] += 1 }
      for round in 1...20 {
        reached.add(1, ordering: .relaxed)
        barrier.wait(member, of: members)
        if reached.load(ordering: .relaxed) < round * members { early.add(1, ordering: .relaxed) }
        barrier.wait(member, of: members)
      }
    }
  }

  @Test func everyMemberRunsOnceAndBarriersHold() {
    let pool = ThreadPool(exactly: 3)
    for _ in 0..<50 {
      let work = Counting()
      let team = pool.enter()
      pool.run(work, team)
      pool.leave(team)
      #expect(work.calls.withLock { $0 } == Dictionary(uniqueKeysWithValues: (0..<team.members).map { ($0, 1) }))
      #expect(work.early.load(ordering: .relaxed) == 0)
    }
  }

  @Test func aSecondCallerWorksAlone() {
    let pool = ThreadPool(exactly: 2)
    let (first, second) = (pool.enter(), pool.enter())
    #expect(first.members == 2 && !first.isAlone)
    #expect(second.members == 1 && second.isAlone)
    pool.leave(second)
    pool.leave(first)
    let third = pool.enter()
    #expect(third.members == 2 && !third.isAlone)
    pool.leave(third)
  }

  /// Callers share the threads: each gets its part when it calls again, and all of them when it is
  /// alone.
  @Test func callersShareTheThreads() {
    let pool = ThreadPool(exactly: 16)
    var teams = [pool.enter()]
    #expect(teams[0].members == 16)
    // None are left until the first caller gives its threads back.
    for _ in 1..<8 { teams.append(pool.enter()) }
    #expect(teams.dropFirst().allSatisfy { $0.members == 1 && $0.isAlone })
    for caller in 0..<8 {
      pool.leave(teams[caller])
      teams[caller] = pool.enter()
    }
    #expect(teams.allSatisfy { $0.members == 2 && !$0.isAlone }, "\(teams.map(\.members))")
    for team in teams { pool.leave(team) }
    let alone = pool.enter()
    #expect(alone.members == 16)
    pool.leave(alone)
  }

  /// A caller takes no more threads than its work is worth, and leaves the others to the next.
  @Test func aCallerTakesWhatItWants() {
    let pool = ThreadPool(exactly: 6)
    let (first, second) = (pool.enter(wanting: 3), pool.enter(wanting: 3))
    #expect(first.members == 3 && second.members == 3)
    for team in [first, second] {
      let work = Counting()
      pool.run(work, team)
      #expect(work.calls.withLock { $0.count } == 3)
      pool.leave(team)
    }
  }

  /// Short work does not start or wake threads that no other work has kept awake.
  @Test func shortWorkDoesNotWaitForThreadsToWake() {
    let pool = ThreadPool(threads: 2)
    let short = pool.enter(isShort: true)
    #expect(short.isAlone)
    pool.leave(short)
    let long = pool.enter()
    #expect(long.members == pool.threads)
    pool.leave(long)
  }

  /// Hundreds of tasks that use one pool all come to an end, with teams or alone.
  @Test func hundredsOfCallersAreServed() async {
    let pool = ThreadPool(exactly: 5)
    let done = Locked(0)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<300 {
        group.addTask {
          for _ in 0..<20 {
            let team = pool.enter(wanting: 3)
            let work = Counting()
            pool.run(work, team)
            pool.leave(team)
            if work.calls.withLock({ $0.count }) == team.members { done.withLock { $0 += 1 } }
          }
        }
      }
    }
    #expect(done.withLock { $0 } == 300 * 20)
    let team = pool.enter()
    #expect(team.members == 5)
    pool.leave(team)
  }

  /// The threads of a pinned pool stay on one core each, none of them on the caller's.
  @Test func pinnedThreadsStayOnTheirCores() {
    final class Cores: ParallelWork {
      let cores = Locked<[Int: (core: Int32, allowed: Int32)]>([:])
      func run(member: Int, of members: Int) {
        cores.withLock { $0[member] = (processor_core(), processor_allowed_cores()) }
      }
      func runAlone(as members: Int) {}
    }
    let pool = ThreadPool(threads: 255, isPinned: true)
    pool.keepTogether()
    for wanted in 2...5 {
      let work = Cores()
      let team = pool.enter(wanting: wanted)
      pool.run(work, team)
      pool.leave(team)
      let workers = work.cores.withLock { $0 }.filter { $0.key > 0 }.values
      #expect(workers.count == min(wanted, pool.threads) - 1)
      #expect(workers.allSatisfy { $0.allowed == 1 })
      #expect(Set(workers.map(\.core)).count == workers.count)
    }
  }

  /// A simulated team runs every member's share on the caller's thread, and predicts that the team
  /// takes as long as the slowest of them and their meetings.
  @Test func aSimulatedTeamTakesAsLongAsItsSlowestMember() {
    final class Unequal: ParallelWork {
      var nanoseconds: [UInt64] = []
      func run(member: Int, of members: Int) {
        let start = Clock.now
        while Clock.now < start + UInt64(member + 1) * 200_000 {}
        nanoseconds.append(Clock.now - start)
      }
      var meetings: Meetings { Meetings(count: 10, members: 3, bytes: 0) }
    }
    var costs = CostModel()
    (costs.start, costs.startDoubling) = (5_000, 1_000)
    (costs.meeting, costs.meetingMember, costs.exchangeDelay) = (1_000, 500, 0)
    let pool = ThreadPool(simulating: 3, costs: costs)
    #expect(pool.threads == 3)
    let work = Unequal()
    let team = pool.enter(wanting: 7)
    pool.run(work, team)
    pool.leave(team)
    let times = work.nanoseconds.map { Double($0) }
    #expect(times.count == 3)
    // Starting 3, and 10 meetings of 3.
    let expected = times.reduce(0, +) - times.max()! - 6_000 - 10 * 1_500
    // The times between two calls of the clock differ by what an interruption takes.
    #expect(abs(pool.simulation!.takeExcess() * 1e9 - expected) < 0.5 * expected)
    #expect(pool.simulation!.takeExcess() == 0)
  }

  /// A pool that keeps its division divides the work of a caller without the team as it divides the
  /// team's.
  @Test func aLonelyCallerKeepsTheDivision() {
    final class Shares: ParallelWork {
      let calls = Locked<[[Int]]>([])
      func run(member: Int, of members: Int) { calls.withLock { $0.append([member, members]) } }
    }
    let pool = ThreadPool(exactly: 3)
    pool.keepDivision()
    let team = pool.enter()
    let alone = pool.enter()
    #expect(!team.isAlone && alone.isAlone && alone.members == 3)
    let work = Shares()
    pool.run(work, alone)
    #expect(work.calls.withLock { $0 } == [[0, 3], [1, 3], [2, 3]])
    let parts = Locked<[Range<Int>]>([])
    pool.forEachPart(of: 10, least: 1) { part, _ in parts.withLock { $0.append(part) } }
    #expect(parts.withLock { $0 } == (0..<3).map { share(10, $0, of: 3) })
    pool.leave(alone)
    pool.leave(team)
  }

  @Test func poolsComeAndGo() {
    for _ in 0..<50 {
      let pool = ThreadPool(exactly: 4)
      let team = pool.enter()
      let work = Counting()
      pool.run(work, team, members: 2)
      pool.leave(team)
      #expect(work.calls.withLock { $0.count } == 2)
    }
  }

  /// A pool has at most as many threads as there are cores.
  @Test func aTeamHasNoMoreMembersThanThereAreCores() {
    let pool = ThreadPool(threads: 255)
    #expect(pool.threads == min(255, Machine.current.threads))
    let team = pool.enter()
    #expect(team.members == pool.threads)
    pool.leave(team)
  }

  /// Barriers hold if most of the members have to sleep.
  @Test func manyMembersOnFewCoresMeet() {
    let pool = ThreadPool(exactly: 40)
    let work = Counting()
    let team = pool.enter()
    pool.run(work, team)
    pool.leave(team)
    #expect(work.calls.withLock { $0.count } == 40)
    #expect(work.early.load(ordering: .relaxed) == 0)
  }

  /// If the system refuses to start threads, here for lack of memory for their stacks, the existing
  /// ones do the work, and one notice is sent.
  @Test func workIsDoneByTheThreadsThatThereAre() async {
    await #expect(processExitsWith: .success) {
      let said = Locked<[String]>([])
      Notices.send { text in said.withLock { $0.append(text) } }
      try #require(limitMemory(to: 24 << 20))
      let pool = ThreadPool(exactly: 64)
      for _ in 0..<3 {
        let team = pool.enter()
        #expect((1..<64).contains(team.members))
        #expect(pool.threads == team.members)
        let work = Counting()
        pool.run(work, team)
        pool.leave(team)
        #expect(work.calls.withLock { $0.count } == team.members)
      }
      let texts = said.withLock { $0 }
      #expect(texts.count == 1, "\(texts)")
      #expect(texts.first?.contains("instead of 64") == true, "\(texts)")
    }
  }

  /// Signals are handled by the program's own threads: the team's threads block all but those that
  /// a thread causes itself.
  @Test func signalsGoToTheProgramsOwnThreads() {
    final class Masks: ParallelWork {
      let blocked = Locked<[Int32: Set<Int>]>([:])
      func run(member: Int, of members: Int) {
        var mask = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &mask)
        for signal in [SIGINT, SIGTERM, SIGALRM, SIGCHLD, SIGUSR1, SIGSEGV, SIGPROF]
        where sigismember(&mask, signal) == 1 {
          _ = blocked.withLock { $0[signal, default: []].insert(member) }
        }
      }
    }
    var before = sigset_t()
    var after = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &before)
    let pool = ThreadPool(exactly: 3)
    let work = Masks()
    let team = pool.enter()
    pthread_sigmask(SIG_BLOCK, nil, &after)
    pool.run(work, team)
    pool.leave(team)
    for signal in [SIGINT, SIGTERM, SIGALRM, SIGCHLD, SIGUSR1] {
      #expect(work.blocked.withLock { $0[signal]?.isSuperset(of: [1, 2]) } == true)
      #expect(sigismember(&before, signal) == sigismember(&after, signal))
    }
    for signal in [SIGSEGV, SIGPROF] { #expect(work.blocked.withLock { $0[signal]?.contains(1) } != true) }
  }

  /// A process that is confined to one core works on one thread, and on more when it has more cores
  /// again.
  @Test func teamsFollowTheCoresThatThereAre() async {
    await #expect(processExitsWith: .success) {
      guard Machine.current.threads > 1, processor_core() >= 0, confine(to: nil) else { return }
      let pool = ThreadPool(threads: 2)
      func membersInTime() -> Int {
        var members = 0
        for _ in 0..<1000 {
          let team = pool.enter()
          members = team.members
          pool.run(Counting(), team)
          pool.leave(team)
        }
        return members
      }
      pool.keepTogether()
      #expect(membersInTime() == 2)
      #expect(confine(to: processor_core()))
      #expect(membersInTime() == 1)
      #expect(pool.threads == 1)
      #expect(confine(to: nil))
      #expect(membersInTime() == 2)
    }
  }

  /// A team whose members mostly wait rests, longer each time; good work shortens the next rest.
  @Test func aTeamThatIsNotWorthItRests() {
    let time = TeamRest.leastTime
    var rest = TeamRest()
    #expect(!rest.isOn(at: 0))
    rest.record(lost: 0.5 * time, of: time, members: 2, at: 100)
    #expect(!rest.isOn(at: 100) && rest.length == TeamRest.least)
    for _ in 0..<2 { rest.record(lost: 0.95 * time, of: time, members: 2, at: 100) }
    #expect(rest.isOn(at: 99 + TeamRest.least) && !rest.isOn(at: 100 + TeamRest.least))
    for _ in 0..<20 { rest.record(lost: 0.9 * time, of: time, members: 2, at: 200) }
    #expect(rest.isOn(at: 199 + TeamRest.most) && !rest.isOn(at: 200 + TeamRest.most))
    rest.record(lost: 0, of: time, members: 2, at: 300)
    #expect(!rest.isOn(at: 300) && rest.length < TeamRest.most)
    for _ in 0..<100 { rest.record(lost: 1.5 * time, of: time, members: 4, at: 400) }
    #expect(!rest.isOn(at: 400) && rest.length == TeamRest.least)
    for _ in 0..<100 { rest.record(lost: 3 * time, of: time, members: 4, at: 500) }
    #expect(rest.isOn(at: 500))
  }

  /// One work in twenty that waits for a core does not make the others do without one.
  @Test func aTeamThatIsWorthItOnAverageDoesNotRest() {
    var rest = TeamRest()
    for index in 0..<1000 {
      let (lost, time) = index % 20 == 0 ? (2e6, 2e6) : (0, 150e3)
      rest.record(lost: lost, of: time, members: 2, at: 100)
      #expect(!rest.isOn(at: 101) || index == 0)
    }
  }

  /// In a forked child process, a pool made by the parent works on threads of its own and can be
  /// released.
  @Test func aChildProcessHasATeamOfItsOwn() async {
    await #expect(processExitsWith: .success) {
      var pool: ThreadPool? = ThreadPool(exactly: 3)
      func work() -> Bool {
        let work = Counting()
        let team = pool!.enter()
        pool!.run(work, team)
        pool!.leave(team)
        return work.calls.withLock { $0.count } == 3
      }
      #expect(work())
      let unused = inChild(seconds: 30) {
        pool = nil
        return 0
      }
      #expect(unused == .status(0) || unused == .none)
      let used = inChild(seconds: 30) {
        guard work(), work() else { return 1 }
        pool = nil
        return 0
      }
      #expect(used == .status(0) || used == .none)
      #expect(work())
      // Another caller has the team at the moment of the fork.
      let team = pool!.enter()
      let busy = inChild(seconds: 30) { work() ? 0 : 1 }
      pool!.leave(team)
      #expect(busy == .status(0) || busy == .none)
      #expect(work())
    }
  }

  /// Members compute every element of a result once, and no more of them idle than must.
  @Test func sharesInTwoDimensionsCoverEverything() {
    for rows in [0, 1, 8, 9, 64, 100] {
      for columns in [1, 16, 40, 256] {
        for members in 1...20 {
          var times = [Int](repeating: 0, count: rows * columns)
          var busy = 0
          for member in 0..<members {
            let part = share(rows: rows, grain: 8, columns: columns, grain: 16, member, of: members)
            if !part.rows.isEmpty && !part.columns.isEmpty { busy += 1 }
            for row in part.rows { for column in part.columns { times[row * columns + column] += 1 } }
          }
          #expect(times.allSatisfy { $0 == 1 })
          let (rowParts, columnParts) = ((rows + 7) / 8, (columns + 15) / 16)
          #expect(busy >= min(rowParts, members))
          if rowParts > 0, members >= rowParts * columnParts { #expect(busy == rowParts * columnParts) }
        }
      }
    }
    // 64 rows on 16 members: 8 parts of rows, 2 of columns.
    let part = share(rows: 64, grain: 8, columns: 256, grain: 16, 3, of: 16)
    #expect(part.rows == 8..<16 && part.columns == 128..<256)
  }

  @Test func sharesCoverEverything() {
    for count in [0, 1, 5, 16, 47, 48, 49, 1000] {
      for members in 1...5 {
        for grain in [1, 16, 48] {
          var next = 0
          for member in 0..<members {
            let range = share(count, member, of: members, grain: grain)
            #expect(range.lowerBound == next)
            next = range.upperBound
          }
          #expect(next == count)
        }
      }
    }
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
