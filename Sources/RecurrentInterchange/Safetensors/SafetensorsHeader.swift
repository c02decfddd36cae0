// The header of a safetensors file: metadata and the descriptions of tensors.

import Foundation
import RecurrentCore

extension Safetensors {
  /// A header. Each description is well-formed; they are not checked against one another.
  struct Header {
    var metadata: [String: String] = [:]
    /// The descriptions in the order of their data.
    var tensors: [Tensor] = []

    /// The description of a tensor.
    struct Tensor {
      let name: TensorName
      let type: ElementType
      let shape: [Int]
      let begin, end: Int
    }

    init(_ json: Data) throws(JSONScanner.Failure) {
      // A result, since the closure would lose the type of its error.
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
      // Sorted by name, to find duplicates.
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

    /// Reads a description. Unknown members are skipped, as in the reference implementation.
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
}
