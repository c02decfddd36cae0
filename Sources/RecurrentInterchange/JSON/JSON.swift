// JSON encoding and decoding, for reports and training states.

import Foundation

/// Encodes and decodes JSON. Infinities and NaN are the strings "inf", "-inf" and "nan".
package enum JSON {
  private static let (infinity, negativeInfinity, nan) = ("inf", "-inf", "nan")

  /// JSON with sorted keys, indented if `pretty`. `keys` converts the names of properties. Throws
  /// `EncodingError`.
  package static func encode(
    _ value: some Encodable, pretty: Bool = false, keys: JSONEncoder.KeyEncodingStrategy = .useDefaultKeys
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      pretty ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = keys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: infinity, negativeInfinity: negativeInfinity, nan: nan)
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Decodes a value. Throws `DecodingError`.
  package static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: infinity, negativeInfinity: negativeInfinity, nan: nan)
    return try decoder.decode(type, from: data)
  }

  /// The reason of a decoding error, to follow "it cannot be read: ".
  package static func reason(_ error: any Error) -> String {
    func place(_ path: [any CodingKey]) -> String {
      path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context):
      return "it lacks '\(key.stringValue)'" + (context.codingPath.isEmpty ? "" : " in \(place(context.codingPath))")
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "'\(place(context.codingPath))' is of another kind"
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      return "\(place(context.codingPath)): \(context.debugDescription)"
    // Foundation reports numbers out of range as invalid JSON, too.
    default: return "it is not valid JSON, or has an impossible number"
    }
  }
}
