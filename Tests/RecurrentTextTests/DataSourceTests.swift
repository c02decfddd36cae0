// Data is read as its format says, and what is wrong with it is said with file and line.

import Foundation
import Recurrent
import Testing

@Suite struct DataSourceTests {
  /// Runs `body` with a folder of files of the given contents.
  static func withFiles(_ files: [String: String], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("recurrent-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
    try body(folder.path)
  }

  /// What reading the only file of a folder says is wrong, after its path.
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
      #expect(file.lines.map(\.text) == ["one", "two", "", " three\t4"] && file.lines.map(\.number) == [1, 2, 3, 4])
      #expect(file.lines[3].columns == [" three", "4"] && file.lines[2].isBlank)
    }
    #expect(TextFile(name: "a", text: "").lines.isEmpty && TextFile(name: "a", text: "\n").lines.count == 1)
  }

  @Test func whatIsNotTextIsRefusedWithItsLine() throws {
    try DataSourceTests.withFiles([:]) { folder in
      try Data([0x61, 0x0A, 0x62, 0x0A, 0xFF, 0x0A]).write(to: URL(fileURLWithPath: folder + "/a.txt"))
      #expect(throws: RecurrentError.invalidFile(path: folder + "/a.txt", reason: "line 3 is not UTF-8")) {
        try TextFile(contentsOf: folder + "/a.txt")
      }
      #expect(throws: RecurrentError.inputOutput(path: folder + "/b.txt", reason: "no such file")) { try TextFile(contentsOf: folder + "/b.txt") }
      #expect(throws: RecurrentError.inputOutput(path: folder, reason: "is not a regular file")) { try TextFile(contentsOf: folder) }
      #expect(throws: RecurrentError.invalidFile(path: folder, reason: "is a folder without any .csv file")) {
        try CaptionWriter.samples(in: .path(folder))
      }
    }
  }

  @Test func namesComeFromAFolderOrFromATable() throws {
    try DataSourceTests.withFiles(["Irish.txt": "Ó Briain\n\nKelly \n", "Czech.txt": "Dvořák", ".hidden.txt": "x"]) { folder in
      let expected = [("Dvořák", "Czech"), ("Ó Briain", "Irish"), ("Kelly", "Irish")].map { LabelledText($0, label: $1) }
      let found = try NameClassifier.samples(in: .path(folder))
      #expect(found == expected)
    }
    try DataSourceTests.withFiles(["names.tsv": "Kelly\tIrish\n"]) { folder in
      let found = try NameClassifier.samples(in: .path(folder + "/names.tsv"))
      #expect(found == [LabelledText("Kelly", label: "Irish")])
    }
    #expect(try DataSourceTests.complaint(NameClassifier.self, "a.tsv", "Kelly\tIrish\nDvořák\n") == "line 2: has 1 columns, expected two that are not empty: a text, a tab, its class")
    #expect(try DataSourceTests.complaint(NameClassifier.self, "a.tsv", "\n") == "has nothing in it to learn from or to judge by")
  }

  @Test func remarksHaveAHeaderAndThreeColumns() throws {
    let header = "id\tdocument\tlabel\n"
    try DataSourceTests.withFiles(["a.tsv": header + "1\t영화 \t1\n2\t\t0\n"]) { folder in
      let found = try SentimentClassifier.samples(in: .path(folder))
      #expect(found == [LabelledText("영화 ", label: "1"), LabelledText("", label: "0")])
    }
    func complaint(_ text: String) throws -> String { try DataSourceTests.complaint(SentimentClassifier.self, "a.tsv", text) }
    #expect(try complaint("1\tgood\t1\n") == "line 1 is not the header 'id', 'document', 'label', separated by tabs")
    #expect(try complaint(header + "1\tgood\n") == "line 2: has 2 columns, expected 3 separated by tabs: id, document, label")
    #expect(try complaint(header + "1\tgood\t1\n2\tbad\t2\n") == "line 3: has the label '2', expected 0 or 1")
    #expect(try complaint(header) == "has nothing in it to learn from or to judge by")
  }

  @Test func sentencesAreCoNLLU() throws {
    func line(_ id: String, _ word: String, _ tag: String) -> String { "\(id)\t\(word)\t_\t\(tag)" + String(repeating: "\t_", count: 6) + "\n" }
    let text = "# text = I don't\n" + line("1", "I", "PRON") + line("2-3", "don't", "_") + line("2", "do", "AUX") + line("3", "n't", "PART")
      + line("3.1", "know", "VERB") + "\n" + line("1", "Go", "VERB")
    try DataSourceTests.withFiles(["a.conllu": text, "b.conllu": line("1", "So", "ADV")]) { folder in
      let expected = [TaggedSentence(words: ["I", "do", "n't"], tags: ["PRON", "AUX", "PART"]), TaggedSentence(words: ["Go"], tags: ["VERB"])]
      let found = try Tagger.samples(in: .path(folder + "/a.conllu"))
      #expect(found == expected)
      let all = try Tagger.samples(in: .path(folder))
      #expect(all.count == 3)
    }
    func complaint(_ text: String) throws -> String { try DataSourceTests.complaint(Tagger.self, "a.conllu", text) }
    #expect(try complaint(line("1", "I", "PRON") + "2\tgo\n") == "line 2: has 2 columns, expected the 10 of CoNLL-U, separated by tabs")
    #expect(try complaint(line("1", "I", "PRON") + line("1", "Go", "VERB")) == "line 2: is word '1', expected 2; sentences end with an empty line")
    #expect(try complaint(line("1", "I", "_")) == "line 1: lacks a word in column 2 or a tag in column 4")
  }

  @Test func translationsGoLineByLine() throws {
    try DataSourceTests.withFiles(["a": "ein hund\n\nja\n", "b": "a dog\n\nyes\n", "short": "a dog\n", "gap": "a dog\nno\n\n"]) { folder in
      func pairs(_ a: String, _ b: String) throws -> [SentencePair] {
        try Translator.samples(in: .pair(source: folder + "/" + a, target: folder + "/" + b))
      }
      let found = try pairs("a", "b")
      #expect(found == [SentencePair(source: "ein hund", target: "a dog"), SentencePair(source: "ja", target: "yes")])
      #expect(throws: RecurrentError.invalidFile(
        path: folder + "/a", reason: "has 3 lines, \(folder)/short has 1: line by line they are to say the same")) { try pairs("a", "short") }
      #expect(throws: RecurrentError.invalidFile(path: folder + "/a", reason: "line 2: is blank, and that of \(folder)/gap is not")) { try pairs("a", "gap") }
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
    #expect(try complaint("17" + pixels.dropFirst() + ",1\n") == "line 1: has '17' in column 1, expected a pixel, 0 to 16")
    #expect(try complaint("nan" + pixels.dropFirst() + ",1\n") == "line 1: has 'nan' in column 1, expected a pixel, 0 to 16")
    #expect(try complaint(pixels + "\n") == "line 1: has 64 columns: its digit is missing")
  }
}
