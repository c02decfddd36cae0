// Notices: messages to users that are not errors, for example about fewer threads than asked for.

/// Messages to users about deviations that are not errors, for example fewer threads than asked
/// for.
public enum Notices {
  private static let handler = Locked<(@Sendable (String) -> Void)?>(nil)

  /// Sends notices to `handler` from now on, or as lines to standard error if it is nil. A notice
  /// is one sentence without a line break at its end.
  public static func send(to handler: (@Sendable (String) -> Void)?) { Notices.handler.withLock { $0 = handler } }

  /// Sends a notice.
  package static func say(_ text: String) {
    if let handler = handler.withLock({ $0 }) { handler(text) } else { StandardError.say(text) }
  }
}
