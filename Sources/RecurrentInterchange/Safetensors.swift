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
  private var entries: [TensorName: Entry] = [:]
  package let path: String

  private struct Entry: Sendable {
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
  private enum ElementType: String {
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
  private static let greatestHeader = 100_000_000
  /// As many dimensions as PyTorch and NumPy have.
  private static let greatestRank = 64
  /// More than any file has by far; a header could hold millions of pairs, at twenty times its size
  /// in memory.
  private static let greatestMetadata = 1_000_000
  private static let metadataKey = "__metadata__"

  /// Reads a file. Throws `inputOutput` when it cannot be read, `invalidFile` when it is not a
  /// valid safetensors file.
  public init(contentsOf path: String) throws(RecurrentError) {
    let file = try RegularFile(path)
    try self.init(size: file.size, path: path) { (count) throws(RecurrentError) in try file.read(count) }
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
    func fail(_ reason: String) -> RecurrentError {
      .invalidFile(path: path, reason: "not a valid safetensors file: " + reason)
    }
    func read(_ count: Int) throws(RecurrentError) -> Data {
      let data = try next(count)
      guard data.count == count else { throw fail("it ends \(count - data.count) bytes early") }
      return data
    }

    let beginning = try next(8)
    guard beginning.count == 8 else {
      throw fail("\(beginning.count) bytes are too few for a header's length" + ForeignFormat.advice(beginning))
    }
    let announced = beginning.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard announced <= UInt64(Safetensors.greatestHeader), announced <= UInt64(max(0, size - 8)) else {
      throw fail(
        "the header's length is \(announced), more than the file's \(size) bytes or the limit of \(Safetensors.greatestHeader)"
          + ForeignFormat.advice(beginning))
    }
    let header = try read(Int(announced))
    guard header.first == UInt8(ascii: "{") else {
      throw fail("the header does not begin with {" + ForeignFormat.advice(beginning))
    }
    let parsed: Header
    do {
      parsed = try Header(header)
    } catch {
      throw fail("header: " + error.reason)
    }

    let room = size - 8 - Int(announced)
    var end = 0
    for tensor in parsed.tensors {
      let (name, type) = (tensor.name.text, tensor.type)
      guard let count = Shape.count(of: tensor.shape),
        case let (bits, overflow) = count.multipliedReportingOverflow(by: type.bits), !overflow
      else { throw fail("tensor '\(name)' has the impossible shape \(tensor.shape)") }
      guard bits % 8 == 0 else {
        throw fail("tensor '\(name)' with shape \(tensor.shape) of \(type) ends within a byte")
      }
      guard tensor.begin == end else {
        throw fail(
          "tensor '\(name)' begins at \(tensor.begin), where \(end) is expected: tensors overlap, or there is a gap")
      }
      guard tensor.end >= end, tensor.end - end == bits / 8 else {
        throw fail(
          "tensor '\(name)' with shape \(tensor.shape) of \(type) needs \(bits / 8) bytes, its data_offsets are \(end) to \(tensor.end)"
        )
      }
      guard tensor.end <= room else {
        throw fail("tensor '\(name)' ends at \(tensor.end), but only \(room) bytes of data are there")
      }
      end = tensor.end
    }
    guard end == room else { throw fail("\(room - end) bytes of data belong to no tensor") }

    metadata = parsed.metadata
    let data = try read(room)
    entries.reserveCapacity(parsed.tensors.count)
    for tensor in parsed.tensors {
      entries[tensor.name] = Entry(
        type: tensor.type, dimensions: tensor.shape,
        bytes: data[data.startIndex + tensor.begin..<data.startIndex + tensor.end])
    }
  }

  /// What a header says, each part of it well-formed by itself.
  private struct Header {
    var metadata: [String: String] = [:]
    /// In the order of their data.
    var tensors: [Tensor] = []

    struct Tensor {
      let name: TensorName
      let type: ElementType
      let shape: [Int]
      let begin, end: Int
    }

    init(_ json: Data) throws(JSONScanner.Failure) {
      // A result, since what the closure throws would lose its type.
      self = try json.withUnsafeBytes { bytes in
        Result { () throws(JSONScanner.Failure) in try Header(bytes.assumingMemoryBound(to: UInt8.self)) }
      }.get()
    }

    private init(_ json: UnsafeBufferPointer<UInt8>) throws(JSONScanner.Failure) {
      var scanner = JSONScanner(json)
      var hasMetadata = false
      try scanner.object { scanner, key throws(JSONScanner.Failure) in
        if key == Safetensors.metadataKey {
          guard !hasMetadata else { throw Header.duplicate(key) }
          hasMetadata = true
          try readMetadata(&scanner)
        } else {
          tensors.append(try Header.tensor(TensorName(key), &scanner))
        }
      }
      try scanner.end()
      // Of two names that are the same the second is told.
      tensors.sort { $0.name < $1.name }
      for (one, other) in zip(tensors, tensors.dropFirst()) where one.name == other.name {
        throw Header.duplicate(one.name.text)
      }
      tensors.sort { ($0.begin, $0.end, $0.name) < ($1.begin, $1.end, $1.name) }
    }

    private mutating func readMetadata(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
      if try scanner.null() { return }
      var keys = Set<TensorName>()
      try scanner.object { scanner, key throws(JSONScanner.Failure) in
        guard keys.insert(TensorName(key)).inserted else { throw Header.duplicate(key) }
        guard keys.count <= Safetensors.greatestMetadata else {
          throw scanner.failure("'\(Safetensors.metadataKey)' has more than \(Safetensors.greatestMetadata) members")
        }
        metadata[key] = try scanner.string()
      }
    }

    /// Other members than these three are skipped, as in the reference implementation.
    private static func tensor(_ name: TensorName, _ scanner: inout JSONScanner) throws(JSONScanner.Failure) -> Tensor {
      var type: ElementType?
      var shape: [Int]?
      var offsets: [Int]?
      try scanner.object { scanner, key throws(JSONScanner.Failure) in
        switch key {
        case "dtype":
          guard type == nil else { throw duplicate(key) }
          let text = try scanner.string()
          type = ElementType(rawValue: text)
          if type == nil { throw scanner.failure("tensor '\(name.text)': the format has no dtype '\(text)',") }
        case "shape":
          guard shape == nil else { throw duplicate(key) }
          shape = try integers(&scanner, atMost: Safetensors.greatestRank, "'shape' has more than 64 numbers")
        case "data_offsets":
          guard offsets == nil else { throw duplicate(key) }
          offsets = try integers(&scanner, atMost: 2, "'data_offsets' has more than two numbers")
        default: try scanner.skip()
        }
      }
      func missing(_ key: String) -> JSONScanner.Failure {
        scanner.failure("tensor '\(name.text)': '\(key)' is missing")
      }
      guard let type else { throw missing("dtype") }
      guard let shape else { throw missing("shape") }
      guard let offsets else { throw missing("data_offsets") }
      guard offsets.count == 2 else {
        throw scanner.failure("tensor '\(name.text)': 'data_offsets' has fewer than two numbers")
      }
      return Tensor(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
    }

    private static func integers(_ scanner: inout JSONScanner, atMost greatest: Int, _ tooMany: String)
      throws(JSONScanner.Failure) -> [Int]
    {
      var numbers: [Int] = []
      try scanner.array { scanner throws(JSONScanner.Failure) in
        guard numbers.count < greatest else { throw scanner.failure(tooMany) }
        numbers.append(try scanner.integer())
      }
      return numbers
    }

    private static func duplicate(_ key: String) -> JSONScanner.Failure {
      JSONScanner.Failure(reason: "has the key '\(key)' twice")
    }
  }

  // MARK: Writing

  /// Writes the file whole or not at all: to a temporary name, synced, then renamed. A device or a
  /// pipe is written through.
  public func write(to path: String) throws(RecurrentError) { try AtomicFile.write(encoded(), to: path) }

  /// The bytes of the file: tensors by name, those of wider elements first, so that every tensor is
  /// aligned.
  public func encoded() -> Data {
    let ordered = entries.sorted { (-$0.value.type.bits, $0.key) < (-$1.value.type.bits, $1.key) }
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { TensorName($0.key) < TensorName($1.key) }.map {
        "\(Safetensors.quoted($0.key)):\(Safetensors.quoted($0.value))"
      }
      members.append("\"\(Safetensors.metadataKey)\":{\(pairs.joined(separator: ","))}")
    }
    var end = 0
    for (name, entry) in ordered {
      let shape = entry.dimensions.map(String.init).joined(separator: ",")
      let begin = end
      end += entry.bytes.count
      members.append(
        "\(Safetensors.quoted(name.text)):{\"dtype\":\"\(entry.type)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}"
      )
    }
    var json = Data("{\(members.joined(separator: ","))}".utf8)
    json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
    var file = Data(capacity: 8 + json.count + end)
    withUnsafeBytes(of: UInt64(json.count).littleEndian) { file.append(contentsOf: $0) }
    file.append(json)
    for (_, entry) in ordered { file.append(entry.bytes) }
    return file
  }

  /// A string of JSON.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\u{0}"..<"\u{20}": quoted += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
