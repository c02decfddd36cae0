// JSON tree: JSON that can be mutated into what no decoder accepts, such as duplicate keys, numbers
// of any size and invalid strings.

import Foundation
import RecurrentCore

indirect enum JSONTree: Decodable {
  case object([(key: String, value: JSONTree)])
  case array([JSONTree])
  case string(String)
  /// A string that is JSON itself, as metadata of safetensors files are.
  case embedded(JSONTree)
  /// A number, a truth value, null, or what stands in place of one.
  case literal(String)

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .literal("null")
    } else if let value = try? container.decode(Bool.self) {
      self = .literal("\(value)")
    } else if let value = try? container.decode(Int.self) {
      self = .literal("\(value)")
    } else if let value = try? container.decode(Double.self) {
      self = .literal("\(value)")
    } else if let value = try? container.decode(String.self) {
      let inner = value.hasPrefix("{") ? try? JSONDecoder().decode(JSONTree.self, from: Data(value.utf8)) : nil
      self = inner.map { .embedded($0) } ?? .string(value)
    } else if let value = try? container.decode([JSONTree].self) {
      self = .array(value)
    } else {
      self = .object(
        try container.decode([String: JSONTree].self).sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
  }

  var text: String {
    switch self {
    case .object(let members):
      "{" + members.map { JSONTree.quoted($0.key) + ":" + $0.value.text }.joined(separator: ",") + "}"
    case .array(let elements): "[" + elements.map(\.text).joined(separator: ",") + "]"
    case .string(let string): JSONTree.quoted(string)
    case .embedded(let tree): JSONTree.quoted(tree.text)
    case .literal(let literal): literal
    }
  }

  private static func quoted(_ string: String) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"", "\\": text += "\\" + String(scalar)
      case ..<" ": text += String(format: "\\u%04x", scalar.value)
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}

// MARK: Mutation

extension JSONTree {
  /// Changes something somewhere in the tree.
  mutating func mutate(_ random: inout RandomStream, words: [String]) {
    switch self {
    case .object(var members) where !members.isEmpty && random.chance(5, in: 6):
      let place = random.number(below: members.count)
      members[place].value.mutate(&random, words: words)
      self = .object(members)
    case .array(var elements) where !elements.isEmpty && random.chance(3, in: 4):
      let place = random.number(below: elements.count)
      elements[place].mutate(&random, words: words)
      self = .array(elements)
    case .embedded(var tree) where random.chance(15, in: 16):
      tree.mutate(&random, words: words)
      self = .embedded(tree)
    default:
      change(&random, words: words)
    }
  }

  private mutating func change(_ random: inout RandomStream, words: [String]) {
    if random.chance(1, in: 8) {
      self = JSONTree.any(&random, words: words)
      return
    }
    switch self {
    case .object(var members):
      let place = members.isEmpty ? 0 : random.number(below: members.count)
      switch random.number(below: 5) {
      case 0 where !members.isEmpty: members.remove(at: place)
      case 1 where !members.isEmpty: members.append(members[place])
      case 2 where !members.isEmpty:
        members[place].key = random.pick(members.map(\.key) + words + [members[place].key + "\u{301}"])
      case 3 where !members.isEmpty: members[place].value = random.pick(members).value
      default: members.append((random.pick(words), JSONTree.any(&random, words: words)))
      }
      self = .object(members)
    case .array(var elements):
      let place = elements.isEmpty ? 0 : random.number(below: elements.count)
      switch random.number(below: 6) {
      case 0 where !elements.isEmpty: elements.remove(at: place)
      case 1 where !elements.isEmpty: elements.insert(elements[place], at: random.number(below: elements.count))
      case 2: elements = []
      case 3 where !elements.isEmpty: elements.swapAt(place, random.number(below: elements.count))
      case 4 where random.chance(1, in: 8):
        // Many, no two the same.
        let count = random.pick([10, 100, 1000, 20_000])
        elements += (0..<count).map { number in
          if case .string? = elements.first { .string("w\(number)") } else { .literal("\(number)") }
        }
      default: elements.append(JSONTree.any(&random, words: words))
      }
      self = .array(elements)
    case .string(let string):
      switch random.number(below: 4) {
      case 0: self = .string(string + random.pick(words))
      case 1: self = .string(String(string.dropLast()))
      default: self = .string(random.pick(words))
      }
    case .embedded(let tree):
      self = .string(random.chance(1, in: 2) ? String(tree.text.dropLast()) : random.pick(words))
    case .literal(let literal):
      let number = Int(literal) ?? 0
      switch random.number(below: 4) {
      case 0: self = .literal("\(number &+ random.pick([-1, 1, 2]))")
      case 1: self = .literal("\(random.pick([0 &- number, number &* 2, number &* 1000, number / 2]))")
      default: self = .literal(random.pick(Mutator.numbers))
      }
    }
  }

  private static func any(_ random: inout RandomStream, words: [String]) -> JSONTree {
    switch random.number(below: 8) {
    case 0: .object([])
    case 1: .array([])
    case 2: .string(random.pick(words))
    case 3: .literal(random.pick(["null", "true", "false", "NaN", "", "\"\\ud800\""]))
    case 4: .array([.literal(random.pick(Mutator.numbers)), .literal(random.pick(Mutator.numbers))])
    case 5 where random.chance(1, in: 8):
      .literal(String(repeating: "[", count: 2000) + String(repeating: "]", count: 2000))
    default: .literal(random.pick(Mutator.numbers))
    }
  }
}
