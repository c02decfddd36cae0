// Tensor file: a safetensors file in parts that can be mutated one by one.

import Foundation
import RecurrentCore

struct TensorFile {
  struct Part {
    var name: String
    var type: String
    /// Extents as literals, which may be invalid numbers.
    var shape: [String]
    var bytes: [UInt8]
  }

  var metadata: JSONTree?
  var parts: [Part]

  /// Parses a file; nil if it is not valid.
  init?(_ file: [UInt8]) {
    guard file.count >= 8 else { return nil }
    let length = file[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard 0...file.count - 8 ~= length,
      let tree = try? JSONDecoder().decode(JSONTree.self, from: Data(file[8..<8 + length])),
      case .object(let members) = tree
    else { return nil }
    let data = file[(8 + length)...]
    parts = []
    for (name, value) in members {
      if name == "__metadata__" {
        metadata = value
        continue
      }
      guard case .object(let fields) = value,
        case .string(let type)? = fields.first(where: { $0.key == "dtype" })?.value,
        case .array(let shape)? = fields.first(where: { $0.key == "shape" })?.value,
        case .array(let offsets)? = fields.first(where: { $0.key == "data_offsets" })?.value,
        offsets.count == 2, let begin = Int(offsets[0].text), let end = Int(offsets[1].text), 0 <= begin, begin <= end,
        end <= data.count
      else { return nil }
      parts.append(
        Part(
          name: name, type: type, shape: shape.map(\.text),
          bytes: Array(data[(data.startIndex + begin)..<(data.startIndex + end)])))
    }
  }

  private var header: JSONTree {
    var (members, end): ([(key: String, value: JSONTree)], Int) = (metadata.map { [("__metadata__", $0)] } ?? [], 0)
    for part in parts {
      let offsets = [end, end + part.bytes.count].map { JSONTree.literal("\($0)") }
      members.append(
        (
          part.name,
          .object([
            ("dtype", .string(part.type)), ("shape", .array(part.shape.map { .literal($0) })),
            ("data_offsets", .array(offsets)),
          ])
        ))
      end += part.bytes.count
    }
    return .object(members)
  }

  static let types = [
    "BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "I16", "U16", "F16", "BF16", "I32", "U32", "F32", "F64", "I64", "U64",
    "C64", "F4", "F8_E8M0",
  ]

  /// Mutates a tensor or the metadata. The file keeps its structure, but may be invalid.
  mutating func mutate(_ random: inout RandomStream, words: [String]) {
    if metadata != nil, random.chance(1, in: 2) {
      metadata!.mutate(&random, words: words)
    } else if !parts.isEmpty {
      changePart(&random, words: words)
    }
  }

  private mutating func changePart(_ random: inout RandomStream, words: [String]) {
    let place = random.number(below: parts.count)
    switch random.number(below: 8) {
    case 0: parts.remove(at: place)
    case 1: parts[place].name = random.pick(words + parts.map(\.name) + [parts[place].name + "\u{301}"])
    case 2:
      parts[place].type = random.pick(TensorFile.types)
      parts[place].fit()
    case 3, 4:
      // Extents whose product may be zero, or larger than the data.
      if random.chance(1, in: 2) || parts[place].shape.isEmpty {
        parts[place].shape.insert(
          random.pick(["0", "1", "2"] + Mutator.numbers), at: random.number(below: parts[place].shape.count + 1))
      } else {
        parts[place].shape[random.number(below: parts[place].shape.count)] = random.pick(
          ["0", "1", "2", "3"] + Mutator.numbers)
      }
      if random.chance(1, in: 2), let zero = parts[place].shape.indices.randomElement(using: &random) {
        parts[place].shape[zero] = "0"
      }
      parts[place].fit()
    case 5:
      let other = random.number(below: parts.count)
      (parts[place].shape, parts[place].bytes) = (parts[other].shape, parts[other].bytes)
    case 6: parts.append(parts[place])
    default:
      // NaN, infinite, denormal or large numbers.
      let special: [[UInt8]] = [
        [0, 0, 0xC0, 0x7F], [0, 0, 0x80, 0x7F], [0, 0, 0x80, 0xFF], [1, 0, 0, 0], [0xFF, 0xFF, 0x7F, 0x7F],
        [0xFF, 0xFF, 0xFF, 0xFF],
      ]
      let pattern = random.pick(special)
      let everywhere = random.chance(1, in: 4)
      let start = parts[place].bytes.isEmpty ? 0 : random.number(below: parts[place].bytes.count) & ~3
      for index in parts[place].bytes.indices where everywhere || (start..<start + 4).contains(index) {
        parts[place].bytes[index] = pattern[index & 3]
      }
    }
  }

  /// The bytes of the file with a mutated header.
  func bytes(changing: (inout JSONTree) -> Void = { _ in }) -> [UInt8] {
    var header = header
    changing(&header)
    var json = Array(header.text.utf8)
    json += repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
    return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) } + json + parts.flatMap(\.bytes)
  }
}

extension TensorFile.Part {
  /// Resizes the data to the shape and type, if that takes few bytes.
  mutating func fit() {
    let size =
      [
        "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2, "F64": 8,
        "I64": 8, "U64": 8,
      ][type] ?? 4
    let extents = shape.compactMap { Int($0) }
    let count =
      extents.contains(0)
      ? 0 : extents.reduce(size) { $0.multipliedReportingOverflow(by: $1).overflow ? .max : $0 &* $1 }
    guard 0...100_000 ~= count else { return }
    bytes = (0..<count).map { bytes.isEmpty ? 0 : bytes[$0 % bytes.count] }
  }
}
