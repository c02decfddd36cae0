// Tests of the dependencies between targets: each imports what the documentation's table lists.

import Foundation
import Testing

@Suite struct RoomTests {
  /// The page with the table, and the imports that it lists for each room.
  private static func table() throws -> (document: String, imports: [String: Set<String>]) {
    let header = "| room | imports |"
    let found = try Example.documents.filter { try Example.text(of: $0).contains("\n" + header) }
    try #require(found.count == 1, "the table of rooms is to stand on one page: \(found)")
    let lines = try Example.text(of: found[0]).split(separator: "\n").drop { !$0.hasPrefix(header) }.dropFirst(2).prefix
    {
      $0.hasPrefix("|")
    }
    let imports = lines.map { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      return (cells[0], Set(cells[1].split(separator: ", ").map(String.init)))
    }
    return (found[0], Dictionary(uniqueKeysWithValues: imports))
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
    let (document, table) = try RoomTests.table()
    let rooms = try FileManager.default.contentsOfDirectory(atPath: Example.root.appending(path: "Sources").path).filter
    { !$0.hasPrefix(".") }
    #expect(Set(rooms) == Set(table.keys))
    let ours = Set(rooms).union(["CRecurrentBLAS"])
    for room in rooms {
      let (found, listed) = (try RoomTests.imports(room).intersection(ours), table[room] ?? [])
      #expect(found == listed, "\(room) imports \(found.sorted()); \(document) says \(listed.sorted())")
    }
  }
}
