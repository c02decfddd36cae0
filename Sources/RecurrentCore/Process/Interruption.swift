// SIGINT, SIGTERM and SIGHUP handling: a flag that training checks between steps.

import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Records SIGINT, SIGTERM and SIGHUP instead of ending the process. The second signal ends the
/// process at once. SIGHUP stays ignored if it was, as under `nohup`.
package enum Interruption {
  private static let received = Atomic<Int32>(0)

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
      // This also initialises the static variable before a handler can use it.
      received.store(0, ordering: .relaxed)
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { Interruption.received.store($0, ordering: .relaxed) }
      // SA_RESETHAND: the second signal has the default action.
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_RESTART
      watchers.before = signals.map { number in
        var before = sigaction()
        sigaction(number, nil, &before)
        if number != SIGHUP || !isIgnored(before) { sigaction(number, &action, nil) }
        return (number, before)
      }
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
