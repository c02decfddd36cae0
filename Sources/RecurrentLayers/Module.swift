// How a model's parameters are found and named.

import RecurrentCore

/// A part of a network: parameters, other modules, and a function of one's own choice that uses them.
///
/// ```swift
/// struct Tagger: Module {
///   var embedding = Embedding(count: 5000, size: 100)
///   var lstm = Recurrent(.lstm, inputSize: 100, hiddenSize: 128, bidirectional: true)
///   var output = Linear(256, 17)
/// }
/// Tagger().parameters.map(\.name)  // ["embedding.weight", "lstm.weight_ih_l0", ... "output.bias"]
/// ```
///
/// Parameters are found in the stored properties, and those of modules in them, in arrays, tuples and optionals (not in dictionaries, which have
/// no order, or in types that are no modules), in the order of their declaration. Names are PyTorch's: property names joined by dots, places in an
/// array being numbers.
public protocol Module {
  /// Every parameter under its name. One that is found twice is listed twice.
  var parameters: [NamedParameter] { get }
}

/// A parameter and its name within a model, for example "lstm.weight_hh_l0".
public struct NamedParameter: Sendable {
  public let name: String
  public let parameter: Parameter

  public init(_ name: String, _ parameter: Parameter) { (self.name, self.parameter) = (name, parameter) }
}

extension Module {
  public var parameters: [NamedParameter] { parametersOfProperties }

  /// What a module that has more than its properties to name begins with.
  var parametersOfProperties: [NamedParameter] { RecurrentLayers.parameters(in: Mirror(reflecting: self)) }

  /// The number of floats in all parameters, each counted once.
  public var parameterCount: Int {
    var seen = Set<ObjectIdentifier>()
    return parameters.reduce(0) { $0 + (seen.insert(ObjectIdentifier($1.parameter)).inserted ? $1.parameter.shape.count : 0) }
  }

  /// Keeps training from changing this part, or lets it.
  public func setFrozen(_ isFrozen: Bool) { for named in parameters { named.parameter.isFrozen = isFrozen } }
}

extension Module {
  /// The name of the first parameter that holds NaN or infinity; nil when all are finite.
  package var firstNonFiniteParameter: String? { parameters.first { !$0.parameter.value.isFinite }?.name }
}

extension Module {
  /// Draws every parameter's initial value from `seed`: that of number n of `parameters` from stream n. Two runs that do so begin alike.
  public func initialise(seed: UInt64) {
    for (number, named) in parameters.enumerated() {
      var random = RandomStream(seed: seed, stream: UInt64(number))
      named.parameter.initialise(using: &random)
    }
  }
}

private func parameters(in mirror: Mirror) -> [NamedParameter] {
  var found = mirror.superclassMirror.map { parameters(in: $0) } ?? []
  for (index, child) in mirror.children.enumerated() {
    // A property in a wrapper is stored under its name with an underscore.
    let label = child.label ?? String(index)
    found += parameters(of: child.value, name: label.hasPrefix("_") ? String(label.dropFirst()) : label)
  }
  return found
}

private func parameters(of value: Any, name: String) -> [NamedParameter] {
  if let parameter = value as? Parameter { return [NamedParameter(name, parameter)] }
  if let module = value as? any Module { return module.parameters.map { NamedParameter("\(name).\($0.name)", $0.parameter) } }
  let mirror = Mirror(reflecting: value)
  switch mirror.displayStyle {
  case .optional: return mirror.children.first.map { parameters(of: $0.value, name: name) } ?? []
  case .collection, .tuple:
    return mirror.children.enumerated().flatMap { parameters(of: $1.value, name: "\(name).\($0)") }
  default: return []
  }
}
