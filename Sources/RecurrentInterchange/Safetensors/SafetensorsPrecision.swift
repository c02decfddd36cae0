// Tensors in bfloat16 and int8 in a safetensors file, and the precision that a file records.

import RecurrentCore

extension Safetensors {
  /// The key of a model's precision in the metadata. A file of a float32 model does not have it.
  static let precisionKey = "recurrent.precision"

  /// Adds or replaces a tensor, stored as it is: F32, BF16, or I8 with the scales beside it.
  public mutating func set(_ name: String, _ stored: StoredTensor) {
    let dimensions = stored.shape.dimensions
    if let bits = stored.bfloat16 {
      set(name, Entry(type: .BF16, dimensions: dimensions, bytes: Safetensors.bytes(bits)))
    } else if let (integers, scales) = stored.int8 {
      set(name, Entry(type: .I8, dimensions: dimensions, bytes: Safetensors.bytes(integers)))
      set(TensorName(name).scales.text, Tensor(scales, shape: Shape(dimensions.dropLast())))
    } else {
      set(name, stored.tensor)
    }
  }

  /// Reads a tensor of floats without converting a matrix of BF16, or of I8 with its scales, to
  /// float32; others are read as by `tensor`. Throws if there is none of this name, if it has
  /// another type, or if integers or scales are missing, misshapen or out of range.
  public func stored(_ name: String) throws(RecurrentError) -> StoredTensor {
    let entry = try entry(name)
    switch entry.type {
    case .BF16 where entry.dimensions.count >= 2:
      return StoredTensor(bfloat16: entry.array(UInt16.self) { $0 }, shape: Shape(entry.dimensions))
    case .I8: return try quantised(name, entry)
    default: return StoredTensor(try tensor(name))
    }
  }

  private func quantised(_ name: String, _ entry: Entry) throws(RecurrentError) -> StoredTensor {
    func fail(_ reason: String) -> RecurrentError { .invalidFile(path: path, reason: "tensor " + reason) }
    let (shape, scaleName) = (Shape(entry.dimensions), TensorName(name).scales.text)
    guard shape.rank >= 2 else {
      throw fail("'\(name)' has dtype I8 and shape \(shape); expected floats, since only matrices are quantised")
    }
    guard let found = scales(of: name) else {
      throw fail("'\(name)' has dtype I8, but there is no '\(scaleName)' with the scales of its rows")
    }
    let expected = Shape(entry.dimensions.dropLast())
    guard found.type == .F32, found.dimensions == expected.dimensions else {
      throw fail(
        "'\(scaleName)' has dtype \(found.type) and shape \(Shape(found.dimensions)), "
          + "expected F32 and \(expected), a scale for each row of '\(name)'")
    }
    let scales = found.array(UInt32.self) { Float(bitPattern: $0) }
    if let row = scales.firstIndex(where: { !($0 >= .leastNormalMagnitude && $0.isFinite) }) {
      throw fail(
        "'\(scaleName)' holds \(scales[row]) for row \(row); "
          + "expected a positive, finite number, \(Float.leastNormalMagnitude) or more")
    }
    let integers = entry.array(UInt8.self) { Int8(bitPattern: $0) }
    if let place = integers.firstIndex(of: .min) {
      throw fail("'\(name)' holds -128 in row \(place / shape[shape.rank - 1]); expected integers of -127 to 127")
    }
    return StoredTensor(int8: integers, scales: scales, shape: shape)
  }

  /// The scales beside a tensor; nil if there are none.
  func scales(of name: String) -> Entry? {
    // Those of a tied weight have the name of the tensor that is stored.
    storedName(name).flatMap { entries[$0.scales] }
  }

  // MARK: The precision of a model

  /// The lowest precision of the matrices in the file.
  var precision: Precision {
    let precisions = Set(entries.values.map(Safetensors.precision))
    return Precision.allCases.last { precisions.contains($0) } ?? .float32
  }

  /// Records the lowest precision in the metadata, if it is not float32.
  mutating func recordPrecision() {
    metadata[Safetensors.precisionKey] = precision == .float32 ? nil : precision.rawValue
  }

  static func precision(of entry: Entry) -> Precision {
    switch entry.type {
    case .I8 where entry.dimensions.count >= 2: .int8
    case .BF16 where entry.dimensions.count >= 2: .bfloat16
    default: .float32
    }
  }

  /// Throws if the metadata records an unknown precision, or not the lowest one of the matrices; or
  /// if it records one, and a parameter has scales without integers. `parameters` are the names of
  /// all parameters.
  func checkPrecision(parameters: [String]) throws(RecurrentError) {
    guard let text = metadata[Safetensors.precisionKey] else { return }
    func fail(_ reason: String) -> RecurrentError { .invalidFile(path: path, reason: reason) }
    guard let recorded = Precision(rawValue: text) else {
      let known = Precision.allCases.map(\.rawValue).joined(separator: ", ")
      throw fail("its metadata records the unknown precision '\(text)'; expected one of \(known)")
    }
    let lowest = precision
    if lowest != recorded {
      let example = entries.sorted { $0.key < $1.key }.first {
        $0.value.dimensions.count >= 2 && Safetensors.precision(of: $0.value) == lowest
      }
      throw fail(
        "its metadata records the precision \(recorded), but the lowest one of its matrices is \(lowest)"
          + (example.map { ": tensor '\($0.key.text)' has dtype \($0.value.type)" } ?? ""))
    }
    let known = Set(parameters.map(TensorName.init))
    for name in parameters where storedName(name).flatMap({ entries[$0]?.type }) != .I8 {
      let scales = TensorName(name).scales
      if entries[scales] != nil, !known.contains(scales) {
        throw fail("tensor '\(scales.text)' holds scales, but there is no tensor '\(name)' of dtype I8")
      }
    }
  }
}
