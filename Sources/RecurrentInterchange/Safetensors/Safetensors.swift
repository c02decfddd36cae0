// The safetensors format: https://huggingface.co/docs/safetensors, "Format".
//
// Eight bytes: the header's length n, little-endian. n bytes: a JSON object {"name": {"dtype",
// "shape", "data_offsets": [begin, end]}, ..., "__metadata__": {"key": "value"}}. Then the data,
// which the tensors cover without gaps or overlaps.

import Foundation
import RecurrentCore

/// A safetensors file: named tensors, and metadata.
///
/// Reading checks everything that the header says against the file's size before memory is set
/// aside for any tensor, and throws `RecurrentError.invalidFile` where something does not hold. No
/// input can crash it.
///
/// What the reference implementation reads is read, and what it refuses is refused. Refused as well
/// are two tensors of one name, a header that does not begin with "{", more than 64 dimensions, and
/// metadata of more than a million members. Every element type of the format may be in a file;
/// `tensor` and `integers` read some. Names are told apart by their bytes.
///
/// A model with tied weights is written by `safetensors.torch.save_model` with one tensor for all
/// its names, the others standing for it in the metadata, {"removed name": "kept name"}. Here each
/// of them is the name of that tensor.
public struct Safetensors: Sendable {
  /// Free-form strings: the header's `__metadata__`.
  public var metadata: [String: String] = [:]
  var entries: [TensorName: Entry] = [:]
  package let path: String

  struct Entry: Sendable {
    let type: ElementType
    let dimensions: [Int]
    let bytes: Data

    /// The little-endian elements, converted into `target`.
    func load<Stored: FixedWidthInteger, Element>(
      _: Stored.Type, into target: UnsafeMutablePointer<Element>, _ convert: (Stored) -> Element
    ) {
      bytes.withUnsafeBytes { raw in
        for index in 0..<raw.count / MemoryLayout<Stored>.size {
          target[index] = convert(
            Stored(littleEndian: raw.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)))
        }
      }
    }
  }

  /// The element types of the format. All can be there; some floats and integers can be read.
  enum ElementType: String {
    case BOOL, F4, F6_E2M3, F6_E3M2, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ
    case I16, U16, F16, BF16, I32, U32, F32, C64, F64, I64, U64

    var bits: Int {
      switch self {
      case .F4: 4
      case .F6_E2M3, .F6_E3M2: 6
      case .BOOL, .U8, .I8, .F8_E5M2, .F8_E4M3, .F8_E8M0, .F8_E4M3FNUZ, .F8_E5M2FNUZ: 8
      case .I16, .U16, .F16, .BF16: 16
      case .I32, .U32, .F32: 32
      case .C64, .F64, .I64, .U64: 64
      }
    }
  }

  /// An empty collection, to add to and write.
  public init() { path = "safetensors" }

  /// The tensors' names, those that stand for another one's tensor included, sorted by their bytes.
  public var names: [String] {
    let others = metadata.keys.lazy.map(TensorName.init).filter { entries[$0] == nil && storedName($0.text) != nil }
    return (Array(entries.keys) + others).sorted().map(\.text)
  }

  public func contains(_ name: String) -> Bool { storedName(name) != nil }

  /// A tensor's extents; nil when there is none of that name.
  public func dimensions(_ name: String) -> [Int]? { storedName(name).flatMap { entries[$0]?.dimensions } }

  /// The name under which a tensor is in the file: another one for a tied weight.
  func storedName(_ name: String) -> TensorName? {
    let own = TensorName(name)
    if entries[own] != nil { return own }
    // The dictionary finds keys that are equal after normalisation, too.
    guard let found = metadata.index(forKey: name), TensorName(metadata[found].key) == own else { return nil }
    let kept = TensorName(metadata[found].value)
    return entries[kept] != nil ? kept : nil
  }

  /// The number of elements that the file holds, each once, under however many names.
  package var elementCount: Int { entries.values.reduce(0) { $0 + $1.dimensions.reduce(1, *) } }

  /// A tensor of floats (F32, or F64, F16 or BF16 converted). Throws when there is none of that
  /// name, or one of another type.
  public func tensor(_ name: String) throws(RecurrentError) -> Tensor {
    let entry = try entry(name)
    guard [.F32, .F64, .F16, .BF16].contains(entry.type) else {
      throw .invalidFile(
        path: path, reason: "tensor '\(name)' has dtype \(entry.type), expected floats (F32, F64, F16, BF16)")
    }
    var tensor = Tensor(uninitialised: Shape(entry.dimensions))
    let target = tensor.mutableBase
    switch entry.type {
    case .F64: entry.load(UInt64.self, into: target) { Float(Double(bitPattern: $0)) }
    case .BF16: entry.load(UInt16.self, into: target) { Float(bitPattern: UInt32($0) << 16) }
    case .F16: entry.load(UInt16.self, into: target, Safetensors.float(half:))
    default: entry.load(UInt32.self, into: target) { Float(bitPattern: $0) }
    }
    return tensor
  }

  /// A tensor of integers (I64 or I32), row-major. Throws when there is none of that name, or one
  /// of another type.
  public func integers(_ name: String) throws(RecurrentError) -> [Int] {
    let entry = try entry(name)
    guard [.I64, .I32].contains(entry.type) else {
      throw .invalidFile(path: path, reason: "tensor '\(name)' has dtype \(entry.type), expected integers (I64, I32)")
    }
    let count = entry.bytes.count * 8 / entry.type.bits
    return Array(unsafeUninitializedCapacity: count) { target, initialised in
      if let base = target.baseAddress {
        if entry.type == .I64 {
          entry.load(Int64.self, into: base) { Int($0) }
        } else {
          entry.load(Int32.self, into: base) { Int($0) }
        }
      }
      initialised = count
    }
  }

  /// Adds or replaces a tensor of floats, stored as F32.
  public mutating func set(_ name: String, _ tensor: Tensor) {
    #if _endian(little)
      let bytes = tensor.withUnsafeBufferPointer { Data(buffer: $0) }
    #else
      var bytes = Data(capacity: tensor.count * 4)
      tensor.withUnsafeBufferPointer {
        for value in $0 { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
      }
    #endif
    set(name, Entry(type: .F32, dimensions: tensor.shape.dimensions, bytes: bytes))
  }

  /// Adds or replaces a vector of integers, stored as I64.
  public mutating func set(_ name: String, _ integers: [Int]) {
    var bytes = Data(capacity: integers.count * 8)
    for value in integers { withUnsafeBytes(of: Int64(value).littleEndian) { bytes.append(contentsOf: $0) } }
    set(name, Entry(type: .I64, dimensions: [integers.count], bytes: bytes))
  }

  private mutating func set(_ name: String, _ entry: Entry) {
    require(name != Safetensors.metadataKey, "Safetensors.set: no tensor can have the name '\(name)'")
    entries[TensorName(name)] = entry
  }

  private func entry(_ name: String) throws(RecurrentError) -> Entry {
    guard let stored = storedName(name) else { throw .invalidFile(path: path, reason: "has no tensor '\(name)'") }
    return entries[stored]!
  }

  private static func float(half bits: UInt16) -> Float {
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1f)
    let significand = Float(bits & 0x3ff)
    switch exponent {
    case 0: return sign * significand * 0x1p-24
    case 31: return significand == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + significand * 0x1p-10)
    }
  }

  // MARK: Reading

  /// The longest header that is read, as in the reference implementation.
  static let greatestHeader = 100_000_000
  /// As many dimensions as PyTorch and NumPy have.
  static let greatestRank = 64
  /// More than any file has by far; a header could hold millions of pairs, at twenty times its size
  /// in memory.
  static let greatestMetadata = 1_000_000
  static let metadataKey = "__metadata__"
}
