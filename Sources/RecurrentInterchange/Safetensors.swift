// The safetensors format: https://huggingface.co/docs/safetensors, "Format".
//
// Eight bytes: the header's length n, little-endian. n bytes: a JSON object {"name": {"dtype", "shape",
// "data_offsets": [begin, end]}, ..., "__metadata__": {"key": "value"}}. Then the data, which the tensors cover
// without gaps or overlaps.

import Foundation
import RecurrentCore

/// A safetensors file: named tensors, and metadata.
///
/// Reading checks everything that the header says against the file's size before memory is set aside for any
/// tensor, and throws `RecurrentError.invalidFile` where something does not hold. No input can crash it.
public struct Safetensors: Sendable {
  /// Free-form strings: the header's `__metadata__`.
  public var metadata: [String: String] = [:]
  private var entries: [String: Entry] = [:]
  package let path: String

  private struct Entry: Sendable {
    let type: ElementType
    let dimensions: [Int]
    let bytes: Data

    /// The little-endian elements, converted.
    func load<Stored: FixedWidthInteger, Element>(as: Stored.Type, _ convert: (Stored) -> Element) -> [Element] {
      bytes.withUnsafeBytes { raw in
        stride(from: 0, to: raw.count, by: MemoryLayout<Stored>.size).map {
          convert(Stored(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: Stored.self)))
        }
      }
    }
  }

  /// The element types of the format. All can be there; floats and integers can be read.
  private enum ElementType: String, Decodable {
    case BOOL, U8, I8, F8_E5M2, F8_E4M3, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64

    var size: Int {
      switch self {
      case .BOOL, .U8, .I8, .F8_E5M2, .F8_E4M3: 1
      case .I16, .U16, .F16, .BF16: 2
      case .I32, .U32, .F32: 4
      case .F64, .I64, .U64: 8
      }
    }
  }

  /// An empty collection, to add to and write.
  public init() { path = "safetensors" }

  /// The tensors' names, sorted.
  public var names: [String] { entries.keys.sorted() }

  public func contains(_ name: String) -> Bool { entries[name] != nil }

  /// A tensor's extents; nil when there is none of that name.
  public func dimensions(_ name: String) -> [Int]? { entries[name]?.dimensions }

  /// A tensor of floats (F32, or F64, F16 or BF16 converted). Throws when there is none of that name, or one of another type.
  public func tensor(_ name: String) throws(RecurrentError) -> Tensor {
    let entry = try entry(name)
    let elements: [Float]
    switch entry.type {
    case .F32: elements = entry.load(as: UInt32.self) { Float(bitPattern: $0) }
    case .F64: elements = entry.load(as: UInt64.self) { Float(Double(bitPattern: $0)) }
    case .BF16: elements = entry.load(as: UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .F16: elements = entry.load(as: UInt16.self, Safetensors.float(half:))
    default: throw .invalidFile(path: path, reason: "tensor '\(name)' has dtype \(entry.type), expected floats (F32, F64, F16, BF16)")
    }
    return Tensor(elements, shape: Shape(entry.dimensions))
  }

  /// A tensor of integers (I64 or I32), row-major. Throws when there is none of that name, or one of another type.
  public func integers(_ name: String) throws(RecurrentError) -> [Int] {
    let entry = try entry(name)
    switch entry.type {
    case .I64: return entry.load(as: Int64.self) { Int($0) }
    case .I32: return entry.load(as: Int32.self) { Int($0) }
    default: throw .invalidFile(path: path, reason: "tensor '\(name)' has dtype \(entry.type), expected integers (I64, I32)")
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
    entries[name] = Entry(type: .F32, dimensions: tensor.shape.dimensions, bytes: bytes)
  }

  /// Adds or replaces a vector of integers, stored as I64.
  public mutating func set(_ name: String, _ integers: [Int]) {
    var bytes = Data(capacity: integers.count * 8)
    for value in integers { withUnsafeBytes(of: Int64(value).littleEndian) { bytes.append(contentsOf: $0) } }
    entries[name] = Entry(type: .I64, dimensions: [integers.count], bytes: bytes)
  }

  private func entry(_ name: String) throws(RecurrentError) -> Entry {
    guard let entry = entries[name] else { throw .invalidFile(path: path, reason: "has no tensor '\(name)'") }
    return entry
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
  private static let greatestHeader = 100_000_000

  /// Reads a file. Throws `inputOutput` when it cannot be read, `invalidFile` when it is not a valid safetensors file.
  public init(contentsOf path: String) throws(RecurrentError) {
    let (file, size) = try RegularFile.open(path)
    try self.init(size: size, path: path) { (count) throws(RecurrentError) in try RegularFile.read(file, path, upToCount: count) }
  }

  /// Reads a file that is in memory already; `path` is what errors call it.
  public init(_ data: Data, path: String) throws(RecurrentError) {
    var position = data.startIndex
    try self.init(size: data.count, path: path) { count in
      let end = min(position + count, data.endIndex)
      defer { position = end }
      return data[position..<end]
    }
  }

  /// Reads from something that gives its next bytes: as many as asked for, unless it ends before.
  private init(size: Int, path: String, next: (Int) throws(RecurrentError) -> Data) throws(RecurrentError) {
    self.path = path
    func fail(_ reason: String) -> RecurrentError { .invalidFile(path: path, reason: "not a valid safetensors file: " + reason) }
    func read(_ count: Int) throws(RecurrentError) -> Data {
      let data = try next(count)
      guard data.count == count else { throw fail("it ends \(count - data.count) bytes early") }
      return data
    }

    guard size >= 8 else { throw fail("\(size) bytes are too few for a header's length") }
    let announced = try read(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard announced <= UInt64(Safetensors.greatestHeader), announced <= UInt64(size - 8) else {
      throw fail("the header's length is \(announced), more than the file's \(size) bytes or the limit of \(Safetensors.greatestHeader)")
    }
    let header = try read(Int(announced))
    guard header.first == UInt8(ascii: "{") else { throw fail("the header does not begin with {") }
    let parsed: Header
    do {
      parsed = try JSONDecoder().decode(Header.self, from: header)
    } catch let error as DecodingError {
      throw fail("header: \(Safetensors.describe(error))")
    } catch {
      throw fail("header: \(error.localizedDescription)")
    }
    if let name = Safetensors.duplicateKey(in: header) { throw fail("the header has the key '\(name)' twice") }

    let room = size - 8 - Int(announced)
    var end = 0
    let tensors = parsed.tensors.sorted { ($0.value.data_offsets, $0.key) < ($1.value.data_offsets, $1.key) }
    for (name, tensor) in tensors {
      guard let count = Shape.count(of: tensor.shape), case let (bytes, overflow) = count.multipliedReportingOverflow(by: tensor.dtype.size), !overflow
      else { throw fail("tensor '\(name)' has the impossible shape \(tensor.shape)") }
      guard tensor.data_offsets.begin == end else {
        throw fail("tensor '\(name)' begins at \(tensor.data_offsets.begin), where \(end) is expected: tensors overlap, or there is a gap")
      }
      guard tensor.data_offsets.end >= end, tensor.data_offsets.end - end == bytes else {
        throw fail("tensor '\(name)' with shape \(tensor.shape) of \(tensor.dtype) needs \(bytes) bytes, its data_offsets are \(end) to \(tensor.data_offsets.end)")
      }
      guard tensor.data_offsets.end <= room else {
        throw fail("tensor '\(name)' ends at \(tensor.data_offsets.end), but only \(room) bytes of data are there")
      }
      end = tensor.data_offsets.end
    }
    guard end == room else { throw fail("\(room - end) bytes of data belong to no tensor") }

    metadata = parsed.metadata
    for (name, tensor) in tensors {
      entries[name] = Entry(
        type: tensor.dtype, dimensions: tensor.shape, bytes: try read(tensor.data_offsets.end - tensor.data_offsets.begin))
    }
  }

  private struct Header: Decodable {
    var metadata: [String: String] = [:]
    var tensors: [String: Tensor] = [:]

    struct Tensor: Decodable {
      let dtype: ElementType
      let shape: [Int]
      let data_offsets: Offsets
    }

    struct Offsets: Decodable, Comparable {
      let begin, end: Int

      init(from decoder: any Decoder) throws {
        var pair = try decoder.unkeyedContainer()
        begin = try pair.decode(Int.self)
        end = try pair.decode(Int.self)
        guard pair.isAtEnd else { throw DecodingError.dataCorruptedError(in: pair, debugDescription: "data_offsets has more than two numbers") }
      }

      static func < (a: Offsets, b: Offsets) -> Bool { (a.begin, a.end) < (b.begin, b.end) }
    }

    struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      for name in container.allKeys {
        if name.stringValue == "__metadata__" {
          metadata = try container.decode([String: String].self, forKey: name)
        } else {
          tensors[name.stringValue] = try container.decode(Tensor.self, forKey: name)
        }
      }
    }
  }

  private static func describe(_ error: DecodingError) -> String {
    func place(_ context: DecodingError.Context) -> String {
      context.codingPath.isEmpty ? "" : "'" + context.codingPath.map(\.stringValue).joined(separator: ".") + "': "
    }
    switch error {
    case .keyNotFound(let key, let context): return "\(place(context))'\(key.stringValue)' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context): return place(context) + context.debugDescription
    case .dataCorrupted(let context): return place(context) + context.debugDescription
    @unknown default: return error.localizedDescription
    }
  }

  /// A key that some object of a valid JSON text has twice, which decoders do not tell.
  private static func duplicateKey(in json: Data) -> String? {
    var objects: [Set<String>?] = []  // one for each open brace; nil for a bracket
    var expectsKey = false
    var index = json.startIndex
    while index < json.endIndex {
      switch json[index] {
      case UInt8(ascii: "{"):
        objects.append([])
        expectsKey = true
      case UInt8(ascii: "["):
        objects.append(nil)
        expectsKey = false
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        _ = objects.popLast()
        expectsKey = false
      case UInt8(ascii: ","):
        expectsKey = objects.last.map { $0 != nil } ?? false
      case UInt8(ascii: "\""):
        let start = index
        index += 1
        while index < json.endIndex, json[index] != UInt8(ascii: "\"") { index += json[index] == UInt8(ascii: "\\") ? 2 : 1 }
        guard index < json.endIndex else { return nil }
        if expectsKey, let key = try? JSONDecoder().decode(String.self, from: json[start...index]) {
          if objects[objects.count - 1]!.insert(key).inserted == false { return key }
          expectsKey = false
        }
      default: break
      }
      index += 1
    }
    return nil
  }

  // MARK: Writing

  /// Writes the file whole or not at all: to a temporary name, synced, then renamed.
  public func write(to path: String) throws(RecurrentError) { try AtomicFile.write(encoded(), to: path) }

  /// The bytes of the file: tensors by name, those of wider elements first, so that every tensor is aligned.
  public func encoded() -> Data {
    var header: [String: Any] = metadata.isEmpty ? [:] : ["__metadata__": metadata]
    let ordered = entries.sorted { (-$0.value.type.size, $0.key) < (-$1.value.type.size, $1.key) }
    var end = 0
    for (name, entry) in ordered {
      header[name] = ["dtype": entry.type.rawValue, "shape": entry.dimensions, "data_offsets": [end, end + entry.bytes.count]]
      end += entry.bytes.count
    }
    // Only strings and whole numbers: this cannot fail.
    var json = try! JSONSerialization.data(withJSONObject: header, options: .sortedKeys)
    json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
    var file = Data(capacity: 8 + json.count + end)
    withUnsafeBytes(of: UInt64(json.count).littleEndian) { file.append(contentsOf: $0) }
    file.append(json)
    for (_, entry) in ordered { file.append(entry.bytes) }
    return file
  }
}
