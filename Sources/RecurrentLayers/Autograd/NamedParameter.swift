// A parameter and its name within a model.

import RecurrentCore

/// A parameter and its name within a model, for example "lstm.weight_hh_l0".
public struct NamedParameter: Sendable {
  public let name: String
  public let parameter: Parameter

  public init(_ name: String, _ parameter: Parameter) { (self.name, self.parameter) = (name, parameter) }
}
