// Ctrl-C: a wish to stop, not an accident.

import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// SIGINT and SIGTERM, noted for whoever asks. The second one ends the process at once.
package enum Interruption {
  private static let received = Atomic<Int32>(0)

  /// The signal that came, or 0.
  package static var signal: Int32 { received.load(ordering: .relaxed) }

  /// Notes signals from now on.
  package static func watch() { _ = startWatching() }

  /// Notes signals while `body` runs; then they are forgotten, and treated as before.
  package static func watching<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = startWatching()
    defer {
      for (number, action) in before.actions {
        var action = action
        sigaction(number, &action, nil)
      }
      var mask = before.mask
      pthread_sigmask(SIG_SETMASK, &mask, nil)
      received.store(0, ordering: .relaxed)
    }
    return try body()
  }

  private static func startWatching() -> (actions: [(Int32, sigaction)], mask: sigset_t) {
    // Also sees to it that a handler finds the number made.
    received.store(0, ordering: .relaxed)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { Interruption.received.store($0, ordering: .relaxed) }
    // The second one finds the default.
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_RESTART
    var watched = sigset_t()
    sigemptyset(&watched)
    let actions = [SIGINT, SIGTERM].map { number in
      var before = sigaction()
      sigaction(number, &action, &before)
      sigaddset(&watched, number)
      return (number, before)
    }
    // Whoever started the program may have handed down a mask of blocked signals.
    var mask = sigset_t()
    pthread_sigmask(SIG_UNBLOCK, &watched, &mask)
    return (actions, mask)
  }
}
