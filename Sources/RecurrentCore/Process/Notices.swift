// What users should know though nothing has failed.

/// Where the engine says that something is other than asked for, without an error: fewer threads,
/// for example.
public enum Notices {
  private static let handler = Locked<(@Sendable (String) -> Void)?>(nil)

  /// Sends notices, each a sentence without a line's end, to `handler` from now on; nil for a line
  /// on standard error.
  public static func send(to handler: (@Sendable (String) -> Void)?) { Notices.handler.withLock { $0 = handler } }

  package static func say(_ text: String) {
    if let handler = handler.withLock({ $0 }) { handler(text) } else { StandardError.say(text) }
  }
}
