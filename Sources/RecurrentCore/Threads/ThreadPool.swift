// Persistent threads for loops so short that starting a thread, or waking one, would cost more than
// the loop.

import CRecurrentProcessor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Work that a team of threads does together.
package protocol ParallelWork: AnyObject {
  /// Called once on each of `members` threads at the same time, with members numbered from 0; 0 is
  /// the caller.
  func run(member: Int, of members: Int)

  /// Does the work of all `members` on the calling thread. By default, one after the other; work
  /// whose members meet has to do otherwise.
  func runAlone(as members: Int)
}

extension ParallelWork {
  package func runAlone(as members: Int) {
    for member in 0..<members { run(member: member, of: members) }
  }
}

/// Threads that wait, first spinning and then asleep, for work from any caller.
///
/// One caller at a time has the team. Another that arrives meanwhile does its work on its own
/// thread alone, so that many threads that each run a small network do not wait for one another.
///
/// While other processes, or other teams, have the cores, a team's members wait for the one that
/// waits for a core, and all together get less done than the caller would alone: then it works
/// alone for a while.
///
/// After a fork the child process starts threads of its own. (A fork while another thread is inside
/// a call leaves the child what that call had half done: its locks, and its results.)
public final class ThreadPool: Sendable {
  private let asked: Int
  private let crew: Crew

  /// A pool of `threads` threads, 1...255, the caller's among them: of as many as there are cores
  /// for, if those are fewer. They start with the first work for them.
  public init(threads: Int) {
    require((1...255).contains(threads), "ThreadPool(threads: \(threads)): expected 1...255")
    asked = threads
    crew = Crew(threads, isExact: false)
  }

  /// A pool of so many threads, whatever cores there are: for tests of how work is divided.
  package init(exactly threads: Int) {
    require((1...255).contains(threads), "ThreadPool(exactly: \(threads)): expected 1...255")
    asked = threads
    crew = Crew(threads, isExact: true)
  }

  deinit { crew.dismiss() }

  /// The most threads that work is divided among, the caller's included: as many as asked for, but
  /// no more than the process has cores, rounded up where a container's quota allows it parts of
  /// them, or than the system agreed to start.
  public var threads: Int { crew.most.load(ordering: .relaxed) }

  /// From now on every caller who has the team has all of it, whatever else runs on the cores: for
  /// measurements.
  package func keepTogether() { crew.isSteady.store(true, ordering: .relaxed) }

  /// From now on work is divided among as many members as there are threads, also where the caller
  /// does it alone: for backends whose results depend on how work is divided.
  package func keepDivision() { crew.keepsDivision.store(true, ordering: .relaxed) }

  /// Starts the threads now, so that `threads` tells how many there are.
  package func start() { leave(enter()) }

  /// What a caller has after `enter`.
  package struct Team {
    /// Among how many the work is divided.
    package let members: Int
    /// Whether the caller does the work of all of them.
    package let isAlone: Bool
  }

  /// Claims the team. Its members are `threads`; where another caller has it, or it rests, the
  /// caller alone.
  package func enter() -> Team {
    guard asked > 1 else { return Team(members: 1, isAlone: true) }
    if crew.claim() {
      let members = crew.gather()
      if members > 1 { return Team(members: members, isAlone: false) }
      crew.release()
    }
    return Team(members: crew.keepsDivision.load(ordering: .relaxed) ? threads : 1, isAlone: true)
  }

  /// Gives the team back.
  package func leave(_ team: Team) {
    if team.isAlone { return }
    crew.judge(team.members)
    crew.release()
  }

  /// Divides `work` among `members`, by default all of the team and at most so many, and returns
  /// when all are done.
  package func run(_ work: any ParallelWork, _ team: Team, members: Int? = nil) {
    let members = members ?? team.members
    if members == 1 { return work.run(member: 0, of: 1) }
    if team.isAlone { return work.runAlone(as: members) }
    crew.post(work, members: members)
    work.run(member: 0, of: members)
    crew.await(members)
  }
}

extension ThreadPool {
  /// Calls `body` with parts of 0..<count, together all of them, on as many threads as have `least`
  /// each, at most `most`: waking one takes as long as some tens of thousands of additions. Parts
  /// begin at multiples of `grain`. Denormals are flushed meanwhile.
  package func forEachPart(
    of count: Int, least: Int, grain: Int = 1, most: Int = .max, _ body: (_ part: Range<Int>, _ member: Int) -> Void
  ) {
    if count == 0 { return }
    let mode = processor_flush_denormals()
    let wanted = max(1, min(asked, most, count / max(1, least)))
    let team = wanted > 1 ? enter() : Team(members: 1, isAlone: true)
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

/// What the threads of a pool share.
private final class Crew: @unchecked Sendable {
  /// The most members that there can be now.
  let most: Atomic<Int>
  private let asked: Int
  private let isExact: Bool
  let isSteady: Atomic<Bool>
  let keepsDivision = Atomic(false)

  /// The process whose threads these are, by `processor_forks`; `renewing` while a child process
  /// forgets its parent's.
  private let process: Atomic<UInt32>
  private static let renewing = UInt32.max
  private let claimed = Atomic(false)
  private let stopping = Atomic(false)

  /// The number of the current work << 8 | its members: one word, so that a late thread cannot take
  /// the members of one work for those of the next.
  private let posted = Atomic<UInt64>(0)
  private let sleeping = Atomic(0)
  /// What those who wait for the next work sleep on.
  private let bell = WaitWord()
  /// The members that have not finished the current work.
  private let unfinished = WaitWord()
  /// The ticks that the other members slept through in the current claim, waiting for one another.
  private let slept = Atomic<UInt>(0)

  // Whoever has the team has these.
  private var work: (any ParallelWork)?
  private var handles: [UInt] = []
  private var isRefused = false
  private var claims = 0
  private var rest = Rest()
  /// The ticks at which the current claim began.
  private var start: UInt = 0
  /// The core that the others are kept off: the last caller's.
  private var callersCore: Int32 = -1

  /// The claims after which it looks again how many cores there are: a fraction of a microsecond in
  /// some tens of them.
  private static let claimsBetweenLooks = 256

  init(_ threads: Int, isExact: Bool) {
    (asked, self.isExact) = (threads, isExact)
    isSteady = Atomic(isExact)
    processor_watch_forks()
    process = Atomic(processor_forks())
    most = Atomic(isExact ? threads : min(threads, Spinning.look()))
  }

  deinit {
    bell.deallocate()
    unfinished.deallocate()
  }

  // MARK: For the caller

  func claim() -> Bool {
    let current = processor_forks()
    let mine = process.load(ordering: .acquiring)
    if mine != current, !renew(mine, current) { return false }
    return claimed.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
  }

  func release() { claimed.store(false, ordering: .releasing) }

  /// In a child process: there is nobody yet. Returns false if another thread is here too, or has
  /// been.
  private func renew(_ parent: UInt32, _ child: UInt32) -> Bool {
    guard parent != Crew.renewing,
      process.compareExchange(expected: parent, desired: Crew.renewing, ordering: .acquiring).exchanged
    else { return false }
    (work, handles, isRefused, callersCore) = (nil, [], false, -1)
    posted.store(0, ordering: .relaxed)
    sleeping.store(0, ordering: .relaxed)
    unfinished.set(0)
    claimed.store(false, ordering: .relaxed)
    process.store(child, ordering: .releasing)
    return true
  }

  /// Sees to it that there are as many threads as there can be now. Returns how many, the caller's
  /// included.
  func gather() -> Int {
    claims &+= 1
    if claims % Crew.claimsBetweenLooks == 0 { look() }
    var members = most.load(ordering: .relaxed)
    if members == 1 || rest.isOn() { return 1 }
    if handles.count < members - 1 { members = enlist(members - 1) }
    _ = processor_take_slept()
    start = processor_ticks()
    return members
  }

  /// After the work of a claim: whether the team was worth it.
  func judge(_ members: Int) {
    if isSteady.load(ordering: .relaxed) { return }
    let lost = processor_take_slept() + slept.load(ordering: .relaxed)
    slept.store(0, ordering: .relaxed)
    rest.judge(Double(lost) / Double(max(1, processor_ticks() &- start)), of: members)
  }

  private func look() {
    let cores = Spinning.look()
    if isExact || isRefused || min(asked, cores) == most.load(ordering: .relaxed) { return }
    most.store(min(asked, cores), ordering: .relaxed)
    callersCore = -1
  }

  /// Starts threads until there are `count`, or the system refuses: then with those there are.
  private func enlist(_ count: Int) -> Int {
    while handles.count < count {
      let arguments = Unmanaged.passRetained(Enlistment(crew: self, member: handles.count + 1))
      var handle: UInt = 0
      let code = processor_start_thread(
        &handle,
        { pointer in
          let enlistment = Unmanaged<Enlistment>.fromOpaque(pointer!).takeRetainedValue()
          enlistment.crew.serve(as: enlistment.member)
          return nil
        }, arguments.toOpaque())
      if code != 0 {
        arguments.release()
        isRefused = true
        most.store(handles.count + 1, ordering: .relaxed)
        Notices.say(
          "threads: the system refused to start another (\(String(cString: strerror(code)))): running on \(handles.count + 1) instead of \(count + 1)"
        )
        break
      }
      handles.append(handle)
      callersCore = -1
    }
    return handles.count + 1
  }

  func post(_ next: any ParallelWork, members: Int) {
    work = next
    unfinished.set(UInt32(members - 1))
    let number = posted.load(ordering: .relaxed) >> 8 + 1
    posted.store(number << 8 | UInt64(members), ordering: .sequentiallyConsistent)
    // Systems like to wake a thread on the core of the one that wakes it, where it would wait for
    // this work to end.
    let core = processor_core()
    if core != callersCore {
      callersCore = core
      for handle in handles { processor_keep_off(handle, core) }
    }
    wakeAll()
  }

  func await(_ members: Int) {
    unfinished.wait(among: members, until: { $0 & ~WaitWord.asleep == 0 }, unless: { _ in false })
    work = nil
  }

  func dismiss() {
    // A child process has nobody to send home.
    if process.load(ordering: .relaxed) != processor_forks() { return }
    stopping.store(true, ordering: .sequentiallyConsistent)
    posted.store((posted.load(ordering: .relaxed) >> 8 + 1) << 8, ordering: .sequentiallyConsistent)
    wakeAll()
    for handle in handles {
      // One of them may have been the last to know the pool.
      if pthread_equal(pthread_self(), pthread_t(handle)) != 0 {
        pthread_detach(pthread_t(handle))
      } else {
        pthread_join(pthread_t(handle), nil)
      }
    }
  }

  private func wakeAll() {
    if sleeping.load(ordering: .sequentiallyConsistent) == 0 { return }
    _ = bell.add(1)
    bell.wake()
  }

  // MARK: For the other members

  private func serve(as member: Int) {
    _ = processor_flush_denormals()
    var seen: UInt64 = 0
    while true {
      seen = next(after: seen)
      if stopping.load(ordering: .acquiring) { return }
      let members = Int(seen & 0xff)
      if member < members {
        work!.run(member: member, of: members)
        if case let ticks = processor_take_slept(), ticks > 0 { slept.add(ticks, ordering: .relaxed) }
        if unfinished.subtract(1) == WaitWord.asleep { unfinished.wake() }
      }
    }
  }

  /// Waits for the next posting: spins for some tens of microseconds, then sleeps.
  private func next(after seen: UInt64) -> UInt64 {
    for _ in 0..<Spinning.limit(most.load(ordering: .relaxed)) {
      let current = posted.load(ordering: .acquiring)
      if current != seen { return current }
      processor_pause()
    }
    sleeping.add(1, ordering: .sequentiallyConsistent)
    defer { sleeping.subtract(1, ordering: .sequentiallyConsistent) }
    while true {
      let rung = bell.value
      let current = posted.load(ordering: .sequentiallyConsistent)
      if current != seen { return current }
      bell.sleep(while: rung)
    }
  }
}

/// When a team rests, and its caller works alone, because it gets too little done while others have
/// the cores.
struct Rest {
  /// Nanoseconds: when it ends, by the monotonic clock, or 0; and how long the next one is.
  private var end: UInt64 = 0
  private(set) var length = Rest.least
  static let least: UInt64 = 1_000_000
  static let most: UInt64 = 256_000_000
  /// The work, in members', that a team has to do to be worth its cores.
  static let worth = 1.25

  /// Whether it is on.
  func isOn(at now: @autoclosure () -> UInt64 = Rest.now) -> Bool { end != 0 && now() < end }

  /// After work in which the members, waiting for one another, slept together for `lost` times as
  /// long as it took. Rests become longer while there is more of such work than of good work
  /// between them.
  mutating func judge(_ lost: Double, of members: Int, at now: @autoclosure () -> UInt64 = Rest.now) {
    if Double(members) - lost < Rest.worth {
      end = now() + length
      length = min(2 * length, Rest.most)
    } else {
      end = 0
      length = max(length - length / 8, Rest.least)
    }
  }

  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

private final class Enlistment {
  let crew: Crew
  let member: Int
  init(crew: Crew, member: Int) {
    self.crew = crew
    self.member = member
  }
}

/// A place where all members of a team meet, for loops too short to sleep in.
package final class SpinBarrier: Sendable {
  /// round << 9 | whether somebody sleeps << 8 | arrived
  private let word = WaitWord()

  package init() {}

  deinit { word.deallocate() }

  /// Returns once `members` threads have called it.
  package func wait(_ members: Int) {
    if members == 1 { return }
    let arrived = word.add(1)
    if arrived & 0xff == members {
      // Whoever would go to sleep from now on sees that all have arrived.
      word.set((arrived >> 9 &+ 1) << 9)
      if arrived & WaitWord.asleep != 0 { word.wake() }
    } else {
      word.wait(among: members, until: { $0 >> 9 != arrived >> 9 }, unless: { $0 & 0xff == members })
    }
  }
}
