// Errors: invalid files, data, options and environment variables. (Wrong shapes and indices in code
// are programmer errors and fail a precondition.)

/// An error caused by something outside the program: a file, data, an option, an environment
/// variable.
///
/// The description says what was wrong, where, and what would be right. It is one line; control
/// characters in it are escaped, and long texts are shortened in the middle.
public enum RecurrentError: Error, Equatable, CustomStringConvertible {
  /// There is no backend of that name. `available` lists the usable ones; `refused` maps known
  /// names to the reasons why they cannot be used here.
  case unknownBackend(String, available: [String], refused: [String: String])
  /// A known backend that cannot be used on this machine or in this build.
  case unavailableBackend(String, reason: String, available: [String])
  /// An option or environment variable with an invalid value.
  case invalidOption(name: String, value: String, expected: String)
  /// A file with invalid contents.
  case invalidFile(path: String, reason: String)
  /// A file that cannot be read or written.
  case inputOutput(path: String, reason: String)
  /// Training met a loss or a gradient that is not finite, or an update left NaN or infinity in a
  /// `parameter` or in a moment of it ("NAME.MOMENT").
  case diverged(step: Int, loss: Float, gradientNorm: Float, parameter: String? = nil)
  /// A model cannot be trained or evaluated because one of its parameters is NaN or infinite.
  case notFinite(parameter: String)
  /// A score that selects a model is NaN or infinite.
  case undefinedScore(String)
  /// A computation needs more memory than is left of a limit.
  case insufficientMemory(String, needed: Int, free: Int, limit: String, advice: String)

  /// The error as one line of text.
  public var description: String { text.printable() }

  private var text: String {
    switch self {
    case .unknownBackend(let name, let available, let refused):
      return "unknown backend '\(name.shortened())'; available: \(RecurrentError.list(available))"
        + RecurrentError.reasons(refused)
    case .unavailableBackend(let name, let reason, let available):
      return "backend '\(name)' cannot be used: \(reason.shortened()); available: \(RecurrentError.list(available))"
    case .invalidOption(let name, let value, let expected):
      return "\(name.shortened()): '\(value.shortened())' is not valid; expected \(expected.shortened())"
    case .invalidFile(let path, let reason), .inputOutput(let path, let reason):
      return "\(path.isEmpty ? "''" : path.shortened()): \(reason.shortened())"
    case .diverged(let step, let loss, let gradientNorm, let parameter):
      return "training diverged at step \(step): the loss is \(loss), the gradient's norm \(gradientNorm)"
        + (parameter.map { ", and the update left NaN or infinity in '\($0.shortened())'; " } ?? "; ")
        + "a lower learning rate or clipping the gradient's norm may help"
    case .notFinite(let parameter):
      return "the parameter '\(parameter.shortened())' holds NaN or infinity; expected finite numbers"
    case .undefinedScore(let what):
      return "\(what); expected a finite number: the model's parameters may be too large to compute with"
    case .insufficientMemory(let what, let needed, let free, let limit, let advice):
      return
        "\(what) needs about \(MemoryLimits.text(ofBytes: needed)) of memory, "
        + "but \(MemoryLimits.text(ofBytes: free)) are left "
        + "(\(limit)); \(advice)"
    }
  }

  private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }

  private static func reasons(_ refused: [String: String]) -> String {
    refused.sorted { $0.key < $1.key }.map { "; not available: \($0.key) (\($0.value))" }.joined()
  }
}
