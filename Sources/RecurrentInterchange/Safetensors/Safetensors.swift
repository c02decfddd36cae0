// The safetensors format: https://huggingface.co/docs/safetensors, "Format".
//
// A file consists of:
//
// - eight bytes: n, the length of the header, little-endian
// - n bytes: the header, a JSON object {"name": {"dtype", "shape", "data_offsets": [begin, end]},
//   ..., "__metadata__": {"key": "value"}}
// - the data, which the tensors cover without gaps or overlaps

import Foundation
import RecurrentCore

/// A safetensors file: named tensors and metadata.
///
/// - Reading checks the header against the file's size before it allocates memory for tensors, and
///   throws `RecurrentError.invalidFile` if anything is inconsistent.
/// - It accepts and refuses what the reference implementation does. In addition it refuses two
///   tensors of one name, a header that does not begin with "{", more than 64 dimensions, and
///   metadata of more than a million members.
/// - A file may hold every element type of the format; `tensor`, `stored` and `integers` read some
///   of them.
/// - A matrix quantised to 8-bit integers is two tensors: NAME, I8, and NAME_scale, F32, with a
///   positive scale for each row. The shape of the scales is that of the matrix without its last
///   dimension: [rows] for [rows, columns]. A number is its integer, -127...127, times its scale.
/// - Names are compared by their bytes.
/// - Tied weights written by `safetensors.torch.save_model` are found by all their names: the file
///   has one tensor, and metadata {"removed name": "kept name"}.
public struct Safetensors: Sendable {
  /// The header's `__metadata__`: strings by key.
  public var metadata: [String: String] = [:]
  /// The tensors by name.
  var entries: [TensorName: Entry] = [:]
  /// The file's path, for messages.
  package let path: String

  /// A tensor as it is stored.
  struct Entry: Sendable {
    let type: ElementType
    let dimensions: [Int]
    let bytes: Data

    /// Converts the little-endian elements into `target`.
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

    /// The little-endian elements, converted.
    func array<Stored: FixedWidthInteger, Element>(_: Stored.Type, _ convert: (Stored) -> Element) -> [Element] {
      let count = bytes.count / MemoryLayout<Stored>.size
      return Array(unsafeUninitializedCapacity: count) { target, initialised in
        if let base = target.baseAddress { load(Stored.self, into: base, convert) }
        initialised = count
      }
    }
  }

  /// The element types of the format. `tensor`, `stored` and `integers` read some of them.
  enum ElementType: String {
    case BOOL, F4, F6_E2M3, F6_E3M2, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ
    case I16, U16, F16, BF16, I32, U32, F32, C64, F64, I64, U64

    /// The bits of an element.
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

  /// Creates an empty collection, to add tensors and write it.
  public init() { path = "safetensors" }

  /// The names of all tensors, those of tied weights included, sorted by their bytes.
  public var names: [String] {
    let others = metadata.keys.lazy.map(TensorName.init).filter { entries[$0] == nil && storedName($0.text) != nil }
    return (Array(entries.keys) + others).sorted().map(\.text)
  }

  /// Whether there is a tensor of this name.
  public func contains(_ name: String) -> Bool { storedName(name) != nil }

  /// The shape of a tensor; nil if there is none of this name.
  public func dimensions(_ name: String) -> [Int]? { storedName(name).flatMap { entries[$0]?.dimensions } }

  /// The name under which a tensor is stored: another one for a tied weight. nil if there is none.
  func storedName(_ name: String) -> TensorName? {
    let own = TensorName(name)
    if entries[own] != nil { return own }
    // The dictionary also finds keys that are equal after Unicode normalisation.
    guard let found = metadata.index(forKey: name), TensorName(metadata[found].key) == own else { return nil }
    let kept = TensorName(metadata[found].value)
    return entries[kept] != nil ? kept : nil
  }

  /// The number of elements in the file. Tied weights count once.
  package var elementCount: Int { entries.values.reduce(0) { $0 + $1.dimensions.reduce(1, *) } }

  /// Reads a tensor of floats: F32, or F64, F16, BF16 or I8 with scales converted to Float. Throws
  /// if there is none of this name, or if it has another type.
  public func tensor(_ name: String) throws(RecurrentError) -> Tensor {
    let entry = try entry(name)
    if entry.type == .I8, scales(of: name) != nil { return try stored(name).tensor }
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

  /// Reads a tensor of integers, I64 or I32, in row-major order. Throws if there is none of this
  /// name, or if it has another type.
  public func integers(_ name: String) throws(RecurrentError) -> [Int] {
    let entry = try entry(name)
    guard [.I64, .I32].contains(entry.type) else {
      throw .invalidFile(path: path, reason: "tensor '\(name)' has dtype \(entry.type), expected integers (I64, I32)")
    }
    return entry.type == .I64 ? entry.array(Int64.self) { Int($0) } : entry.array(Int32.self) { Int($0) }
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
    let elements = integers.lazy.map { Int64($0) }
    set(name, Entry(type: .I64, dimensions: [integers.count], bytes: Safetensors.bytes(elements)))
  }

  /// Adds or replaces a tensor. Scales of the one before are removed, and a record of the precision
  /// follows.
  mutating func set(_ name: String, _ entry: Entry) {
    require(name != Safetensors.metadataKey, "Safetensors.set: no tensor can have the name '\(name)'")
    if entries[TensorName(name)]?.type == .I8 { entries[TensorName(name).scales] = nil }
    let before = entries.updateValue(entry, forKey: TensorName(name))
    if metadata[Safetensors.precisionKey] != nil,
      [entry, before].contains(where: { $0.map(Safetensors.precision) ?? .float32 != .float32 })
    {
      recordPrecision()
    }
  }

  /// The little-endian bytes of integers.
  static func bytes(_ elements: some Collection<some FixedWidthInteger>) -> Data {
    elements.map { $0.littleEndian }.withUnsafeBytes { Data($0) }
  }

  func entry(_ name: String) throws(RecurrentError) -> Entry {
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

  /// The greatest length of a header, as in the reference implementation.
  static let greatestHeader = 100_000_000
  /// The greatest rank, as in PyTorch and NumPy.
  static let greatestRank = 64
  /// The most members of metadata. A header could hold millions, at twenty times its size in
  /// memory.
  static let greatestMetadata = 1_000_000
  /// The key of metadata in the header.
  static let metadataKey = "__metadata__"
}
