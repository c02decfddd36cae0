// The parameters of a stack in a safetensors file, with PyTorch's names.

import RecurrentCore
import RecurrentLayers

extension Safetensors {
  /// Adds the parameters of a stack in its precision, named by `prefix` and PyTorch's name:
  /// "weight_ih_l0", "bias_hh_l1_reverse"...
  public mutating func set(_ stack: RecurrentStack, prefix: String = "") {
    for (name, stored) in stack.storedParameters { set(prefix + name, stored) }
  }

  /// The parameters of a stack, named by `prefix` and PyTorch's name, at layer·D + direction: those
  /// of a saved `nn.RNN`, `nn.LSTM` or `nn.GRU`. Throws if one is missing or has the wrong shape.
  public func parameters(_ configuration: RecurrentStack.Configuration, prefix: String = "") throws(RecurrentError)
    -> [DirectionParameters]
  {
    var slots: [DirectionParameters] = []
    for slot in 0..<configuration.layers * configuration.directions {
      let layer = configuration.layer(slot / configuration.directions)
      let shapes = layer.parameterShapes
      slots.append(
        try DirectionParameters { parameter throws(RecurrentError) in
          guard let shape = shapes[parameter] else { return nil }
          return try tensor(prefix + parameter.rawValue + configuration.suffix(slot: slot), shape: shape)
        })
    }
    return slots
  }

  /// Reads a tensor of floats of a given shape. Throws if it is missing or has another shape.
  public func tensor(_ name: String, shape: Shape) throws(RecurrentError) -> Tensor {
    if let found = dimensions(name), found != shape.dimensions {
      throw .invalidFile(path: path, reason: "tensor '\(name)' has shape \(Shape(found)), expected \(shape)")
    }
    return try tensor(name)
  }

  /// Reads a tensor of floats of a given shape. Throws as well if it holds NaN or infinity.
  package func finiteTensor(_ name: String, shape: Shape) throws(RecurrentError) -> Tensor {
    let tensor = try tensor(name, shape: shape)
    guard tensor.isFinite else { throw nonFinite(name) }
    return tensor
  }

  func nonFinite(_ name: String) -> RecurrentError {
    .invalidFile(path: path, reason: "tensor '\(name)' holds NaN or infinity")
  }
}
