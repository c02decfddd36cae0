// Modules: parts of a model whose parameters are found and named. PyTorch's `nn.Module`.

import RecurrentCore

/// A part of a model that holds parameters and other modules. PyTorch's `nn.Module`.
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
/// The default implementation of `parameters` searches the stored properties, in the order of their
/// declaration:
///
/// - It finds parameters and modules, also in arrays, tuples and optionals.
/// - Names are PyTorch's: property names joined by dots; elements of arrays and tuples are numbered
///   from 0.
/// - It stops the program if a parameter would be overlooked: one that is held only by a dictionary
///   or by a type that is not a module, or by a lazy property that has not been read yet.
/// - It cannot see what a closure captures.
///
/// A module may implement `parameters` itself instead.
public protocol Module {
  /// All parameters with their names. A parameter that is reachable by two names is listed twice.
  var parameters: [NamedParameter] { get }
}

extension Module {
  /// The parameters in the stored properties; see `Module`.
  public var parameters: [NamedParameter] { parametersOfProperties }

  /// The parameters in the stored properties, for modules that add others to them.
  var parametersOfProperties: [NamedParameter] { ParameterSearch.parameters(in: self) }

  /// The number of floats in all parameters. A parameter with several names counts once.
  public var parameterCount: Int {
    var seen = Set<ObjectIdentifier>()
    return parameters.reduce(0) {
      $0 + (seen.insert(ObjectIdentifier($1.parameter)).inserted ? $1.parameter.shape.count : 0)
    }
  }

  /// Freezes or unfreezes all parameters; see `Parameter.isFrozen`.
  public func setFrozen(_ isFrozen: Bool) { for named in parameters { named.parameter.isFrozen = isFrozen } }
}

extension Module {
  /// The name of the first parameter that holds NaN or infinity; nil if all are finite.
  package var firstNonFiniteParameter: String? { parameters.first { !$0.parameter.stored.isFinite }?.name }
}

extension Module {
  /// Draws the initial values of all parameters anew: that of `parameters[n]` from stream n of
  /// `seed`. Two models of the same structure and seed start with the same values.
  public func initialise(seed: UInt64) {
    for (number, named) in parameters.enumerated() {
      var random = RandomStream(seed: seed, stream: UInt64(number))
      named.parameter.initialise(using: &random)
    }
  }
}
