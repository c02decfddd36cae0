// Variables and parameters as text.

import RecurrentCore

extension Variable: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The shape and the elements, summarised as those of a `Tensor` are.
  public var description: String { "Variable " + value.shapeAndElements }

  public var debugDescription: String { description }

  /// The parameter that this is the value of, if it is one's, and nothing of the elements or the
  /// tape.
  public var customMirror: Mirror {
    if case .parameter(let parameter) = sink {
      return Mirror(self, children: ["parameter": parameter], displayStyle: .struct)
    }
    return Mirror(self, children: [], displayStyle: .struct)
  }
}

extension Parameter: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Whether it is frozen, the shape, and the elements, summarised as those of a `Tensor` are.
  /// Draws the value if nobody has read it yet.
  public var description: String { (isFrozen ? "Frozen parameter " : "Parameter ") + value.shapeAndElements }

  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["shape": shape], displayStyle: .class) }
}

extension NamedParameter: CustomStringConvertible, CustomDebugStringConvertible {
  /// The name, and what the parameter's description says.
  public var description: String { "\(name): \(parameter)" }

  public var debugDescription: String { description }
}
