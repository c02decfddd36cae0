// Layers one after the other.

import RecurrentCore

/// Layers of any types, each given what the one before it makes. PyTorch's `nn.Sequential`:
/// parameters are named by their layer's place, "0.weight".
///
/// ```swift
/// let network = Sequential(Linear(64, 128), GELU(), Dropout(0.1), Linear(128, 10))
/// let logits = network(x)                                    // [..., 64] to [..., 10]
/// ```
public struct Sequential: Layer {
  public let layers: [any Layer]

  /// No layers at all make x of x.
  public init(_ layers: any Layer...) { self.layers = layers }
  public init(_ layers: [any Layer]) { self.layers = layers }

  public var parameters: [NamedParameter] {
    layers.enumerated().flatMap { place, layer in
      layer.parameters.map { NamedParameter("\(place).\($0.name)", $0.parameter) }
    }
  }

  public func callAsFunction(_ x: Variable) -> Variable { layers.reduce(x) { x, layer in layer(x) } }
}
