// How long a text may be, what a system makes of a longer one, and what people are told about it.

import RecurrentCore

/// Where a sample comes from. Any two places are equal: they are no part of what samples say.
public struct SamplePlace: Sendable, Equatable, CustomStringConvertible {
  public let file: String
  /// From 1.
  public let line: Int

  public init(file: String, line: Int) { (self.file, self.line) = (file, line) }

  /// That of a sample from memory.
  public static let unknown = SamplePlace(file: "", line: 0)

  public var description: String { line > 0 ? "\(file): line \(line)" : "a sample" }

  public static func == (a: SamplePlace, b: SamplePlace) -> Bool { true }
}

extension TextFile {
  func place(_ line: Line) -> SamplePlace { SamplePlace(file: name, line: line.number) }
}

/// What `SystemSettings.maxLength` is to a system.
public struct LengthLimit: Sendable {
  /// What becomes of a text that is longer.
  public enum Excess: String, Sendable {
    /// Its first characters or words are read.
    case cut = "only the first are read"
    /// It is read in parts of that length.
    case divided = "it is read in parts of that length"
    /// It is not read at all.
    case leftOut = "it is left out"
  }

  /// What is counted.
  public let unit: Vectoriser.Unit
  public let inTraining: Excess
  public let inUse: Excess

  public init(_ unit: Vectoriser.Unit, inTraining: Excess, inUse: Excess) {
    (self.unit, self.inTraining, self.inUse) = (unit, inTraining, inUse)
  }
}

extension Vectoriser.Unit {
  /// The number of tokens of a text; nil when they are no more than `limit`.
  func count(of text: String, over limit: Int) -> Int? {
    // A token takes a byte or more: most texts need no counting.
    guard text.utf8.count > limit else { return nil }
    let count = Vectoriser.tokens(of: text, self).count
    return count > limit ? count : nil
  }

  /// The first tokens of a text.
  func prefix(of text: String, _ limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    return Vectoriser.tokens(of: text, self).prefix(limit).joined(separator: self == .word ? " " : "")
  }
}

extension TextSystem {
  public static var lengthLimit: LengthLimit? { nil }

  public static func excess(of sample: Sample, over limit: Int) -> (length: Int, place: SamplePlace)? { nil }

  public static func excess(ofQuestion text: String, over limit: Int) -> Int? {
    lengthLimit?.unit.count(of: text, over: limit)
  }

  public static func limited(_ samples: [Sample], to limit: Int) -> [Sample] { samples }

  /// The characters or words that are read of a text.
  static func maxLength(_ settings: SystemSettings) -> Int { settings.maxLength ?? defaults.maxLength ?? .max }
  var maxLength: Int { Self.maxLength(settings) }

  public static func amount(of samples: [Sample]) -> (count: Int, unit: String, little: Int) {
    (samples.count, "sample", 100)
  }

  public func unknownClasses(in samples: [Sample]) -> [String: Int] { [:] }

  /// What people are to know about samples before they are trained on: that these are few, or
  /// longer than the limit.
  public static func notes(onTraining samples: [Sample], _ settings: SystemSettings) -> [String] {
    let (count, unit, little) = amount(of: samples)
    let few =
      "\(counted(count, unit)) to train on, fewer than \(little): the model may learn them by heart, and its figures on them "
      + (settings.heldOut > 0 ? "and on the few that are held out " : "") + "say little about others"
    return (count < little ? [few] : []) + notes(on: samples, settings, isTraining: true)
  }

  /// What people are to know about samples that a model is judged by: classes that it does not
  /// know, and samples that are longer than the limit.
  public func notes(onTest samples: [Sample]) -> [String] {
    let unknown = unknownClasses(in: samples).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let shown = 3
    var notes = unknown.prefix(shown).map { name, count in
      "the model knows no class '\(name)', which \(count) of those to judge by \(count == 1 ? "has" : "have"): it never finds it"
    }
    if unknown.count > shown { notes.append("\(unknown.count) classes are unknown to the model") }
    return notes + Self.notes(on: samples, settings, isTraining: false)
  }

  /// Samples that are longer than the limit: the first few of them, and how many there are.
  public static func notes(on samples: [Sample], _ settings: SystemSettings, isTraining: Bool) -> [String] {
    guard let limit = lengthLimit else { return [] }
    let greatest = maxLength(settings)
    let long = samples.compactMap { excess(of: $0, over: greatest) }
    let consequence = isTraining ? limit.inTraining : limit.inUse
    let shown = 3
    var notes = long.prefix(shown).map { length, place in
      "\(place): \(counted(length, limit.unit.rawValue)), more than the greatest length of \(greatest); \(consequence.rawValue)"
    }
    if long.count > shown {
      notes.append(
        "\(long.count) of \(samples.count) samples are longer than \(counted(greatest, limit.unit.rawValue))")
    }
    return notes
  }

  /// What people are to know about a text that they ask about: whether it is longer than the limit.
  public func note(onQuestion text: String) -> String? {
    guard let limit = Self.lengthLimit, let length = Self.excess(ofQuestion: text, over: maxLength) else { return nil }
    return
      "a text of \(counted(length, limit.unit.rawValue)), more than the model's greatest length of \(maxLength); \(limit.inUse.rawValue)"
  }
}
