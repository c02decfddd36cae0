// Tests of scripts/: their help, and scripts/precisions.

import Foundation
import Testing
import _TestSupport

@Suite struct ScriptTests {
  private static let scripts: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: Example.root.appending(path: "scripts").path)) ?? [])
    .filter { FileManager.default.isExecutableFile(atPath: Example.root.appending(path: "scripts/\($0)").path) }
    .filter { !["setup", "peers"].contains($0) }.sorted()

  /// --help prints the comment at the head of a script, and starts no other work: there is no
  /// `swift` for it.
  @Test(arguments: scripts) func aScriptsHelpStartsNothing(_ script: String) throws {
    try withFolder { folder in
      let path = Example.root.appending(path: "scripts/\(script)")
      let text = try String(contentsOf: path, encoding: .utf8)
      let swift = folder + "/swift"
      try "#!/bin/sh\necho started >started\nexit 1\n".write(toFile: swift, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: swift)
      let result = try runProgram(
        path.path, ["--help"], environment: ["PATH": "\(folder):/usr/local/bin:/usr/bin:/bin"], folder: folder)
      // The first line of the comment, or of the Python module's.
      let first = text.split(separator: "\n")[1].drop { "# \"".contains($0) }.prefix { $0 != "," }
      #expect(
        (result.output + result.errors).contains(first) && result.status == (script == "samples.py" ? 1 : 0),
        "\(script): \(result)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["swift"])
    }
  }

  /// On a little data of its own, with the programs that are built already: a row for each task with
  /// every metric, and the drift with its plot. A second run trains nothing again.
  @Test func thePrecisionsAreCompared() throws {
    try withFolder { folder in
      func write(_ path: String, _ lines: [String]) throws {
        let file = URL(fileURLWithPath: folder + "/" + path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: file)
      }
      try write("data/names/Irish.txt", (1...40).map { "O'Neal\($0)" })
      try write("data/names/Japanese.txt", (1...40).map { "Nakamura\($0)" } + [""])
      try write("data/nsmc/train.tsv", ["id\tdocument\tlabel"] + (1...20).map { "\($0)\ttext\t\($0 % 2)" })
      try write("data/tinyshakespeare.txt", (1...300).map { "ROMEO: But soft, what light \($0)" })
      try write(
        "tools/swift",
        [
          "#!/bin/sh", "[ \"$1\" = build ] || exit 1",
          "case \" $* \" in *\" --show-bin-path \"*) echo '\(Bundle.main.bundleURL.path)' ;; esac",
        ])
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/tools/swift")
      func run() throws -> ProgramResult {
        try runProgram(
          Example.root.appending(path: "scripts/precisions").path,
          ["data", "--tasks", "charlm,names", "--seeds", "1,2", "--epochs", "1", "--output", "out"],
          environment: ["PATH": "\(folder)/tools:/usr/local/bin:/usr/bin:/bin", "RECURRENT_TRAITS": "none"],
          folder: folder)
      }
      let first = try run()
      // Models that have learnt next to nothing may fall short.
      #expect([0, 1].contains(first.status), "\(first.errors)")
      let lines = first.output.split(separator: "\n")
      #expect(lines.count >= 6, "\(first)")
      let number = "[+-]?[0-9]+[.][0-9]+"
      let row =
        "\(number), \(number) [|] \(number) [|] \(number) [|] \(number) [|] (yes|no) [|] \(number) [|] (yes|no) [|]$"
      for (line, start) in zip(lines.dropFirst(2), ["| charlm | nats_per_char | ", "| names | accuracy | "]) {
        #expect(line.hasPrefix(start))
        #expect(line.range(of: row, options: .regularExpression) != nil, "\(line)")
      }
      let table = try String(contentsOfFile: folder + "/out/table.md", encoding: .utf8)
      #expect(table.split(separator: "\n") == Array(lines.prefix(4)))
      #expect(try String(contentsOfFile: folder + "/out/drift.txt", encoding: .utf8).contains("1 to "))
      #expect(FileManager.default.fileExists(atPath: folder + "/out/drift.svg"))
      // Every tenth name is a test name.
      let test = try String(contentsOfFile: folder + "/out/data/names-test/Irish.txt", encoding: .utf8)
      #expect(test == [10, 20, 30, 40].map { "O'Neal\($0)\n" }.joined())
      let second = try run()
      #expect(second.output == first.output && second.status == first.status)
      #expect(
        second.errors.components(separatedBy: "nothing is left of a run of 1 epoch").count == 9
          && !second.errors.contains("Epoch 1/1"), "\(second.errors)")
    }
  }
}
