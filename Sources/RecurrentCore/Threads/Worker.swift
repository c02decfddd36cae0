// Workers: the threads of a pool other than its callers.

import CRecurrentProcessor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A thread that waits for work, first spinning and then asleep.
final class Worker: @unchecked Sendable {
  /// The number of the current work << 9 | whether the thread sleeps << 8.
  private let mailbox = WaitWord()
  /// The members below this one in the team's tree that have not finished the current work.
  let unfinished = WaitWord()
  private var thread: UInt = 0
  /// The core that the thread is kept off.
  private var avoided: Int32 = -1
  /// The core that the thread is pinned to; nil if the system places it.
  private(set) var pinnedTo: Int32?

  // The following belong to the caller whose team has the worker. The thread reads them after a
  // post.
  /// The team and the number in it; no team ends the thread.
  unowned(unsafe) var team: ThreadTeam?
  var member = 0

  /// Whether no team has the worker. It belongs to the crew.
  var isFree = true

  /// Whether the thread waits for work without sleeping. It may fall asleep at any time.
  var isAwake: Bool { mailbox.value & WaitWord.asleep == 0 }

  deinit {
    mailbox.deallocate()
    unfinished.deallocate()
  }

  /// Starts the thread. Returns 0, or the error number of the system. The thread holds `crew`,
  /// whose memory it uses.
  func start(_ crew: ThreadCrew) -> Int32 {
    let argument = Unmanaged.passRetained(Argument(crew: crew, worker: self))
    let code = processor_start_thread(
      &thread,
      { pointer in
        let argument = Unmanaged<Argument>.fromOpaque(pointer!).takeRetainedValue()
        argument.worker.serve(argument.crew)
        return nil
      }, argument.toOpaque())
    if code != 0 { argument.release() }
    return code
  }

  private final class Argument {
    let crew: ThreadCrew
    let worker: Worker
    init(crew: ThreadCrew, worker: Worker) { (self.crew, self.worker) = (crew, worker) }
  }

  /// Starts the thread on the work of its team.
  @inline(__always)
  func post() {
    if mailbox.exchange((mailbox.value >> 9 &+ 1) << 9) & WaitWord.asleep != 0 { mailbox.wake() }
  }

  /// Keeps the thread off a core, that of its caller: the system tends to wake a thread on the core
  /// of the thread that wakes it, where it would wait for that thread's share of the work to end.
  func keepOff(_ core: Int32) {
    if core == avoided || pinnedTo != nil { return }
    avoided = core
    processor_keep_off(thread, core)
  }

  /// Keeps the thread on one core.
  func pin(to core: Int32) {
    pinnedTo = core
    processor_pin(thread, core)
  }

  /// Ends the thread.
  func end() {
    team = nil
    post()
    // The last reference to the pool may have been held by one of its own threads.
    if pthread_equal(pthread_self(), pthread_t(thread)) != 0 {
      pthread_detach(pthread_t(thread))
    } else {
      pthread_join(pthread_t(thread), nil)
    }
  }

  /// The loop of the thread.
  private func serve(_ crew: ThreadCrew) {
    _ = processor_flush_denormals()
    var seen: UInt32 = 0
    while true {
      mailbox.wait(
        among: crew.most.load(ordering: .relaxed), until: { $0 >> 9 != seen >> 9 }, unless: { _ in false })
      seen = mailbox.value
      // What was slept between two works is not lost to either.
      _ = processor_take_slept()
      guard let team else { return }
      team.run(member, unfinished)
    }
  }
}
