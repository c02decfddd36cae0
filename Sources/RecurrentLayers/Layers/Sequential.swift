// A sequence of layers. PyTorch's `nn.Sequential`.

import RecurrentCore

/// Layers applied in order. PyTorch's `nn.Sequential`; parameters are named by the layer's index,
/// for example "0.weight".
///
/// ```swift
/// let network = Sequential(Linear(64, 128), GELU(), Dropout(0.1), Linear(128, 10))
/// let logits = network(x)                                    // [..., 64] to [..., 10]
/// ```
public struct Sequential: Layer {
  /// The layers, in the order in which they are applied.
  public let layers: [any Layer]

  /// Creates a sequence of layers. Without layers, it is the identity.
  public init(_ layers: any Layer...) { self.layers = layers }
  /// Creates a sequence from an array of layers.
  public init(_ layers: [any Layer]) { self.layers = layers }

  /// The layers' parameters, with the layer's index before each name.
  public var parameters: [NamedParameter] {
    layers.enumerated().flatMap { place, layer in
      layer.parameters.map { NamedParameter("\(place).\($0.name)", $0.parameter) }
    }
  }

  /// Applies the layers in order.
  public func callAsFunction(_ x: Variable) -> Variable { layers.reduce(x) { x, layer in layer(x) } }
}
