// Where data comes from, and the formats that it comes in.

import Foundation
import RecurrentCore
import RecurrentInterchange

/// Where data comes from.
public enum DataSource: Sendable, Equatable {
  /// The small data set that comes with this package: the part to train on, or the other one to
  /// judge by.
  case builtIn(isTest: Bool)
  /// A file, or a folder that stands for all files in it of the kind that is looked for.
  case path(String)
  /// Two files whose lines belong together.
  case pair(source: String, target: String)

  /// The texts to read: of files of a kind, or one of two that come with this package.
  func texts(_ fileExtension: String, own training: String, _ test: String) throws(RecurrentError) -> [TextFile] {
    switch self {
    case .builtIn(let isTest):
      return [TextFile(name: isTest ? "own test data" : "own data", text: isTest ? test : training)]
    case .path(let path):
      var texts: [TextFile] = []
      for file in try DataSource.files(at: path, fileExtension) { texts.append(try TextFile(contentsOf: file)) }
      return texts
    case .pair(let source, let target):
      throw .invalidOption(name: "data", value: "\(source) and \(target)", expected: "one file or folder for this task")
    }
  }

  /// A file itself; of a folder, its files with an extension, by name.
  static func files(at path: String, _ fileExtension: String) throws(RecurrentError) -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      return [path]
    }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw .inputOutput(path: path, reason: "cannot be read: \(error.localizedDescription)")
    }
    let ending = ("." + fileExtension).utf8
    let files = names.filter {
      $0.utf8.suffix(ending.count).elementsEqual(ending) && $0.utf8.first != UInt8(ascii: ".")
    }.sorted().map { path + "/" + $0 }
    // Foundation repairs such a name, to one of a file that is not there.
    if let wrong = files.first(where: { $0.contains("\u{FFFD}") && !FileManager.default.fileExists(atPath: $0) }) {
      throw .invalidFile(
        path: path,
        reason: "has a file whose name is not UTF-8: '\(wrong.dropFirst(path.count + 1))'; give it another name")
    }
    if files.isEmpty { throw .invalidFile(path: path, reason: "is a folder without any .\(fileExtension) file") }
    return files
  }
}

/// A text and its class.
public struct LabelledText: Sendable, Equatable {
  public var text: String
  /// The class's name.
  public var label: String
  public var place = SamplePlace.unknown

  public init(_ text: String, label: String, place: SamplePlace = .unknown) {
    (self.text, self.label, self.place) = (text, label, place)
  }
}

extension [LabelledText] {
  /// Texts by class: a folder with a file for each class, "Irish.txt", of a text on each line; or
  /// files of lines with a text, a tab and its class. Blank lines are left out.
  init(byClassAt source: DataSource, own training: String, _ test: String) throws(RecurrentError) {
    self = []
    if case .path(let path) = source, let first = try DataSource.files(at: path, "txt").first, first != path {
      for file in try source.texts("txt", own: training, test) {
        let label = Path.stem(of: file.name)
        if label[...].isBlank { throw file.error("has no name but its extension, which names no class") }
        let before = count
        for line in file.lines where !line.isBlank {
          if line.columns(upTo: 1) == nil {
            throw file.error(line, "has a tab; in a folder of files by class, a line is one text")
          }
          append(LabelledText(String(line.text.trimmed), label: label, place: file.place(line)))
        }
        if count == before { Notices.say("Warning: \(file.name): has no texts, so that there is no class '\(label)'") }
      }
    } else {
      for file in try source.texts("tsv", own: training, test) {
        for line in file.lines where !line.isBlank {
          guard let columns = line.columns(upTo: 2)?.map(\.trimmed), columns.count == 2, !columns[0].isEmpty,
            !columns[1].isEmpty
          else {
            throw file.error(
              line,
              "has \(counted(line.columnCount, "column")), expected two that are not empty: a text, a tab, its class")
          }
          append(LabelledText(String(columns[0]), label: String(columns[1]), place: file.place(line)))
        }
      }
    }
    try checkNotEmpty(source)
  }

  /// Texts of files in the format of the Naver sentiment movie corpus: a first line "id document
  /// label", separated by tabs, and lines like it; a label is one of those given. A document may be
  /// empty.
  init(corpusAt source: DataSource, labels: [String], own training: String, _ test: String) throws(RecurrentError) {
    self = []
    let header = ["id", "document", "label"]
    for file in try source.texts("tsv", own: training, test) {
      var lines = file.lines.makeIterator()
      guard lines.next()?.columns(upTo: header.count)?.map(String.init) == header else {
        throw file.error("line 1 is not the header 'id', 'document', 'label', separated by tabs")
      }
      while let line = lines.next() {
        if line.text.isEmpty { continue }
        guard let columns = line.columns(upTo: 3), columns.count == 3 else {
          throw file.error(
            line, "has \(counted(line.columnCount, "column")), expected 3 separated by tabs: id, document, label")
        }
        guard labels.contains(String(columns[2])) else {
          throw file.error(line, "has the label '\(columns[2])', expected \(labels.joined(separator: " or "))")
        }
        append(LabelledText(String(columns[1]), label: String(columns[2]), place: file.place(line)))
      }
    }
    try checkNotEmpty(source)
  }
}

extension Array {
  /// Throws when data has nothing in it.
  func checkNotEmpty(_ source: DataSource) throws(RecurrentError) {
    if isEmpty, case .path(let path) = source {
      throw .invalidFile(path: path, reason: "has nothing in it to learn from or to judge by")
    }
  }
}

/// Words and the tag of each.
public struct TaggedSentence: Sendable, Equatable {
  public var words: [String]
  /// As many as there are words.
  public var tags: [String]
  /// That of the first word.
  public var place = SamplePlace.unknown

  public init(words: [String], tags: [String], place: SamplePlace = .unknown) {
    (self.words, self.tags, self.place) = (words, tags, place)
  }
}

extension [TaggedSentence] {
  /// Sentences of CoNLL-U files (https://universaldependencies.org/format.html): words from column
  /// 2, universal part-of-speech tags from column 4. Ranges of words (3-4) and empty nodes (5.1)
  /// are left out.
  init(conlluAt source: DataSource, own training: String, _ test: String) throws(RecurrentError) {
    self = []
    for file in try source.texts("conllu", own: training, test) {
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

/// A sentence, and the same in another language; words separated by spaces.
public struct SentencePair: Sendable, Equatable {
  public var source: String
  public var target: String
  public var sourcePlace = SamplePlace.unknown
  public var targetPlace = SamplePlace.unknown

  public init(source: String, target: String, sourcePlace: SamplePlace = .unknown, targetPlace: SamplePlace = .unknown)
  {
    (self.source, self.target, self.sourcePlace, self.targetPlace) = (source, target, sourcePlace, targetPlace)
  }
}

extension [SentencePair] {
  /// Line by line from two texts. Pairs of blank lines are left out.
  init(_ sources: TextFile, _ targets: TextFile) throws(RecurrentError) {
    self = []
    let (a, b) = (sources.lines, targets.lines)
    guard a.count == b.count else {
      throw sources.error(
        "has \(counted(a.count, "line")), \(targets.name) has \(b.count): line by line they are to say the same")
    }
    for (source, target) in zip(a, b) where !(source.isBlank && target.isBlank) {
      if source.isBlank || target.isBlank {
        let (empty, other) = source.isBlank ? (sources, targets) : (targets, sources)
        throw empty.error(source, "is blank, and that of \(other.name) is not")
      }
      append(
        SentencePair(
          source: String(source.text), target: String(target.text), sourcePlace: sources.place(source),
          targetPlace: targets.place(target)))
    }
  }
}

/// A drawn digit.
public struct DigitPicture: Sendable, Equatable {
  /// 64 numbers 0...16, row by row.
  public var pixels: [Float]
  /// 0...9; nil when it is not known.
  public var digit: Int?

  public init(pixels: [Float], digit: Int?) { (self.pixels, self.digit) = (pixels, digit) }

  /// From a line "0,5,13,...,9": 64 pixels, and the digit, which may be missing.
  init(
    _ line: Substring, expecting expected: String = "64 pixels and a digit, separated by commas",
    error: (_ reason: String) -> RecurrentError
  ) throws(RecurrentError) {
    let comma = UInt8(ascii: ",")
    guard let columns = line.columns(comma, upTo: 65)?.map(\.trimmed), columns.count >= 64 else {
      throw error("has \(counted(line.columnCount(comma), "column")), expected \(expected)")
    }
    pixels = []
    for (number, column) in columns.prefix(64).enumerated() {
      guard let value = Float(column), value >= 0, value <= 16 else {
        throw error("has '\(column)' in column \(number + 1), expected a pixel, 0 to 16")
      }
      pixels.append(value)
    }
    digit = nil
    if columns.count == 65 {
      guard let value = Int(columns[64]), 0...9 ~= value else {
        throw error("has '\(columns[64])' in column 65, expected a digit, 0 to 9")
      }
      digit = value
    }
  }
}

extension [DigitPicture] {
  /// From files of such lines, all with their digits.
  init(csvAt source: DataSource, own training: String, _ test: String) throws(RecurrentError) {
    self = []
    for file in try source.texts("csv", own: training, test) {
      for line in file.lines where !line.isBlank {
        let picture = try DigitPicture(line.text) { file.error(line, $0) }
        if picture.digit == nil { throw file.error(line, "has 64 columns: its digit is missing") }
        append(picture)
      }
    }
    try checkNotEmpty(source)
  }
}
