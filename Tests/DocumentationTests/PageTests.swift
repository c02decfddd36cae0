// Tests of the form of the documentation: line lengths, fences, links, and paths that are named.

import Foundation
import Testing

/// A line of Markdown outside of fenced blocks.
struct ProseLine: Sendable {
  let document: String
  let number: Int
  let text: String

  var place: String { "\(document):\(number)" }

  /// The lines of a text that are outside of fenced blocks.
  static func lines(of text: String, in document: String) -> [ProseLine] {
    var isCode = false
    return text.components(separatedBy: "\n").enumerated().compactMap { index, line in
      if line.hasPrefix("```") {
        isCode.toggle()
        return nil
      }
      return isCode ? nil : ProseLine(document: document, number: index + 1, text: line)
    }
  }

  static func lines(of document: String) throws -> [ProseLine] {
    lines(of: try Example.text(of: document), in: document)
  }

  /// Whether the line is longer than 100 characters and has a place to break. Rows of tables have none,
  /// and a single word, such as a link, has none.
  var isTooLong: Bool {
    guard text.count > 100, !text.hasPrefix("|") else { return false }
    let marker = text.prefixMatch(of: /[\s>]*(?:[-*+]|\d+\.)?\s*/)?.output ?? ""
    return text.dropFirst(marker.count).contains(" ")
  }

  /// The targets of links and images, outside of inline code.
  var links: [String] {
    let prose = text.replacing(/`[^`]*`/, with: "")
    return prose.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
      + prose.matches(of: /^\[[^\]]+\]:\s*(\S+)/).map { String($0.1) }
  }

  /// The anchor of a heading, as GitHub makes it; nil for other lines.
  var anchor: String? {
    guard let match = text.wholeMatch(of: /#+ (.+)/) else { return nil }
    let kept = match.1.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
    return kept.replacing(" ", with: "-")
  }
}

@Suite struct PageTests {
  @Test(arguments: Example.documents) func proseWrapsAt100Columns(_ document: String) throws {
    let long = try ProseLine.lines(of: document).filter(\.isTooLong).map(\.number)
    #expect(long.isEmpty, "\(document): lines \(long) are longer than 100 columns")
  }

  /// An indented fence, or one of tildes, would be an example that no test finds.
  @Test(arguments: Example.documents) func fencesBeginLines(_ document: String) throws {
    for line in try ProseLine.lines(of: document) {
      let text = line.text.drop { $0.isWhitespace }
      #expect(!text.hasPrefix("```") && !text.hasPrefix("~~~"), "\(line.place)")
    }
  }

  /// Relative links lead to files that exist, and to headings that exist. DocC itself checks links of
  /// the form `doc:Name`. In a DocC catalogue, a picture is found by its name, in any folder.
  @Test(arguments: Example.documents) func relativeLinksLeadSomewhere(_ document: String) throws {
    let file = Example.root.appending(path: document)
    for line in try ProseLine.lines(of: document) {
      for link in line.links where link.wholeMatch(of: /[a-z]+:.*/) == nil {
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let target =
          parts[0].isEmpty ? file : file.deletingLastPathComponent().appending(path: parts[0]).standardized
        let exists =
          FileManager.default.fileExists(atPath: target.path) || PageTests.catalogue(of: file).contains(parts[0])
        #expect(exists, "\(line.place): there is no \(link)")
        guard exists, parts.count == 2, target.pathExtension == "md" else { continue }
        let text = try String(contentsOf: target, encoding: .utf8)
        let anchors = ProseLine.lines(of: text, in: target.path).compactMap { $0.anchor }
        #expect(anchors.contains(parts[1].lowercased()), "\(line.place): there is no heading for \(link)")
      }
    }
  }

  /// The names of the files of a DocC catalogue that has `file`, with and without extension.
  private static func catalogue(of file: URL) -> Set<String> {
    guard let end = file.path.range(of: ".docc/") else { return [] }
    let folder = String(file.path[..<end.upperBound])
    let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return Set(
      files.map { URL(filePath: $0) }.flatMap { [$0.lastPathComponent, $0.deletingPathExtension().lastPathComponent] })
  }

  /// Pages, sources and scripts name files of docs/, of DocC catalogues and of scripts/ that exist.
  @Test func filesThatAreNamedExist() throws {
    let folders = ["Sources", "Benchmarks", "Tests", "scripts", ".ci"]
    let files = folders.flatMap { folder in
      let paths = FileManager.default.enumerator(atPath: Example.root.appending(path: folder).path)
      return (paths?.compactMap { $0 as? String } ?? []).map { folder + "/" + $0 }
    }
    let named =
      /(?:docs|scripts|Sources\/Recurrent\/Recurrent\.docc)\/[A-Za-z_\/-]+[A-Za-z](?:\.(?:md|yml|svg|py))?\b/
    var places: [String: Set<String>] = [:]
    for path in Set(files + Example.documents + ["Dockerfile", "Package.swift"]) where !path.hasPrefix("Tests/Fixtures")
    {
      guard let text = try? Example.text(of: path) else { continue }
      for match in text.matches(of: named) {
        // A part of a longer path, such as an address, is no path of ours.
        let before = text[..<match.range.lowerBound].last
        guard before.map({ !$0.isLetter && !"/.$".contains($0) }) ?? true else { continue }
        places[String(match.output), default: []].insert(path)
      }
    }
    #expect(places.count > 10)
    for (name, places) in places {
      let exists = FileManager.default.fileExists(atPath: Example.root.appending(path: name).path)
      #expect(exists, "there is no \(name), which \(places.sorted()) name")
    }
  }

  @Test func longLinesAreFoundUnlessTheyCannotBreak() {
    let word = String(repeating: "x", count: 101)
    let text = [
      "a \(word)", word, "- \(word)", "1. [\(word)](y)", "| a \(word) |", "```", "a \(word)", "```", "  - a \(word)",
    ]
    let lines = ProseLine.lines(of: text.joined(separator: "\n"), in: "A.md")
    #expect(lines.filter(\.isTooLong).map(\.number) == [1, 9])
  }

  @Test func linksAndAnchorsAreFound() {
    let lines = ProseLine.lines(of: "# The gate, `a_b`: 1\n[a](b.md#c) ![d](e.svg) `[f](g)`\n[h]: i.md\n", in: "A.md")
    #expect(lines.flatMap(\.links) == ["b.md#c", "e.svg", "i.md"])
    #expect(lines[0].anchor == "the-gate-a_b-1")
  }
}
