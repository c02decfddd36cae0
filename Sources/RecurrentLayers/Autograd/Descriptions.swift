// Text descriptions and mirrors of variables and parameters.

import RecurrentCore

extension Variable: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The shape and a summary of the elements, as for `Tensor`.
  public var description: String { "Variable " + value.shapeAndElements }

  /// The same as `description`.
  public var debugDescription: String { description }

  /// The parameter, if the variable is a parameter's value. Elements and tape are left out.
  public var customMirror: Mirror {
    if case .parameter(let parameter) = sink {
      return Mirror(self, children: ["parameter": parameter], displayStyle: .struct)
    }
    return Mirror(self, children: [], displayStyle: .struct)
  }
}

extension Parameter: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Whether the parameter is frozen, its shape, and a summary of its elements, as for `Tensor`.
  /// Draws the initial value if it has not been read yet.
  public var description: String { (isFrozen ? "Frozen parameter " : "Parameter ") + value.shapeAndElements }

  /// The same as `description`.
  public var debugDescription: String { description }
  /// The shape. Elements are left out.
  public var customMirror: Mirror { Mirror(self, children: ["shape": shape], displayStyle: .class) }
}

extension NamedParameter: CustomStringConvertible, CustomDebugStringConvertible {
  /// The name, followed by the parameter's description.
  public var description: String { "\(name): \(parameter)" }

  /// The same as `description`.
  public var debugDescription: String { description }
}
