// What goes wrong with things from outside: files, data, options, environment variables.
// (Wrong shapes and indices in code are programmer errors and stop with a precondition.)

/// An error whose description says what was wrong, where, and what would be right.
public enum RecurrentError: Error, Equatable, CustomStringConvertible {
  /// No backend of that name. `available` can be asked for; `refused` maps a known name to why it cannot be used here.
  case unknownBackend(String, available: [String], refused: [String: String])
  /// A known backend that cannot be used on this machine or in this build.
  case unavailableBackend(String, reason: String, available: [String])
  /// An option or environment variable with a value that it does not take.
  case invalidOption(name: String, value: String, expected: String)
  /// A file that is not what it should be.
  case invalidFile(path: String, reason: String)
  /// A file that cannot be read or written.
  case inputOutput(path: String, reason: String)
  /// Training that met a loss or a gradient that is not finite.
  case diverged(step: Int, loss: Float, gradientNorm: Float)
  /// A computation that needs more bytes than are left of a limit.
  case insufficientMemory(String, needed: Int, free: Int, limit: String, advice: String)

  public var description: String {
    switch self {
    case .unknownBackend(let name, let available, let refused):
      return "unknown backend '\(name)'; available: \(RecurrentError.list(available))" + RecurrentError.reasons(refused)
    case .unavailableBackend(let name, let reason, let available):
      return "backend '\(name)' cannot be used: \(reason); available: \(RecurrentError.list(available))"
    case .invalidOption(let name, let value, let expected):
      return "\(name): '\(value)' is not valid; expected \(expected)"
    case .invalidFile(let path, let reason):
      return "\(path): \(reason)"
    case .inputOutput(let path, let reason):
      return "\(path): \(reason)"
    case .diverged(let step, let loss, let gradientNorm):
      return "training diverged at step \(step): the loss is \(loss), the gradient's norm \(gradientNorm); "
        + "a lower learning rate or clipping the gradient's norm may help"
    case .insufficientMemory(let what, let needed, let free, let limit, let advice):
      return "\(what) needs about \(MemoryLimits.text(ofBytes: needed)) of memory, but \(MemoryLimits.text(ofBytes: free)) are left "
        + "(\(limit)); \(advice)"
    }
  }

  private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }

  private static func reasons(_ refused: [String: String]) -> String {
    refused.sorted { $0.key < $1.key }.map { "; not available: \($0.key) (\($0.value))" }.joined()
  }
}
