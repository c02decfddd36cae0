// Sentence pairs: a sentence and its translation, from two files line by line.

import RecurrentCore

/// A sentence and its translation, with words separated by white space.
public struct SentencePair: Sendable, Equatable {
  /// The sentence.
  public var source: String
  /// Its translation.
  public var target: String
  /// The file and line of `source`.
  public var sourcePlace = SamplePlace.unknown
  /// The file and line of `target`.
  public var targetPlace = SamplePlace.unknown

  /// Creates a sample.
  public init(source: String, target: String, sourcePlace: SamplePlace = .unknown, targetPlace: SamplePlace = .unknown)
  {
    (self.source, self.target, self.sourcePlace, self.targetPlace) = (source, target, sourcePlace, targetPlace)
  }
}

extension [SentencePair] {
  /// Pairs the lines of two texts. Pairs of blank lines are skipped.
  init(_ sources: TextFile, _ targets: TextFile) throws(RecurrentError) {
    self = []
    let (a, b) = (sources.lines, targets.lines)
    guard a.count == b.count else {
      throw sources.error(
        "has \(counted(a.count, "line")), \(targets.name) has \(b.count); expected the same number of lines")
    }
    for (source, target) in zip(a, b) where !(source.isBlank && target.isBlank) {
      if source.isBlank || target.isBlank {
        let (empty, other) = source.isBlank ? (sources, targets) : (targets, sources)
        throw empty.error(source, "is blank, but the same line of \(other.name) is not")
      }
      append(
        SentencePair(
          source: String(source.text), target: String(target.text), sourcePlace: sources.place(source),
          targetPlace: targets.place(target)))
    }
  }
}
