// What users should know though nothing has failed.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where the engine says that something is other than asked for, without an error: fewer threads, for example.
public enum Notices {
  private static let handler = Locked<(@Sendable (String) -> Void)?>(nil)

  /// Sends notices, each a sentence without a line's end, to `handler` from now on; nil for a line on standard error.
  public static func send(to handler: (@Sendable (String) -> Void)?) { Notices.handler.withLock { $0 = handler } }

  package static func say(_ text: String) {
    if let handler = handler.withLock({ $0 }) { return handler(text) }
    let line = Array((text + "\n").utf8)
    // One that nobody can read ends nothing, by a signal neither.
    var (pipe, before, waiting) = (sigset_t(), sigset_t(), sigset_t())
    sigemptyset(&pipe)
    sigaddset(&pipe, SIGPIPE)
    sigpending(&waiting)
    pthread_sigmask(SIG_BLOCK, &pipe, &before)
    if write(STDERR_FILENO, line, line.count) < 0, errno == EPIPE, sigismember(&waiting, SIGPIPE) == 0 {
      var none = timespec()
      sigtimedwait(&pipe, nil, &none)
    }
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
}
