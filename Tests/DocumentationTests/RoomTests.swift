// The rooms import what the article Architecture says, and nothing else of this package.

import Foundation
import Testing

@Suite struct RoomTests {
  /// By room, what the table lists.
  private static func table() throws -> [String: Set<String>] {
    let article = Example.root.appending(path: "Sources/Recurrent/Recurrent.docc/Architecture.md")
    let text = try String(contentsOf: article, encoding: .utf8)
    let lines = text.split(separator: "\n").drop { !$0.hasPrefix("| room | imports |") }.dropFirst(2).prefix {
      $0.hasPrefix("|")
    }
    return Dictionary(
      uniqueKeysWithValues: lines.map { line in
        let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        return (cells[0], Set(cells[1].split(separator: ", ").map(String.init)))
      })
  }

  /// The modules that the sources of a room import.
  private static func imports(_ room: String) throws -> Set<String> {
    let folder = Example.root.appending(path: "Sources/\(room)")
    let files =
      FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
    var modules: Set<String> = []
    for file in files where file.pathExtension == "swift" && !file.path.contains("/Program/") {
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        if let match = line.wholeMatch(of: /\s*(?:@\w+(?:\(\w+\))? )*(?:(?:package|public|internal) )?import (\w+)\s*/)
        {
          modules.insert(String(match.1))
        }
      }
    }
    return modules
  }

  @Test func arrowsRunAsDocumented() throws {
    let table = try RoomTests.table()
    let rooms = try FileManager.default.contentsOfDirectory(atPath: Example.root.appending(path: "Sources").path).filter
    { !$0.hasPrefix(".") }
    #expect(Set(rooms) == Set(table.keys))
    let ours = Set(rooms).union(["CRecurrentBLAS"])
    for room in rooms {
      let found = try RoomTests.imports(room).intersection(ours)
      #expect(
        found == table[room],
        "\(room) imports \(found.sorted()); the article Architecture says \((table[room] ?? []).sorted())")
    }
  }
}
