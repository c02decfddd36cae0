// How a model's parameters are found and named.

import RecurrentCore

/// A part of a network: parameters, other modules, and a function of one's own choice that uses
/// them.
///
/// ```swift
/// struct Tagger: Module {
///   var embedding = Embedding(count: 5000, size: 100)
///   var lstm = RNN(.lstm, inputSize: 100, hiddenSize: 128, bidirectional: true)
///   var output = Linear(256, 17)
/// }
/// Tagger().parameters.map(\.name)  // ["embedding.weight", "lstm.weight_ih_l0", ... "output.bias"]
/// ```
///
/// Parameters are found in the stored properties, and those of modules in them, in arrays, tuples
/// and optionals, in the order of their declaration. Names are PyTorch's: property names joined by
/// dots, places in an array being numbers. A parameter that is only elsewhere, in a dictionary,
/// which has no order, or in a type that is no module, stops the program rather than stay
/// untrained, and so does a lazy property that has not been made yet; what a closure holds nobody
/// can see. A module may write `parameters` itself.
public protocol Module {
  /// Every parameter under its name. One that is found twice is listed twice.
  var parameters: [NamedParameter] { get }
}

extension Module {
  public var parameters: [NamedParameter] { parametersOfProperties }

  /// What a module that has more than its properties to name begins with.
  var parametersOfProperties: [NamedParameter] { ParameterSearch.parameters(in: self) }

  /// The number of floats in all parameters, each counted once.
  public var parameterCount: Int {
    var seen = Set<ObjectIdentifier>()
    return parameters.reduce(0) {
      $0 + (seen.insert(ObjectIdentifier($1.parameter)).inserted ? $1.parameter.shape.count : 0)
    }
  }

  /// Keeps training from changing this part, or lets it.
  public func setFrozen(_ isFrozen: Bool) { for named in parameters { named.parameter.isFrozen = isFrozen } }
}

extension Module {
  /// The name of the first parameter that holds NaN or infinity; nil when all are finite.
  package var firstNonFiniteParameter: String? { parameters.first { !$0.parameter.value.isFinite }?.name }
}

extension Module {
  /// Draws every parameter's initial value from `seed`: that of number n of `parameters` from
  /// stream n. Two runs that do so begin alike.
  public func initialise(seed: UInt64) {
    for (number, named) in parameters.enumerated() {
      var random = RandomStream(seed: seed, stream: UInt64(number))
      named.parameter.initialise(using: &random)
    }
  }
}
