// The protocol of layers that map one variable to another.

import RecurrentCore

/// A module that makes one variable of another, and can stand in a `Sequential`.
public protocol Layer: Module, Sendable {
  func callAsFunction(_ x: Variable) -> Variable
}

extension Linear: Layer {}
extension Dropout: Layer {}
extension LayerNorm: Layer {}
