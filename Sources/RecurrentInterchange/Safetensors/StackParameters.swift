// A stack's parameters in a file, under PyTorch's names.

import RecurrentCore
import RecurrentLayers

extension Safetensors {
  /// Adds a stack's parameters, each as `prefix` and PyTorch's name: "weight_ih_l0",
  /// "bias_hh_l1_reverse"...
  public mutating func set(_ stack: RecurrentStack, prefix: String = "") {
    for (name, tensor) in stack.namedParameters { set(prefix + name, tensor) }
  }

  /// The parameters of a stack of this configuration, by PyTorch's names after `prefix`, at layer·D
  /// + direction: what `torch.save` and `save_file` of an `nn.RNN`, `nn.LSTM` or `nn.GRU` hold.
  /// Throws when one is missing or has another shape.
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

  /// A tensor of floats of a known shape. Throws when it has another.
  public func tensor(_ name: String, shape: Shape) throws(RecurrentError) -> Tensor {
    if let found = dimensions(name), found != shape.dimensions {
      throw .invalidFile(path: path, reason: "tensor '\(name)' has shape \(Shape(found)), expected \(shape)")
    }
    return try tensor(name)
  }

  /// Likewise; throws, too, when it holds NaN or infinity.
  package func finiteTensor(_ name: String, shape: Shape) throws(RecurrentError) -> Tensor {
    let tensor = try tensor(name, shape: shape)
    guard tensor.isFinite else { throw .invalidFile(path: path, reason: "tensor '\(name)' holds NaN or infinity") }
    return tensor
  }
}
