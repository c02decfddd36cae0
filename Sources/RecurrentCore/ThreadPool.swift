// Persistent threads for loops so short that starting a thread, or waking one, would cost more than the loop.

import CProcessor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Work that a team of threads does together.
package protocol ParallelWork: AnyObject {
  /// Called once on each of `members` threads at the same time, with members numbered from 0; 0 is the caller.
  func run(member: Int, of members: Int)
}

/// A fixed number of threads that wait, first spinning and then asleep, for work from any caller.
///
/// One caller at a time has the team. Another that arrives meanwhile does its work on its own thread alone,
/// so that many threads that each run a small network do not wait for one another.
public final class ThreadPool: Sendable {
  /// The size of the team, the calling thread included.
  public let threads: Int
  private let crew: Crew

  /// A pool of `threads` threads, 1...255, the caller's among them. They start with the first work for them.
  public init(threads: Int) {
    require((1...255).contains(threads), "ThreadPool(threads: \(threads)): expected 1...255")
    self.threads = threads
    crew = Crew()
  }

  deinit { crew.dismiss() }

  /// Claims the team. Returns how many members the caller may use: `threads`, or 1 when another caller has it.
  package func enter() -> Int {
    guard threads > 1, crew.claimed.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    else { return 1 }
    crew.start(threads - 1)
    return threads
  }

  /// Gives the team back. `members` is what `enter` returned.
  package func leave(_ members: Int) {
    if members > 1 { crew.claimed.store(false, ordering: .releasing) }
  }

  /// Runs `work` on `members` threads, at most as many as `enter` returned, and returns when all are done.
  package func run(_ work: any ParallelWork, members: Int) {
    if members == 1 { return work.run(member: 0, of: 1) }
    crew.post(work, members: members)
    work.run(member: 0, of: members)
    crew.await()
  }
}

extension ThreadPool {
  /// Calls `body` with parts of 0..<count, together all of them, on as many threads as have `least` each: waking one takes as long as some
  /// tens of thousands of additions. Parts begin at multiples of `grain`. Denormals are flushed meanwhile.
  package func forEachPart(of count: Int, least: Int, grain: Int = 1, _ body: (_ part: Range<Int>, _ member: Int) -> Void) {
    if count == 0 { return }
    let mode = processor_flush_denormals()
    let wanted = max(1, min(threads, count / max(1, least)))
    let members = wanted > 1 ? enter() : 1
    withoutActuallyEscaping(body) { body in
      run(Parts(count: count, grain: grain, body: body), members: min(members, wanted))
    }
    leave(members)
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
  let claimed = Atomic(false)
  /// The number of the current work << 8 | its members: one word, so that a late thread cannot take the
  /// members of one work for those of the next.
  private let posted = Atomic<UInt64>(0)
  private let unfinished = Atomic(0)
  private let sleeping = Atomic(0)
  private let stopping = Atomic(false)
  private var work: (any ParallelWork)?
  private var handles: [pthread_t] = []
  /// The core that the others are kept off: the last caller's.
  private var callersCore: Int32 = -1
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(mutex)
    wake.deallocate()
    mutex.deallocate()
  }

  /// Starts the threads once. Called by whoever has the team, so never by two at a time.
  func start(_ count: Int) {
    while handles.count < count {
      let arguments = Unmanaged.passRetained(Enlistment(crew: self, member: handles.count + 1))
      var handle = pthread_t()
      let code = pthread_create(
        &handle, nil,
        { pointer in
          let enlistment = Unmanaged<Enlistment>.fromOpaque(pointer!).takeRetainedValue()
          enlistment.crew.serve(as: enlistment.member)
          return nil
        }, arguments.toOpaque())
      require(code == 0, "ThreadPool: the system refused to start thread \(handles.count + 1) of \(count) (error \(code))")
      handles.append(handle)
      callersCore = -1
    }
  }

  func post(_ next: any ParallelWork, members: Int) {
    work = next
    unfinished.store(members - 1, ordering: .relaxed)
    let number = posted.load(ordering: .relaxed) >> 8 + 1
    posted.store(number << 8 | UInt64(members), ordering: .sequentiallyConsistent)
    // Systems like to wake a thread on the core of the one that wakes it, where it would wait for this work to end.
    let core = processor_core()
    if core != callersCore {
      callersCore = core
      for handle in handles { processor_keep_off(UInt(handle), core) }
    }
    if sleeping.load(ordering: .sequentiallyConsistent) > 0 { wakeAll() }
  }

  func await() {
    var wait = SpinWait()
    while unfinished.load(ordering: .acquiring) > 0 { wait.pause() }
    work = nil
  }

  func dismiss() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    posted.store((posted.load(ordering: .relaxed) >> 8 + 1) << 8, ordering: .sequentiallyConsistent)
    wakeAll()
    for handle in handles { pthread_join(handle, nil) }
  }

  private func serve(as member: Int) {
    _ = processor_flush_denormals()
    var seen: UInt64 = 0
    while true {
      seen = next(after: seen)
      if stopping.load(ordering: .acquiring) { return }
      let members = Int(seen & 0xff)
      if member < members {
        work!.run(member: member, of: members)
        unfinished.subtract(1, ordering: .releasing)
      }
    }
  }

  /// Waits for the next posting: spins for some tens of microseconds, then sleeps.
  private func next(after seen: UInt64) -> UInt64 {
    for _ in 0..<2_000 {
      let current = posted.load(ordering: .acquiring)
      if current != seen { return current }
      processor_pause()
    }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    sleeping.add(1, ordering: .sequentiallyConsistent)
    defer { sleeping.subtract(1, ordering: .sequentiallyConsistent) }
    while true {
      let current = posted.load(ordering: .sequentiallyConsistent)
      if current != seen { return current }
      pthread_cond_wait(wake, mutex)
    }
  }

  private func wakeAll() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
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
  private let arrived = Atomic(0)
  private let round = Atomic(0)

  package init() {}

  /// Returns once `members` threads have called it.
  package func wait(_ members: Int) {
    if members == 1 { return }
    let current = round.load(ordering: .relaxed)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == members {
      arrived.store(0, ordering: .relaxed)
      round.store(current + 1, ordering: .releasing)
    } else {
      var wait = SpinWait()
      while round.load(ordering: .acquiring) == current { wait.pause() }
    }
  }
}

/// Spins for some tens of microseconds, and lets other threads run when it takes longer, as with more threads than cores.
private struct SpinWait {
  private var spins = 0

  mutating func pause() {
    spins += 1
    if spins < 2_000 { processor_pause() } else { sched_yield() }
  }
}
