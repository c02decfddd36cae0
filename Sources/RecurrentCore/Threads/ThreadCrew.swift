// Thread crews: the threads of a pool, and how they are started, woken and joined.

import CRecurrentProcessor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The threads of a pool and the state that they share.
final class ThreadCrew: @unchecked Sendable {
  /// The greatest number of members now.
  let most: Atomic<Int>
  private let asked: Int
  private let isExact: Bool
  let isSteady: Atomic<Bool>
  let keepsDivision = Atomic(false)

  /// The process that the threads belong to, by `processor_forks`; `resetting` while a child
  /// process resets the state that it has from its parent.
  private let process: Atomic<UInt32>
  private static let resetting = UInt32.max
  private let claimed = Atomic(false)
  private let stopping = Atomic(false)

  /// The number of the current work << 8 | its members. They share one word so that a late thread
  /// cannot combine one work's number with another's members.
  private let posted = Atomic<UInt64>(0)
  private let sleeping = Atomic(0)
  /// The word that threads waiting for the next work sleep on.
  private let workWord = WaitWord()
  /// The members that have not finished the current work.
  private let unfinished = WaitWord()
  /// The ticks that the members other than the caller slept during the current claim, waiting for
  /// one another.
  private let slept = Atomic<UInt>(0)

  // The following belong to the caller that has the team.
  private var work: (any ParallelWork)?
  private var handles: [UInt] = []
  private var isRefused = false
  private var claims = 0
  private var rest = TeamRest()
  /// The ticks at which the current claim began.
  private var start: UInt = 0
  /// The core that the other threads are kept off: that of the last caller.
  private var callersCore: Int32 = -1

  /// The number of claims between two updates of the number of cores. An update takes a fraction of
  /// a microsecond.
  private static let claimsBetweenUpdates = 256

  init(_ threads: Int, isExact: Bool) {
    (asked, self.isExact) = (threads, isExact)
    isSteady = Atomic(isExact)
    processor_watch_forks()
    process = Atomic(processor_forks())
    most = Atomic(isExact ? threads : min(threads, Spinning.updateCores()))
  }

  deinit {
    workWord.deallocate()
    unfinished.deallocate()
  }

  // MARK: For the caller

  func claim() -> Bool {
    let current = processor_forks()
    let mine = process.load(ordering: .acquiring)
    if mine != current, !resetAfterFork(mine, current) { return false }
    return claimed.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
  }

  func release() { claimed.store(false, ordering: .releasing) }

  /// Resets the state in a child process, which has none of its parent's threads. Returns false if
  /// another thread resets it or has reset it.
  private func resetAfterFork(_ parent: UInt32, _ child: UInt32) -> Bool {
    guard parent != ThreadCrew.resetting,
      process.compareExchange(expected: parent, desired: ThreadCrew.resetting, ordering: .acquiring).exchanged
    else { return false }
    (work, handles, isRefused, callersCore) = (nil, [], false, -1)
    posted.store(0, ordering: .relaxed)
    sleeping.store(0, ordering: .relaxed)
    unfinished.set(0)
    claimed.store(false, ordering: .relaxed)
    process.store(child, ordering: .releasing)
    return true
  }

  /// Starts the threads that are missing. Returns the number of members, the caller included: 1
  /// while the team rests.
  func gather() -> Int {
    claims &+= 1
    if claims % ThreadCrew.claimsBetweenUpdates == 0 { updateMembers() }
    var members = most.load(ordering: .relaxed)
    if members == 1 || rest.isOn() { return 1 }
    if handles.count < members - 1 { members = startThreads(members - 1) }
    _ = processor_take_slept()
    start = processor_ticks()
    return members
  }

  /// Decides after a claim whether the team should rest.
  func updateRest(_ members: Int) {
    if isSteady.load(ordering: .relaxed) { return }
    let lost = processor_take_slept() + slept.load(ordering: .relaxed)
    slept.store(0, ordering: .relaxed)
    rest.record(Double(lost) / Double(max(1, processor_ticks() &- start)), of: members)
  }

  /// Adjusts the number of members to the cores available now.
  private func updateMembers() {
    let cores = Spinning.updateCores()
    if isExact || isRefused || min(asked, cores) == most.load(ordering: .relaxed) { return }
    most.store(min(asked, cores), ordering: .relaxed)
    callersCore = -1
  }

  /// Starts threads until there are `count`. Stops with those that exist if the system refuses
  /// another. Returns the number of members.
  private func startThreads(_ count: Int) -> Int {
    while handles.count < count {
      let arguments = Unmanaged.passRetained(ThreadArgument(crew: self, member: handles.count + 1))
      var handle: UInt = 0
      let code = processor_start_thread(
        &handle,
        { pointer in
          let argument = Unmanaged<ThreadArgument>.fromOpaque(pointer!).takeRetainedValue()
          argument.crew.serve(as: argument.member)
          return nil
        }, arguments.toOpaque())
      if code != 0 {
        arguments.release()
        isRefused = true
        most.store(handles.count + 1, ordering: .relaxed)
        Notices.say(
          "threads: the system refused to start another (\(String(cString: strerror(code)))): "
            + "running on \(handles.count + 1) instead of \(count + 1)"
        )
        break
      }
      handles.append(handle)
      callersCore = -1
    }
    return handles.count + 1
  }

  /// Starts `next` on the other members.
  func post(_ next: any ParallelWork, members: Int) {
    work = next
    unfinished.set(UInt32(members - 1))
    let number = posted.load(ordering: .relaxed) >> 8 + 1
    posted.store(number << 8 | UInt64(members), ordering: .sequentiallyConsistent)
    // The system tends to wake a thread on the core of the thread that wakes it, where it would
    // wait for that thread's share of the work to end.
    let core = processor_core()
    if core != callersCore {
      callersCore = core
      for handle in handles { processor_keep_off(handle, core) }
    }
    wakeAll()
  }

  /// Waits until the other members have finished the current work.
  func await(_ members: Int) {
    unfinished.wait(among: members, until: { $0 & ~WaitWord.asleep == 0 }, unless: { _ in false })
    work = nil
  }

  /// Ends the threads.
  func endThreads() {
    // A child process has none of its parent's threads.
    if process.load(ordering: .relaxed) != processor_forks() { return }
    stopping.store(true, ordering: .sequentiallyConsistent)
    posted.store((posted.load(ordering: .relaxed) >> 8 + 1) << 8, ordering: .sequentiallyConsistent)
    wakeAll()
    for handle in handles {
      // The last reference to the pool may have been held by one of its own threads.
      if pthread_equal(pthread_self(), pthread_t(handle)) != 0 {
        pthread_detach(pthread_t(handle))
      } else {
        pthread_join(pthread_t(handle), nil)
      }
    }
  }

  private func wakeAll() {
    if sleeping.load(ordering: .sequentiallyConsistent) == 0 { return }
    _ = workWord.add(1)
    workWord.wake()
  }

  // MARK: For the other members

  /// The loop of one thread: waits for work, does its part, until the pool ends.
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

  /// Waits for work other than `seen`: spins for some tens of microseconds, then sleeps.
  private func next(after seen: UInt64) -> UInt64 {
    for _ in 0..<Spinning.limit(most.load(ordering: .relaxed)) {
      let current = posted.load(ordering: .acquiring)
      if current != seen { return current }
      processor_pause()
    }
    sleeping.add(1, ordering: .sequentiallyConsistent)
    defer { sleeping.subtract(1, ordering: .sequentiallyConsistent) }
    while true {
      let value = workWord.value
      let current = posted.load(ordering: .sequentiallyConsistent)
      if current != seen { return current }
      workWord.sleep(while: value)
    }
  }
}

/// The argument of a new thread.
private final class ThreadArgument {
  let crew: ThreadCrew
  let member: Int
  init(crew: ThreadCrew, member: Int) {
    self.crew = crew
    self.member = member
  }
}
