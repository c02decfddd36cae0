// Workers: the threads of a pool other than its callers.

import CRecurrentProcessor

/// A thread that waits for work, first spinning and then asleep.
final class Worker: @unchecked Sendable {
  /// The number of the current work << 9 | whether the thread sleeps << 8.
  private let mailbox = WaitWord()
  /// The members below this one in the team's tree that have not finished the current work.
  let unfinished = WaitWord()
  /// nil until the thread has started.
  private var thread: DedicatedThread?
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

  /// Starts the thread. It holds `crew`, whose memory it uses. Throws if the system refuses it.
  func start(_ crew: ThreadCrew) throws(DedicatedThread.Refusal) {
    thread = try DedicatedThread { self.serve(crew) }
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
    thread?.keepOff(core)
  }

  /// Keeps the thread on one core.
  func pin(to core: Int32) {
    pinnedTo = core
    thread?.pin(to: core)
  }

  /// Ends the thread.
  func end() {
    team = nil
    post()
    // On that thread itself, if it held the last reference to the pool.
    thread?.join()
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
