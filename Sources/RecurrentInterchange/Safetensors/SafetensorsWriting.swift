// Writing of safetensors files.

import Foundation
import RecurrentCore

extension Safetensors {
  /// Writes the file atomically: to a temporary file that is synced and renamed. A device or a pipe
  /// is written through. Throws `RecurrentError.inputOutput` if it cannot be written.
  public func write(to path: String) throws(RecurrentError) { try AtomicFile.write(encoded(), to: path) }

  /// The contents of the file. Tensors are sorted by element size, largest first, and by name, so
  /// that each is aligned.
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

  /// A JSON string.
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
