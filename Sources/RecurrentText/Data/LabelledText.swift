// Labelled texts: a text and its class, from .txt or .tsv files.

import RecurrentCore
import RecurrentInterchange

/// A text and its class.
public struct LabelledText: Sendable, Equatable {
  /// The text.
  public var text: String
  /// The name of its class.
  public var label: String
  /// The file and line it was read from.
  public var place = SamplePlace.unknown

  /// Creates a sample.
  public init(_ text: String, label: String, place: SamplePlace = .unknown) {
    (self.text, self.label, self.place) = (text, label, place)
  }
}

extension [LabelledText] {
  /// Reads a folder with one file per class, such as "Irish.txt", and one text per line; or .tsv
  /// files with a text, a tab and its class on each line. Blank lines are skipped.
  init(byClassAt source: DataSource, builtIn training: String, _ test: String) throws(RecurrentError) {
    self = []
    if case .path(let path) = source, let first = try DataSource.files(at: path, "txt").first, first != path {
      for file in try source.texts("txt", builtIn: training, test) {
        let label = Path.stem(of: file.name)
        if label[...].isBlank { throw file.error("has no name before its extension; expected the name of a class") }
        let before = count
        for line in file.lines where !line.isBlank {
          if line.columns(upTo: 1) == nil {
            throw file.error(line, "has a tab; expected one text per line in a folder with one file per class")
          }
          append(LabelledText(String(line.text.trimmed), label: label, place: file.place(line)))
        }
        if count == before { Notices.say("Warning: \(file.name): has no texts; there will be no class '\(label)'") }
      }
    } else {
      for file in try source.texts("tsv", builtIn: training, test) {
        for line in file.lines where !line.isBlank {
          guard let columns = line.columns(upTo: 2)?.map(\.trimmed), columns.count == 2, !columns[0].isEmpty,
            !columns[1].isEmpty
          else {
            throw file.error(
              line,
              "has \(counted(line.columnCount, "column")), expected two that are not empty: text, class")
          }
          append(LabelledText(String(columns[0]), label: String(columns[1]), place: file.place(line)))
        }
      }
    }
    try checkNotEmpty(source)
  }

  /// Reads files in the format of the Naver sentiment movie corpus: the header "id", "document",
  /// "label", separated by tabs, then one document per line. The label is one of `labels`. A
  /// document may be empty.
  init(corpusAt source: DataSource, labels: [String], builtIn training: String, _ test: String) throws(RecurrentError) {
    self = []
    let header = ["id", "document", "label"]
    for file in try source.texts("tsv", builtIn: training, test) {
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
