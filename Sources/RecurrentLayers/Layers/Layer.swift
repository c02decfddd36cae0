// The protocol of layers that map one variable to another.

import RecurrentCore

/// A module that maps one variable to another, and can be part of a `Sequential`.
public protocol Layer: Module, Sendable {
  /// Applies the layer.
  func callAsFunction(_ x: Variable) -> Variable
}

extension Linear: Layer {}
extension Dropout: Layer {}
extension LayerNorm: Layer {}
