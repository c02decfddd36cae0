// Tagged sentences: words and their part-of-speech tags, from CoNLL-U files.

import RecurrentCore

/// The words of a sentence and their tags.
public struct TaggedSentence: Sendable, Equatable {
  /// The words in order.
  public var words: [String]
  /// The tag of each word; as many as there are words.
  public var tags: [String]
  /// The file and line of the first word.
  public var place = SamplePlace.unknown

  /// Creates a sample.
  public init(words: [String], tags: [String], place: SamplePlace = .unknown) {
    (self.words, self.tags, self.place) = (words, tags, place)
  }
}

extension [TaggedSentence] {
  /// Reads CoNLL-U files (https://universaldependencies.org/format.html): words from column 2,
  /// universal part-of-speech tags from column 4. Multiword tokens (3-4) and empty nodes (5.1) are
  /// skipped.
  init(conlluAt source: DataSource, builtIn training: String, _ test: String) throws(RecurrentError) {
    self = []
    for file in try source.texts("conllu", builtIn: training, test) {
      var sentence = TaggedSentence(words: [], tags: [])
      func finish(_ sentences: inout [TaggedSentence]) {
        if !sentence.words.isEmpty { sentences.append(sentence) }
        sentence = TaggedSentence(words: [], tags: [])
      }
      for line in file.lines {
        if line.text.isEmpty {
          finish(&self)
        } else if line.text.utf8.first != UInt8(ascii: "#") {
          guard let columns = line.columns(upTo: 10), columns.count == 10 else {
            throw file.error(
              line, "has \(counted(line.columnCount, "column")), expected the 10 of CoNLL-U, separated by tabs")
          }
          if columns[0].utf8.contains(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }) { continue }
          guard Int(columns[0]) == sentence.words.count + 1 else {
            throw file.error(
              line, "is word '\(columns[0])', expected \(sentence.words.count + 1); sentences end with an empty line")
          }
          guard !columns[1].isBlank, !columns[3].isBlank, columns[3] != "_" else {
            throw file.error(line, "lacks a word in column 2 or a tag in column 4")
          }
          if sentence.words.isEmpty { sentence.place = file.place(line) }
          sentence.words.append(String(columns[1]))
          sentence.tags.append(String(columns[3]))
        }
      }
      finish(&self)
    }
    try checkNotEmpty(source)
  }
}
