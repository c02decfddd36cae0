// A parameter and its name within a model.

import RecurrentCore

/// A parameter and its name within a model, for example "lstm.weight_hh_l0".
public struct NamedParameter: Sendable {
  /// The name: PyTorch's name in a state dictionary.
  public let name: String
  /// The parameter.
  public let parameter: Parameter

  /// Creates a named parameter.
  public init(_ name: String, _ parameter: Parameter) { (self.name, self.parameter) = (name, parameter) }
}
