// Ctrl-C: a wish to stop, not an accident.

import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// While it is on, SIGINT and SIGTERM are noted instead of ending the process; the second one does end it.
enum Interruption {
  private static let noted = Atomic(false)

  static var isRequested: Bool { noted.load(ordering: .relaxed) }

  /// Runs `body` with signals noted, and then treats them as before.
  static func noting<Result>(_ body: () throws -> Result) rethrows -> Result {
    // Also sees to it that the handler finds the flag made.
    noted.store(false, ordering: .relaxed)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in Interruption.noted.store(true, ordering: .relaxed) }
    // The second one finds the default.
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_RESTART
    var (before, beforeTerm) = (sigaction(), sigaction())
    sigaction(SIGINT, &action, &before)
    sigaction(SIGTERM, &action, &beforeTerm)
    defer {
      sigaction(SIGINT, &before, nil)
      sigaction(SIGTERM, &beforeTerm, nil)
    }
    return try body()
  }
}
