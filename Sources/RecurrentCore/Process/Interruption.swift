// Ctrl-C: a wish to stop, not an accident.

import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// SIGINT, SIGTERM and SIGHUP, noted for whoever asks. The second one ends the process at once.
/// What `nohup` has SIGHUP ignored by stays so.
package enum Interruption {
  private static let received = Atomic<Int32>(0)

  /// Whoever notes signals at the moment, from whatever thread: the first has the handlers set, the
  /// last has those from before set again.
  private struct Watchers {
    var count = 0
    var before: [(Int32, sigaction)] = []
  }
  private static let watchers = Locked(Watchers())

  /// The signal that came, or 0.
  package static var signal: Int32 { received.load(ordering: .relaxed) }

  /// Notes signals from now on.
  package static func watch() {
    begin()
    _ = unblock()
  }

  /// Notes signals while `body` runs; then, unless they are noted for somebody else too, they are
  /// forgotten, and treated as before.
  package static func watching<Result>(_ body: () throws -> Result) rethrows -> Result {
    begin()
    // Of this thread alone.
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
      // Also sees to it that a handler finds the number made.
      received.store(0, ordering: .relaxed)
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { Interruption.received.store($0, ordering: .relaxed) }
      // The second one finds the default.
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

  /// Lets signals in that whoever started the program may have blocked. Returns the thread's mask
  /// as it was.
  private static func unblock() -> sigset_t {
    var watched = sigset_t()
    sigemptyset(&watched)
    for number in signals { sigaddset(&watched, number) }
    var mask = sigset_t()
    pthread_sigmask(SIG_UNBLOCK, &watched, &mask)
    return mask
  }
}
