// A strict scanner of JSON text (RFC 8259), for the headers of safetensors files.
//
// Foundation's decoders are not suitable: they treat keys as equal that differ in Unicode
// normalisation, silently keep the last of two equal keys, accept 1.0 as an integer, and need
// twenty times the time and memory for a header of 100 MB.

/// Scans a text once, from beginning to end. The nesting depth is limited to 127, as in serde_json.
struct JSONScanner {
  /// An error and its position in bytes.
  struct Failure: Error {
    let reason: String
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var depth = 0

  /// Creates a scanner. The bytes must outlive it.
  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// An error at the current position.
  func failure(_ reason: String) -> Failure { Failure(reason: "\(reason) at byte \(position)") }

  /// Reads an object. `member` is called after each key, to read its value.
  mutating func object(_ member: (inout JSONScanner, _ key: String) throws(Failure) -> Void) throws(Failure) {
    try sequence("{", "}") { scanner throws(Failure) in
      guard scanner.next == UInt8(ascii: "\"") else { throw scanner.failure("expected a key in quotes") }
      let key = try scanner.string()
      guard scanner.take(":") else { throw scanner.failure("expected ':'") }
      try member(&scanner, key)
    }
  }

  /// Reads an array. `element` is called to read each element.
  mutating func array(_ element: (inout JSONScanner) throws(Failure) -> Void) throws(Failure) {
    try sequence("[", "]", element)
  }

  /// Reads elements between brackets, separated by commas.
  private mutating func sequence(
    _ opening: Unicode.Scalar, _ closing: Unicode.Scalar, _ element: (inout JSONScanner) throws(Failure) -> Void
  ) throws(Failure) {
    guard take(opening) else { throw failure("expected '\(opening)'") }
    depth += 1
    guard depth < 128 else { throw failure("nested too deeply") }
    if !take(closing) {
      repeat { try element(&self) } while take(",")
      guard take(closing) else { throw failure("expected ',' or '\(closing)'") }
    }
    depth -= 1
  }

  /// Reads a string.
  mutating func string() throws(Failure) -> String {
    guard take("\"") else { throw failure("expected a string") }
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        let text = try text(bytes[start..<position])
        position += 1
        return text
      case UInt8(ascii: "\\"): return try escapedString(from: start)
      case 0..<0x20: throw failure("a control character in a string")
      default: position += 1
      }
    }
    throw failure("the text ends within a string")
  }

  /// Reads the rest of a string, from its first escape on.
  private mutating func escapedString(from start: Int) throws(Failure) -> String {
    var decoded = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        let text = try text(decoded)
        position += 1
        return text
      case UInt8(ascii: "\\"):
        position += 1
        try escape(into: &decoded)
      case 0..<0x20: throw failure("a control character in a string")
      default:
        decoded.append(byte)
        position += 1
      }
    }
    throw failure("the text ends within a string")
  }

  /// Reads an escape sequence after its backslash.
  private mutating func escape(into decoded: inout [UInt8]) throws(Failure) {
    guard position < bytes.count else { throw failure("the text ends within a string") }
    let letter = bytes[position]
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(letter)
    case UInt8(ascii: "b"): decoded.append(8)
    case UInt8(ascii: "f"): decoded.append(12)
    case UInt8(ascii: "n"): decoded.append(10)
    case UInt8(ascii: "r"): decoded.append(13)
    case UInt8(ascii: "t"): decoded.append(9)
    case UInt8(ascii: "u"):
      let unit = try codeUnit()
      var value = UInt32(unit)
      if UTF16.isLeadSurrogate(unit), take("\\", afterSpace: false), take("u", afterSpace: false),
        case let trail = try codeUnit(),
        UTF16.isTrailSurrogate(trail)
      {
        value = 0x10000 + (value & 0x3ff) << 10 + UInt32(trail & 0x3ff)
      }
      guard let scalar = Unicode.Scalar(value) else { throw failure("half of a surrogate pair") }
      decoded.append(contentsOf: UTF8.encode(scalar)!)
    default: throw failure("an unknown escape in a string")
    }
  }

  /// Reads four hexadecimal digits.
  private mutating func codeUnit() throws(Failure) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
        throw failure("expected four hex digits")
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  private func text(_ bytes: some Collection<UInt8>) throws(Failure) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw failure("a string that is not UTF-8") }
    return text
  }

  /// Reads an integer: digits with an optional minus sign.
  mutating func integer() throws(Failure) -> Int {
    let isNegative = take("-")
    let start = position
    var value = 0
    while position < bytes.count, case let digit = Int(bytes[position]) - 0x30, 0...9 ~= digit {
      let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = tens.addingReportingOverflow(digit)
      guard !tooLarge, !overflow else { throw failure("a number that is too large") }
      value = sum
      position += 1
    }
    let isFraction =
      position < bytes.count && [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[position])
    let hasLeadingZero = position > start + 1 && bytes[start] == UInt8(ascii: "0")
    guard position > start, !isFraction, !hasLeadingZero, !(isNegative && value == 0) else {
      throw failure("expected a whole number")
    }
    return isNegative ? -value : value
  }

  /// Whether the next value is null. If so, it is read.
  mutating func null() throws(Failure) -> Bool {
    guard next == UInt8(ascii: "n") else { return false }
    try literal("null")
    return true
  }

  /// Reads a value of any kind.
  mutating func skip() throws(Failure) {
    switch next {
    case UInt8(ascii: "{"): try object { scanner, _ throws(Failure) in try scanner.skip() }
    case UInt8(ascii: "["): try array { scanner throws(Failure) in try scanner.skip() }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    default: try number()
    }
  }

  private mutating func literal(_ word: StaticString) throws(Failure) {
    for letter in UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount) {
      guard position < bytes.count, bytes[position] == letter else { throw failure("expected '\(word)'") }
      position += 1
    }
  }

  private mutating func number() throws(Failure) {
    _ = take("-")
    if !take("0", afterSpace: false) { try digits() }
    if take(".", afterSpace: false) { try digits() }
    if take("e", afterSpace: false) || take("E", afterSpace: false) {
      if !take("+", afterSpace: false) { _ = take("-", afterSpace: false) }
      try digits()
    }
  }

  private mutating func digits() throws(Failure) {
    let start = position
    while position < bytes.count, 0x30...0x39 ~= bytes[position] { position += 1 }
    guard position > start else { throw failure("expected a value") }
  }

  /// Throws unless only white space is left.
  mutating func end() throws(Failure) {
    guard next == nil else { throw failure("more than one value") }
  }

  /// The next byte that is not white space.
  private var next: UInt8? {
    mutating get {
      while position < bytes.count {
        switch bytes[position] {
        case 0x20, 0x09, 0x0A, 0x0D: position += 1
        default: return bytes[position]
        }
      }
      return nil
    }
  }

  /// Reads a character if it is the next one. Returns whether it was.
  private mutating func take(_ character: Unicode.Scalar, afterSpace: Bool = true) -> Bool {
    let found = afterSpace ? next : position < bytes.count ? bytes[position] : nil
    guard found == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }
}
