// A model's parameters in a file, under PyTorch's names.

import RecurrentCore
import RecurrentLayers

extension Safetensors {
  /// Adds every parameter of a model, each as `prefix` and its name: what PyTorch's
  /// `load_state_dict` takes.
  public mutating func set(_ model: some Module, prefix: String = "") {
    for named in model.parameters { set(prefix + named.name, named.parameter.value) }
  }
}

extension Module {
  /// Writes the parameters, and metadata if there is any, to a safetensors file, whole or not at
  /// all. Throws, and writes nothing, when a parameter holds NaN or infinity.
  public func save(to path: String, metadata: [String: String] = [:]) throws(RecurrentError) {
    try checkFinite(toSave: path)
    var file = Safetensors()
    file.metadata = metadata
    file.set(self)
    try file.write(to: path)
  }

  package func checkFinite(toSave path: String) throws(RecurrentError) {
    guard let name = firstNonFiniteParameter else { return }
    throw .inputOutput(path: path, reason: "is not written: the parameter '\(name)' holds NaN or infinity")
  }

  /// Reads the parameters from a safetensors file.
  @discardableResult
  public func load(
    from path: String, strict: Bool = true, allowsNonFinite: Bool = false
  ) throws(RecurrentError) -> (missing: [String], unexpected: [String]) {
    try load(from: Safetensors(contentsOf: path), strict: strict, allowsNonFinite: allowsNonFinite)
  }

  /// Takes the parameters, named `prefix` and their name, from a file that has been read.
  ///
  /// A parameter that the model has under several names is read from any of them; so is one that
  /// `safetensors.torch.save_model` has written once.
  /// - Parameters: - strict: whether a parameter that the file lacks, or a tensor under `prefix`
  ///   that the model lacks, is an error. - allowsNonFinite: whether NaN and infinity are taken
  ///   too, to look at them; else a tensor that holds one is an error.
  /// - Returns: the names of those; both empty when `strict`.
  /// - Throws: an error that lists what is missing, unexpected or of another shape, or names a
  ///   tensor that is not finite; nothing has been changed then.
  @discardableResult
  public func load(
    from file: Safetensors, prefix: String = "", strict: Bool = true, allowsNonFinite: Bool = false
  ) throws(RecurrentError) -> (missing: [String], unexpected: [String]) {
    let (missing, unexpected) = try compare(with: file, prefix: prefix, strict: strict)
    var values: [(Parameter, Tensor)] = []
    for named in parameters where file.contains(prefix + named.name) {
      let (name, shape) = (prefix + named.name, named.parameter.shape)
      values.append(
        (named.parameter, try allowsNonFinite ? file.tensor(name, shape: shape) : file.finiteTensor(name, shape: shape))
      )
    }
    for (parameter, value) in values { parameter.value = value }
    return (missing, unexpected)
  }

  /// Throws what `load` would throw about names and shapes.
  @discardableResult
  package func compare(
    with file: Safetensors, prefix: String = "", strict: Bool
  ) throws(RecurrentError) -> (missing: [String], unexpected: [String]) {
    let parameters = parameters
    // A tied parameter needs one of its names only, and a tensor of several names only one that is
    // asked for.
    let loaded = Set(parameters.filter { file.contains(prefix + $0.name) }.map { ObjectIdentifier($0.parameter) })
    let missing = parameters.filter { !loaded.contains(ObjectIdentifier($0.parameter)) }.map { prefix + $0.name }
    let taken = Set(parameters.compactMap { file.storedName(prefix + $0.name) })
    let unexpected = file.names.filter { $0.utf8.starts(with: prefix.utf8) && !taken.contains(file.storedName($0)!) }
    let misshapen = parameters.compactMap { named -> String? in
      guard let found = file.dimensions(prefix + named.name), found != named.parameter.shape.dimensions else {
        return nil
      }
      return "\(prefix + named.name) is \(Shape(found)), expected \(named.parameter.shape)"
    }
    var problems: [String] = []
    func list(_ names: [String]) -> String {
      names.prefix(100).joined(separator: ", ") + (names.count > 100 ? " and \(names.count - 100) more" : "")
    }
    if strict, !missing.isEmpty { problems.append("missing: \(list(missing))") }
    if strict, !unexpected.isEmpty { problems.append("unexpected: \(list(unexpected))") }
    if !misshapen.isEmpty { problems.append("of another shape: \(list(misshapen))") }
    if !problems.isEmpty {
      throw .invalidFile(
        path: file.path, reason: "does not hold this model's parameters; " + problems.joined(separator: "; "))
    }
    return (missing, unexpected)
  }
}
