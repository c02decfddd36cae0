// SIGINT, SIGTERM and SIGHUP handling: a flag that training checks between steps.

import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Records SIGINT, SIGTERM and SIGHUP instead of ending the process. A second signal, half a second
/// or more after the first, ends the process at once; sooner it is the same request, which `timeout`
/// sends both to the process and to its group. SIGHUP stays ignored if it was, as under `nohup`.
package enum Interruption {
  private static let received = Atomic<Int32>(0)

  /// When it was received, in nanoseconds of the monotonic clock, or 0.
  private static let receivedAt = Atomic<UInt64>(0)

  /// The number of callers that record signals now, on any thread, and the actions that were set
  /// before the first of them.
  private struct Watchers {
    var count = 0
    var before: [(Int32, sigaction)] = []
  }
  private static let watchers = Locked(Watchers())

  /// The signal received, or 0.
  package static var signal: Int32 { received.load(ordering: .relaxed) }

  /// Records signals from now on.
  package static func watch() {
    begin()
    _ = unblock()
  }

  /// Records signals while `body` runs. Afterwards, unless another caller records them, the flag is
  /// cleared and the former actions are restored.
  package static func watching<Result>(_ body: () throws -> Result) rethrows -> Result {
    begin()
    // The mask belongs to this thread alone.
    var mask = unblock()
    defer {
      end()
      pthread_sigmask(SIG_SETMASK, &mask, nil)
    }
    return try body()
  }

  private static func begin() {
    watchers.withLock { watchers in
      watchers.count += 1
      if watchers.count > 1 { return }
      // This also initialises the static variables before a handler can use them.
      received.store(0, ordering: .relaxed)
      receivedAt.store(0, ordering: .relaxed)
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { Interruption.note($0) }
      action.sa_flags = SA_RESTART
      watchers.before = signals.map { number in
        var before = sigaction()
        sigaction(number, nil, &before)
        if number != SIGHUP || !isIgnored(before) { sigaction(number, &action, nil) }
        return (number, before)
      }
    }
  }

  /// The handler.
  private static func note(_ number: Int32) {
    let now = Clock.now
    let (isFirst, first) = receivedAt.compareExchange(expected: 0, desired: now, ordering: .relaxed)
    if isFirst {
      received.store(number, ordering: .relaxed)
    } else if now > first + 500_000_000 {
      // It is blocked until the handler returns, and ends the process then.
      var action = sigaction()
      action.__sigaction_handler.sa_handler = SIG_DFL
      sigaction(number, &action, nil)
      raise(number)
    }
  }

  private static func end() {
    watchers.withLock { watchers in
      watchers.count -= 1
      if watchers.count > 0 { return }
      for (number, action) in watchers.before {
        var action = action
        sigaction(number, &action, nil)
      }
      received.store(0, ordering: .relaxed)
      receivedAt.store(0, ordering: .relaxed)
    }
  }

  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  private static func isIgnored(_ action: sigaction) -> Bool {
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Unblocks the signals on this thread; the parent process may have blocked them. Returns the
  /// thread's former mask.
  private static func unblock() -> sigset_t {
    var watched = sigset_t()
    sigemptyset(&watched)
    for number in signals { sigaddset(&watched, number) }
    var mask = sigset_t()
    pthread_sigmask(SIG_UNBLOCK, &watched, &mask)
    return mask
  }
}
