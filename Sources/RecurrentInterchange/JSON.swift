// JSON as the commands write and read it.

import Foundation

/// Encodes and decodes JSON. Numbers that JSON has no words for are the strings "inf", "-inf" and "nan".
package enum JSON {
  private static let (infinity, negativeInfinity, nan) = ("inf", "-inf", "nan")

  /// JSON with sorted keys, in lines for people if `pretty`.
  /// - Parameter keys: what becomes of the names of properties.
  package static func encode(
    _ value: some Encodable, pretty: Bool = false, keys: JSONEncoder.KeyEncodingStrategy = .useDefaultKeys
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = pretty ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = keys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: infinity, negativeInfinity: negativeInfinity, nan: nan)
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// What `encode` has written. Throws `DecodingError` for what is not a `Value`.
  package static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(positiveInfinity: infinity, negativeInfinity: negativeInfinity, nan: nan)
    return try decoder.decode(type, from: data)
  }
}
