// Length limits: the maximum length of a sample, and what a system does with a longer one.

import RecurrentCore

/// What `SystemSettings.maxLength` counts, and how a system treats longer samples.
public struct LengthLimit: Sendable {
  /// The treatment of a longer sample.
  public enum Excess: String, Sendable {
    /// Only its first characters or words are read.
    case cut = "only the first are read"
    /// It is divided into parts of the maximum length.
    case divided = "it is read in parts of that length"
    /// It is skipped.
    case leftOut = "it is skipped"
  }

  /// The unit of length: characters or words.
  public let unit: Vectoriser.Unit
  /// The treatment in training.
  public let inTraining: Excess
  /// The treatment in evaluation and prediction.
  public let inUse: Excess

  /// Creates a limit.
  public init(_ unit: Vectoriser.Unit, inTraining: Excess, inUse: Excess) {
    (self.unit, self.inTraining, self.inUse) = (unit, inTraining, inUse)
  }
}

extension Vectoriser.Unit {
  /// The number of tokens of a text that has more than `limit`; nil if it has not.
  func count(of text: String, over limit: Int) -> Int? {
    // A token has at least one byte, so most texts need no counting.
    guard text.utf8.count > limit else { return nil }
    let count = Vectoriser.tokens(of: text, self).count
    return count > limit ? count : nil
  }

  /// The first `limit` tokens of a text.
  func prefix(of text: String, _ limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    return Vectoriser.tokens(of: text, self).prefix(limit).joined(separator: self == .word ? " " : "")
  }
}

extension TextSystem {
  /// No limit.
  public static var lengthLimit: LengthLimit? { nil }

  /// nil: samples have any length.
  public static func excess(of sample: Sample, over limit: Int) -> (length: Int, place: SamplePlace)? { nil }

  /// The length of an input text in units of the length limit; nil if it is no longer than `limit`.
  public static func excess(ofQuestion text: String, over limit: Int) -> Int? {
    lengthLimit?.unit.count(of: text, over: limit)
  }

  /// All samples, unchanged.
  public static func limited(_ samples: [Sample], to limit: Int) -> [Sample] { samples }

  /// The maximum number of characters or words that are read of a text.
  static func maxLength(_ settings: SystemSettings) -> Int { settings.maxLength ?? defaults.maxLength ?? .max }
  var maxLength: Int { Self.maxLength(settings) }

  /// The number of samples; fewer than 100 are too few.
  public static func amount(of samples: [Sample]) -> (count: Int, unit: String, little: Int) {
    (samples.count, "sample", 100)
  }

  /// Empty, for systems without classes.
  public func unknownClasses(in samples: [Sample]) -> [String: Int] { [:] }
}
