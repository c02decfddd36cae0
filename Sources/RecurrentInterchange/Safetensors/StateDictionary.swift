// The parameters of a model in a safetensors file: PyTorch's `state_dict`.

import RecurrentCore
import RecurrentLayers

extension Safetensors {
  /// Adds all parameters of a model, named by `prefix` and their name, as for PyTorch's
  /// `load_state_dict`. They are stored as they are: a matrix in int8 is I8 and has its scales
  /// beside it, unless a parameter has their name; it is stored as F32 then. The metadata records
  /// the lowest precision, if it is not float32.
  public mutating func set(_ model: some Module, prefix: String = "") {
    let parameters = model.parameters
    let names = Set(parameters.map { TensorName($0.name) })
    for named in parameters {
      let isTaken = names.contains(TensorName(named.name).scales)
      let stored = named.parameter.stored
      set(prefix + named.name, isTaken && stored.precision == .int8 ? stored.converted(to: .float32) : stored)
    }
    recordPrecision()
  }
}

extension Module {
  /// Writes the parameters and metadata to a safetensors file atomically. Throws, and writes
  /// nothing, if a parameter holds NaN or infinity, or if the file cannot be written.
  public func save(to path: String, metadata: [String: String] = [:]) throws(RecurrentError) {
    try checkFinite(toSave: path)
    var file = Safetensors()
    file.metadata = metadata
    file.set(self)
    try file.write(to: path)
  }

  /// Throws if a parameter holds NaN or infinity.
  package func checkFinite(toSave path: String) throws(RecurrentError) {
    guard let name = firstNonFiniteParameter else { return }
    throw .inputOutput(path: path, reason: "is not written: the parameter '\(name)' holds NaN or infinity")
  }

  /// Reads the parameters from a safetensors file; see `load(from:prefix:strict:allowsNonFinite:)`.
  @discardableResult
  public func load(
    from path: String, strict: Bool = true, allowsNonFinite: Bool = false
  ) throws(RecurrentError) -> (missing: [String], unexpected: [String]) {
    try load(from: Safetensors(contentsOf: path), strict: strict, allowsNonFinite: allowsNonFinite)
  }

  /// Sets the parameters from a safetensors file. PyTorch's `load_state_dict`.
  ///
  /// Matrices of BF16, and of I8 with scales, are kept as they are in the file; see `precision`.
  ///
  /// A parameter with several names is read from any of them, and so is a tied weight that
  /// `safetensors.torch.save_model` has stored once.
  /// - Parameters:
  ///   - file: the file.
  ///   - prefix: the beginning of the tensors' names, before the parameters' names.
  ///   - strict: whether it is an error if a parameter has no tensor, or a tensor under `prefix` no
  ///     parameter.
  ///   - allowsNonFinite: whether NaN and infinity are loaded, for inspection; otherwise they are
  ///     an error.
  /// - Returns: the names of missing and unexpected tensors; both are empty if `strict`.
  /// - Throws: `RecurrentError.invalidFile`, which lists missing, unexpected and misshapen tensors,
  ///   or names one that is not finite, or whose scales or integers are invalid; or if the file
  ///   records another precision than that of its matrices. No parameter is changed then.
  @discardableResult
  public func load(
    from file: Safetensors, prefix: String = "", strict: Bool = true, allowsNonFinite: Bool = false
  ) throws(RecurrentError) -> (missing: [String], unexpected: [String]) {
    let (missing, unexpected) = try compare(with: file, prefix: prefix, strict: strict)
    let parameters = parameters
    try file.checkPrecision(parameters: parameters.map { prefix + $0.name })
    var values: [(Parameter, StoredTensor)] = []
    for named in parameters where file.contains(prefix + named.name) {
      let value = try file.stored(prefix + named.name)
      guard allowsNonFinite || value.isFinite else { throw file.nonFinite(prefix + named.name) }
      values.append((named.parameter, value))
    }
    for (parameter, value) in values { parameter.stored = value }
    return (missing, unexpected)
  }

  /// Throws the errors of `load` about names and shapes.
  @discardableResult
  package func compare(
    with file: Safetensors, prefix: String = "", strict: Bool
  ) throws(RecurrentError) -> (missing: [String], unexpected: [String]) {
    let parameters = parameters
    // A tied parameter needs only one of its names, and a tensor with several names only one that
    // is read.
    let loaded = Set(parameters.filter { file.contains(prefix + $0.name) }.map { ObjectIdentifier($0.parameter) })
    let missing = parameters.filter { !loaded.contains(ObjectIdentifier($0.parameter)) }.map { prefix + $0.name }
    var taken = Set(parameters.compactMap { file.storedName(prefix + $0.name) })
    for name in taken where file.entries[name]?.type == .I8 { taken.insert(name.scales) }
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
