// Documents and their examples: the Markdown of the repository, and its fenced blocks.

import Foundation
import Testing

/// A fenced block, and what the document says of it.
///
/// A block of `text` that follows at once is what an example prints; in it, figures stand for
/// figures of any value, and a line "..." for any number of lines. A comment `<!-- not run: REASON
/// -->` on the line before a block exempts it.
struct Example: CustomTestStringConvertible, Sendable {
  let document: String
  let line: Int
  /// "swift", "sh", or what else stands after ```.
  let language: String
  let text: String
  let exemption: String?
  var output: String?

  var place: String { "\(document):\(line)" }
  var testDescription: String { place }

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// README.md, then the Markdown files of docs/ and of the DocC catalogues in Sources/, by path.
  static let documents: [String] = {
    let found = ["docs", "Sources"].flatMap { folder in
      let paths = FileManager.default.enumerator(atPath: root.appending(path: folder).path)?.compactMap {
        $0 as? String
      }
      return (paths ?? []).map { folder + "/" + $0 }
    }
    return ["README.md"] + found.filter { $0.hasSuffix(".md") }.sorted()
  }()

  static func text(of document: String) throws -> String {
    try String(contentsOf: root.appending(path: document), encoding: .utf8)
  }

  static let all: [Example] = documents.flatMap { document in
    examples(in: (try? text(of: document)) ?? "", of: document)
  }

  static func examples(in text: String, of document: String) -> [Example] {
    var examples: [Example] = []
    let lines = text.components(separatedBy: "\n")
    var (index, end) = (0, 0)
    while index < lines.count {
      defer { index += 1 }
      guard lines[index].hasPrefix("```") else { continue }
      let first = index + 1
      index = lines[first...].firstIndex { $0.hasPrefix("```") } ?? lines.count
      let language = String(lines[first - 1].dropFirst(3))
      let content = lines[first..<index].map { $0 + "\n" }.joined()
      let followsAtOnce = !examples.isEmpty && lines[end..<first - 1].allSatisfy { $0.isEmpty }
      end = min(index + 1, lines.count)
      if language == "text", followsAtOnce, examples.last!.output == nil {
        examples[examples.count - 1].output = content
        continue
      }
      let reason = first < 2 ? nil : lines[first - 2].wholeMatch(of: /<!-- not run: (.+) -->/).map { String($0.1) }
      examples.append(Example(document: document, line: first, language: language, text: content, exemption: reason))
    }
    return examples
  }

  /// Whether `printed` is what the document shows.
  func shows(_ printed: String) -> Bool {
    guard let output else { return true }
    func masked(_ text: String) -> [String] {
      text.split(separator: "\n").map { line in
        line.replacing(/\d+(\.\d+)?(e-?\d+)?/, with: "0").split(whereSeparator: \.isWhitespace).joined(separator: " ")
      }
    }
    let (expected, lines) = (masked(output), masked(printed))
    guard let dots = expected.firstIndex(of: "...") else { return expected == lines }
    let (head, tail) = (expected[..<dots], expected[(dots + 1)...])
    return lines.count >= head.count + tail.count && lines.prefix(head.count).elementsEqual(head)
      && lines.suffix(tail.count).elementsEqual(tail)
  }
}
