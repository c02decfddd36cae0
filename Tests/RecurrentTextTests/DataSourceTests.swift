// Data formats: what is read, and errors with file and line.

import Foundation
import Recurrent
import Testing

@Suite struct DataSourceTests {
  /// Runs `body` with a folder of files of the given contents.
  static func withFiles(_ files: [String: String], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "recurrent-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
    try body(folder.path)
  }

  /// The error of reading the only file of a folder, without its path.
  static func complaint<System: TextSystem>(_: System.Type, _ name: String, _ text: String) throws -> String {
    var found = "nothing"
    try withFiles([name: text]) { folder in
      do {
        _ = try System.samples(in: .path(folder + "/" + name))
      } catch {
        found = "\(error)".replacingOccurrences(of: folder + "/" + name + ": ", with: "")
      }
    }
    return found
  }

  @Test func linesEndInEitherWay() throws {
    try DataSourceTests.withFiles(["a.txt": "\u{FEFF}one\r\ntwo\n\n three\t4"]) { folder in
      let file = try TextFile(contentsOf: folder + "/a.txt")
      let lines = Array(file.lines)
      #expect(
        lines.map(\.text) == ["one", "two", "", " three\t4"] && lines.map(\.number) == [1, 2, 3, 4]
          && file.lines.count == 4)
      #expect(
        lines[3].columns(upTo: 2) == [" three", "4"] && lines[3].columns(upTo: 1) == nil && lines[3].columnCount == 2
          && lines[2].isBlank)
    }
    #expect(TextFile(name: "a", text: "").lines.count == 0 && TextFile(name: "a", text: "\n").lines.count == 1)
    // Of an old Macintosh; elsewhere, "\r" is white space.
    #expect(TextFile(name: "a", text: "one\rtwo\r\rthree").lines.map(\.text) == ["one", "two", "", "three"])
    #expect(
      TextFile(name: "a", text: "o\rne\r\ntwo\u{2028}\u{0}\u{85}").lines.map(\.text) == [
        "o\rne", "two\u{2028}\u{0}\u{85}",
      ])
    #expect(TextFile(name: "a", text: " \u{2028}\r\u{A0}\n").lines.allSatisfy { $0.isBlank })
  }

  /// A mark makes one character with the tab, the comma, the space or the "#" before it; each is
  /// what it is nevertheless.
  @Test func combiningMarksHideNothing() throws {
    let mark = "\u{301}"
    try DataSourceTests.withFiles([
      "a.tsv": "a b \(mark)c\t\(mark)d\r\n", "b.tsv": "id\tdocument\tlabel\n1\t\(mark)\t0\n",
      "c.conllu": "#\(mark) comment\n1\t\(mark)a\t_\t\(mark)X" + String(repeating: "\t_", count: 6) + "\n",
      "d.csv": String(repeating: "1,", count: 64) + "\(mark)1", "f.txt\(mark)": "",
      "e\(mark).txt": "\(mark)a \n\(mark)\n",
    ]) { folder in
      let labelled = try NameClassifier.samples(in: .path(folder + "/a.tsv"))
      #expect(labelled == [LabelledText("a b \(mark)c", label: "\(mark)d")])
      let remarks = try SentimentClassifier.samples(in: .path(folder + "/b.tsv"))
      #expect(remarks == [LabelledText(mark, label: "0")])
      let sentences = try Tagger.samples(in: .path(folder + "/c.conllu"))
      #expect(sentences == [TaggedSentence(words: ["\(mark)a"], tags: ["\(mark)X"])])
      #expect(
        throws: RecurrentError.invalidFile(
          path: folder + "/d.csv", reason: "line 1: has '\(mark)1' in column 65, expected a digit, 0 to 9")
      ) {
        try CaptionWriter.samples(in: .path(folder + "/d.csv"))
      }
      let names = try NameClassifier.samples(in: .path(folder))
      #expect(names == [LabelledText("\(mark)a", label: "e\(mark)"), LabelledText(mark, label: "e\(mark)")])
    }
  }

  /// No list of the columns is made, nor of lines.
  @Test func tooManyColumnsAreRefused() throws {
    let million = 1_000_000
    #expect(
      try DataSourceTests.complaint(CaptionWriter.self, "a.csv", String(repeating: ",", count: million))
        == "line 1: has 1000001 columns, expected 64 pixels and a digit, separated by commas")
    let tabs = String(repeating: "\t", count: million) + "a\n"
    #expect(
      try DataSourceTests.complaint(NameClassifier.self, "a.tsv", tabs)
        == "line 1: has 1000001 columns, expected two that are not empty: text, class")
    #expect(
      try DataSourceTests.complaint(Tagger.self, "a.conllu", tabs)
        == "line 1: has 1000001 columns, expected the 10 of CoNLL-U, separated by tabs")
    #expect(
      try DataSourceTests.complaint(SentimentClassifier.self, "a.tsv", "id\tdocument\tlabel\n" + tabs)
        == "line 2: has 1000001 columns, expected 3 separated by tabs: id, document, label")
    #expect(
      try DataSourceTests.complaint(NameClassifier.self, "a.tsv", String(repeating: "\n", count: million))
        == "contains no samples")
  }

  @Test func classesHaveNames() throws {
    try DataSourceTests.withFiles([" .txt": "a\n"]) { folder in
      #expect(
        throws: RecurrentError.invalidFile(
          path: folder + "/ .txt", reason: "has no name before its extension; expected the name of a class")
      ) {
        try NameClassifier.samples(in: .path(folder))
      }
    }
    #expect(
      try DataSourceTests.complaint(NameClassifier.self, "a.tsv", "a\t \n").hasPrefix(
        "line 1: has 2 columns, expected two that are not empty"))
    #expect(
      try DataSourceTests.complaint(Tagger.self, "a.conllu", "1\t \t_\tX" + String(repeating: "\t_", count: 6))
        == "line 1: lacks a word in column 2 or a tag in column 4")
  }

  /// Only regular files are read.
  @Test func onlyFilesAreRead() throws {
    try DataSourceTests.withFiles([:]) { folder in
      #expect(mkfifo(folder + "/a.txt", 0o600) == 0)
      try FileManager.default.createSymbolicLink(atPath: folder + "/loop", withDestinationPath: "loop")
      for path in [folder, folder + "/a.txt", folder + "/loop", "/dev/zero"] {
        #expect(throws: RecurrentError.self, "\(path)") { try NameClassifier.samples(in: .path(path)) }
      }
    }
  }

  @Test func whatIsNotTextIsRefusedWithItsLine() throws {
    try DataSourceTests.withFiles([:]) { folder in
      try Data([0x61, 0x0A, 0x62, 0x0A, 0xFF, 0x0A]).write(to: URL(fileURLWithPath: folder + "/a.txt"))
      #expect(throws: RecurrentError.invalidFile(path: folder + "/a.txt", reason: "line 3 is not UTF-8")) {
        try TextFile(contentsOf: folder + "/a.txt")
      }
      #expect(throws: RecurrentError.invalidFile(path: "a", reason: "is UTF-16, expected UTF-8")) {
        try TextFile(name: "a", bytes: [0xFF, 0xFE, 0x61, 0])
      }
      #expect(throws: RecurrentError.invalidFile(path: "a", reason: "line 2 is not UTF-8")) {
        try TextFile(name: "a", bytes: [0x0A, 0xED, 0xA0, 0x80])
      }
      #expect(throws: RecurrentError.inputOutput(path: folder + "/b.txt", reason: "no such file")) {
        try TextFile(contentsOf: folder + "/b.txt")
      }
      #expect(throws: RecurrentError.inputOutput(path: folder, reason: "is not a regular file")) {
        try TextFile(contentsOf: folder)
      }
      #expect(throws: RecurrentError.invalidFile(path: folder, reason: "is a folder without .csv files")) {
        try CaptionWriter.samples(in: .path(folder))
      }
    }
  }

  @Test func namesComeFromAFolderOrFromATable() throws {
    try DataSourceTests.withFiles(["Irish.txt": "Ó Briain\n\nKelly \n", "Czech.txt": "Dvořák", ".hidden.txt": "x"]) {
      folder in
      let expected = [("Dvořák", "Czech"), ("Ó Briain", "Irish"), ("Kelly", "Irish")].map {
        LabelledText($0, label: $1)
      }
      let found = try NameClassifier.samples(in: .path(folder))
      #expect(found == expected)
    }
    try DataSourceTests.withFiles(["names.tsv": "Kelly\tIrish\n"]) { folder in
      let found = try NameClassifier.samples(in: .path(folder + "/names.tsv"))
      #expect(found == [LabelledText("Kelly", label: "Irish")])
    }
    #expect(
      try DataSourceTests.complaint(NameClassifier.self, "a.tsv", "Kelly\tIrish\nDvořák\n")
        == "line 2: has 1 column, expected two that are not empty: text, class")
    #expect(
      try DataSourceTests.complaint(NameClassifier.self, "a.tsv", "\n")
        == "contains no samples")
  }

  @Test func remarksHaveAHeaderAndThreeColumns() throws {
    let header = "id\tdocument\tlabel\n"
    try DataSourceTests.withFiles(["a.tsv": header + "1\t영화 \t1\n2\t\t0\n"]) { folder in
      let found = try SentimentClassifier.samples(in: .path(folder))
      #expect(found == [LabelledText("영화 ", label: "1"), LabelledText("", label: "0")])
    }
    func complaint(_ text: String) throws -> String {
      try DataSourceTests.complaint(SentimentClassifier.self, "a.tsv", text)
    }
    #expect(try complaint("1\tgood\t1\n") == "line 1 is not the header 'id', 'document', 'label', separated by tabs")
    #expect(
      try complaint(header + "1\tgood\n") == "line 2: has 2 columns, expected 3 separated by tabs: id, document, label")
    #expect(try complaint(header + "1\tgood\t1\n2\tbad\t2\n") == "line 3: has the label '2', expected 0 or 1")
    #expect(try complaint(header) == "contains no samples")
  }

  @Test func sentencesAreCoNLLU() throws {
    func line(_ id: String, _ word: String, _ tag: String) -> String {
      "\(id)\t\(word)\t_\t\(tag)" + String(repeating: "\t_", count: 6) + "\n"
    }
    let text =
      "# text = I don't\n" + line("1", "I", "PRON") + line("2-3", "don't", "_") + line("2", "do", "AUX")
      + line("3", "n't", "PART")
      + line("3.1", "know", "VERB") + "\n" + line("1", "Go", "VERB")
    try DataSourceTests.withFiles(["a.conllu": text, "b.conllu": line("1", "So", "ADV")]) { folder in
      let expected = [
        TaggedSentence(words: ["I", "do", "n't"], tags: ["PRON", "AUX", "PART"]),
        TaggedSentence(words: ["Go"], tags: ["VERB"]),
      ]
      let found = try Tagger.samples(in: .path(folder + "/a.conllu"))
      #expect(found == expected)
      let all = try Tagger.samples(in: .path(folder))
      #expect(all.count == 3)
    }
    func complaint(_ text: String) throws -> String { try DataSourceTests.complaint(Tagger.self, "a.conllu", text) }
    #expect(
      try complaint(line("1", "I", "PRON") + "2\tgo\n")
        == "line 2: has 2 columns, expected the 10 of CoNLL-U, separated by tabs")
    #expect(
      try complaint(line("1", "I", "PRON") + line("1", "Go", "VERB"))
        == "line 2: is word '1', expected 2; sentences end with an empty line")
    #expect(try complaint(line("1", "I", "_")) == "line 1: lacks a word in column 2 or a tag in column 4")
  }

  @Test func translationsGoLineByLine() throws {
    try DataSourceTests.withFiles([
      "a": "ein hund\n\nja\n", "b": "a dog\n\nyes\n", "short": "a dog\n", "gap": "a dog\nno\n\n",
    ]) { folder in
      func pairs(_ a: String, _ b: String) throws -> [SentencePair] {
        try Translator.samples(in: .pair(source: folder + "/" + a, target: folder + "/" + b))
      }
      let found = try pairs("a", "b")
      #expect(found == [SentencePair(source: "ein hund", target: "a dog"), SentencePair(source: "ja", target: "yes")])
      #expect(
        throws: RecurrentError.invalidFile(
          path: folder + "/a", reason: "has 3 lines, \(folder)/short has 1; expected the same number of lines")
      ) { try pairs("a", "short") }
      #expect(
        throws: RecurrentError.invalidFile(
          path: folder + "/a", reason: "line 2: is blank, but the same line of \(folder)/gap is not")
      ) { try pairs("a", "gap") }
    }
  }

  @Test func digitsAreSixtyFourPixels() throws {
    let pixels = (0..<64).map { String($0 % 17) }.joined(separator: ",")
    try DataSourceTests.withFiles(["a.csv": pixels + ",7\n"]) { folder in
      let found = try CaptionWriter.samples(in: .path(folder))
      #expect(found == [DigitPicture(pixels: (0..<64).map { Float($0 % 17) }, digit: 7)])
    }
    func complaint(_ text: String) throws -> String { try DataSourceTests.complaint(CaptionWriter.self, "a.csv", text) }
    #expect(try complaint("1,2\n") == "line 1: has 2 columns, expected 64 pixels and a digit, separated by commas")
    #expect(try complaint(pixels + ",10\n") == "line 1: has '10' in column 65, expected a digit, 0 to 9")
    #expect(
      try complaint("17" + pixels.dropFirst() + ",1\n") == "line 1: has '17' in column 1, expected a pixel, 0 to 16")
    #expect(
      try complaint("nan" + pixels.dropFirst() + ",1\n") == "line 1: has 'nan' in column 1, expected a pixel, 0 to 16")
    #expect(try complaint(pixels + "\n") == "line 1: has 64 columns; the digit is missing")
  }
}
