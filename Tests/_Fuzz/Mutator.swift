// Mutator: derives inputs from valid ones by their format (tensors, JSON, lines and columns), and
// sometimes as bytes.

import Foundation
import RecurrentCore

/// The format of an input.
enum InputFormat {
  case tensors
  case json
  /// Lines of columns with a separator.
  case lines(UInt8)
}

/// Derives inputs from valid ones. Input `number` of a seed is always the same.
struct Mutator {
  let format: InputFormat
  let seeds: [[UInt8]]
  /// Words that have a meaning in the inputs.
  let words: [String]
  let seed: UInt64
  private let files: [TensorFile?]
  private let trees: [JSONTree?]

  init(_ format: InputFormat, _ seeds: [[UInt8]], words: [String], seed: UInt64) {
    (self.format, self.seeds, self.words, self.seed) = (format, seeds, words + Mutator.strings, seed)
    files = seeds.map { if case .tensors = format { TensorFile($0) } else { nil } }
    trees = seeds.map {
      if case .json = format { try? JSONDecoder().decode(JSONTree.self, from: Data($0)) } else { nil }
    }
  }

  private var isLines: Bool { if case .lines = format { true } else { false } }

  /// The maximum number of mutations of an input.
  static let greatestCount = 6

  /// An input without some of its mutations.
  func input(_ number: Int, leavingOut omitted: Set<Int> = []) -> [UInt8] {
    // One random stream per mutation, so that each does not depend on the others.
    func stream(_ change: Int) -> RandomStream {
      RandomStream(seed: seed, stream: UInt64(number) << 8 | UInt64(change))
    }
    var random = stream(255)
    let place = random.number(below: seeds.count)
    let other = seeds[random.number(below: seeds.count)]
    let greatest = random.chance(1, in: 500) ? 4_000_000 : seeds[place].count + (isLines ? 32_768 : 400_000)
    var count = 1
    while count < Mutator.greatestCount, random.chance(1, in: 2) { count += 1 }
    // By its format, as long as it is valid.
    var (bytes, file, tree) = (seeds[place], files[place], trees[place])
    for change in 0..<count where !omitted.contains(change) {
      var random = stream(change)
      let keepsForm = random.chance(9, in: 10)
      if keepsForm, file != nil, random.chance(3, in: 4) {
        file!.mutate(&random, words: words)
      } else if keepsForm, tree != nil {
        tree!.mutate(&random, words: words)
      } else {
        if let tensors = file {
          // Only the header, so that header and data disagree.
          bytes = keepsForm ? tensors.bytes { $0.mutate(&random, words: words) } : tensors.bytes()
        } else if let tree {
          bytes = Array(tree.text.utf8)
        }
        if file == nil || !keepsForm {
          if case .lines(let separator) = format, random.chance(3, in: 4) {
            bytes = changedLines(bytes, separator, other, greatest, &random)
          } else {
            bytes = changedBytes(bytes, other, greatest, &random)
          }
        }
        (file, tree) = (nil, nil)
      }
    }
    if let file { bytes = file.bytes() } else if let tree { bytes = Array(tree.text.utf8) }
    return bytes.count > greatest ? Array(bytes[..<greatest]) : bytes
  }

  private func changedLines(
    _ bytes: [UInt8], _ separator: UInt8, _ other: [UInt8], _ greatest: Int, _ random: inout RandomStream
  ) -> [UInt8] {
    let newline = UInt8(ascii: "\n")
    var lines = bytes.split(separator: newline, omittingEmptySubsequences: false).map(Array.init)
    let place = random.number(below: lines.count)
    switch random.number(below: 12) {
    case 0: lines.remove(at: place)
    case 1: lines.insert(lines[place], at: random.number(below: lines.count))
    case 2: lines.swapAt(place, random.number(below: lines.count))
    case 3:
      lines.insert(Array(random.pick(other.split(separator: newline, omittingEmptySubsequences: false))), at: place)
    case 4 where random.chance(1, in: 4):
      // Many lines, no two the same.
      let count = min(random.pick([10, 100, 1000, 50_000]), greatest / (lines[place].count + 8))
      lines += (0..<count).map { lines[place] + Array("\($0)".utf8) }
    default: lines[place] = changedColumns(lines[place], separator, greatest, &random)
    }
    return Array(lines.joined(separator: [newline]))
  }

  private func changedColumns(_ line: [UInt8], _ separator: UInt8, _ greatest: Int, _ random: inout RandomStream)
    -> [UInt8]
  {
    var columns = line.split(separator: separator, omittingEmptySubsequences: false).map(Array.init)
    let place = random.number(below: columns.count)
    let word = random.bytes(of: words)
    switch random.number(below: 8) {
    case 0: columns.remove(at: place)
    case 1: columns.append(columns[place])
    case 2 where random.chance(1, in: 4):
      let part = columns[place].isEmpty || random.chance(1, in: 2) ? word + [UInt8(ascii: "a")] : columns[place]
      columns[place] = Array(
        repeatElement(part, count: min(random.pick([10, 1000, 1_000_000]), greatest / part.count)).joined())
    case 3: columns[place] = []
    case 4, 5: columns[place].insert(contentsOf: word, at: random.number(below: columns[place].count + 1))
    case 6: columns.insert(word, at: place)
    default: columns[place] = word
    }
    return Array(columns.joined(separator: [separator]))
  }

  private func changedBytes(_ bytes: [UInt8], _ other: [UInt8], _ greatest: Int, _ random: inout RandomStream)
    -> [UInt8]
  {
    var bytes = bytes
    let place = random.number(below: bytes.count + 1)
    let end = min(bytes.count, place + random.number(below: 64))
    switch random.number(below: 8) {
    case 0: bytes.removeSubrange(place...)
    case 1: bytes.removeSubrange(place..<end)
    case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 3: bytes.insert(contentsOf: random.bytes(of: words), at: place)
    case 4: bytes.replaceSubrange(place..., with: other[min(place, other.count)...])
    case 5 where random.chance(1, in: 4):
      let part = place < end ? Array(bytes[place..<end]) : random.bytes(of: words) + [0]
      bytes.insert(
        contentsOf: repeatElement(part, count: min(random.pick([10, 1000, 1_000_000]), greatest / part.count)).joined(),
        at: place)
    case 6:
      if place + 8 <= bytes.count {
        bytes.replaceSubrange(
          place..<place + 8, with: random.pick([Array(repeating: 0xFF, count: 8), [1, 0, 0, 0, 0, 0, 0, 0x80]]))
      }
    default:
      for index in place..<min(bytes.count, place + 1 + random.number(below: 4)) {
        bytes[index] = UInt8(truncatingIfNeeded: random.nextWord())
      }
    }
    return bytes
  }

  // MARK: Values for mutations

  static let numbers = [
    "-1", "0", "1", "2", "3", "7", "64", "255", "256", "600", "4096", "8192", "65536", "200000", "16777216", "16777217",
    "2147483647", "2147483648", "4294967296",
    "9007199254740993", "1099511627776", "2305843009213693952", "4611686018427387904", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808",
    "18446744073709551615", "1e400", "-1e400", "1e-400", "1.0", "1.5", "1e2", "0.5", "0.9", "-0", "-0.0", "1e18",
    "1e19", "3.4e38", "1e39", "01",
  ]

  /// Rare scalars: marks without a base, letters whose lower case has another length, control and
  /// direction characters, special tokens.
  static let strings = [
    "", " ", "\t", "\n", "\r", "\r\n", "\0", "\u{FEFF}", "\u{301}", "e\u{301}", " \u{301}", "a\u{301}\u{323}",
    "\u{1100}\u{1161}\u{11A8}", "\u{200D}",
    "👨‍👩‍👧", "🇩🇪🇩", "\u{202E}", "\u{2028}", "\u{85}", "\u{A0}", "\u{3000}", "\u{1B}[31m", "\u{7}",
    "\u{10FFFF}", "\u{FFFD}",
    "İ", "ß", "ǅ", "ﷺ", "ﬁ", "Ω", "\u{2126}",
    "<padding>", "<unknown>", "<begin>", "<end>", "0", "-1", "1e309", "nan", "inf", "-inf", "NaN", "0x1p3",
    "9223372036854775807", "9223372036854775808", "1_0", "+1",
    "٣", "null", "true", "..", ".", "/", "a/b", "%s%n%@", "\\", "\"", "'", "{}", "[]", "<&>", "-", "_", "#", ",", "a",
  ]

  /// Invalid UTF-8.
  fileprivate static let broken: [[UInt8]] = [
    [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80],
  ]
}

extension RandomStream {
  /// A random number below a limit; 0 for a limit of 0.
  mutating func number(below count: Int) -> Int { count <= 0 ? 0 : Int(next() % UInt64(count)) }

  mutating func chance(_ part: Int, in whole: Int) -> Bool { number(below: whole) < part }

  /// A random element. Precondition: one or more elements.
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[number(below: elements.count)] }

  fileprivate mutating func bytes(of words: [String]) -> [UInt8] {
    switch number(below: 8) {
    case 0: pick(Mutator.broken)
    case 1, 2: Array(pick(Mutator.numbers).utf8)
    default: Array(pick(words).utf8)
    }
  }
}
