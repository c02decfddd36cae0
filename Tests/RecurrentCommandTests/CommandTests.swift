// The commands verify, doctor and gradient-flow, and the program itself.

import Foundation
import Recurrent
import Testing
import _TestSupport

@Suite struct CommandTests {
  static let fixtures: URL = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  static var fixture: String { fixtures.appendingPathComponent("lstm-stacked-bidirectional-lengths.safetensors").path }

  @Test func verifyPassesAndSaysHowWell() throws {
    for backend in TestBackend.named {
      let result = try runProduct(
        "recurrent", ["verify", CommandTests.fixture, "--backend", backend, "--threads", "2"])
      #expect(result.status == 0 && result.errors.isEmpty)
      #expect(result.output.contains("pass  \(CommandTests.fixture): worst error "))
      #expect(result.output.contains("\(backend) backend, 2 threads: 1 of 1 files pass"))
    }
  }

  @Test func verifyFailsOnWrongAnswersAndInvalidFiles() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "recurrent-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let wrong = folder.appendingPathComponent("wrong.safetensors").path
    // The last tensor's data is a weight's; a large change there moves every result.
    var bytes = try Data(contentsOf: URL(fileURLWithPath: CommandTests.fixture))
    bytes[bytes.count - 1] = 0x40
    bytes[bytes.count - 2] = 0x80
    try bytes.write(to: URL(fileURLWithPath: wrong))
    let failed = try runProduct("recurrent", ["verify", wrong, CommandTests.fixture])
    #expect(failed.status == 1)
    #expect(failed.output.contains("FAIL  \(wrong)") && failed.output.contains("1 of 2 files pass"))

    let invalid = folder.appendingPathComponent("invalid.safetensors").path
    try Data("nonsense".utf8).write(to: URL(fileURLWithPath: invalid))
    let refused = try runProduct("recurrent", ["verify", invalid, folder.path + "/missing", CommandTests.fixture])
    #expect(refused.status == 2)
    #expect(
      refused.errors.contains("error: \(invalid): not a valid safetensors file")
        && refused.errors.contains("missing: no such file"))
    #expect(refused.output.contains("1 of 3 files pass"))
  }

  @Test func wrongOptionsAreExplained() throws {
    let backend = try runProduct("recurrent", ["verify", CommandTests.fixture, "--backend", "cuda"])
    #expect(backend.status != 0 && backend.errors.contains("unknown backend 'cuda'; available: "))
    let threads = try runProduct(
      "recurrent", ["verify", CommandTests.fixture], environment: ["RECURRENT_THREADS": "-1"])
    #expect(
      threads.status != 0
        && threads.errors.contains("RECURRENT_THREADS: '-1' is not valid; expected a whole number from 1 to 255"))
    let option = try runProduct("recurrent", ["verify", "--fast", CommandTests.fixture])
    #expect(option.status != 0 && option.errors.contains("--fast"))
    #expect(try runProduct("recurrent", ["verify"]).status != 0)
    #expect(try runProduct("recurrent", ["diagnose"]).status != 0)
  }

  @Test func doctorTellsAndAdvises() throws {
    let text = try runProduct("recurrent", ["doctor"])
    #expect(text.status == 0 && text.output.contains("backend swift") && text.output.contains("usable"))
    let json = try runProduct("recurrent", ["doctor", "--format", "json"], environment: ["RECURRENT_THREADS": "255"])
    #expect(json.status == 0)
    let findings = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    // Of which there are as many as there is room for.
    #expect(findings["threads"] as? Int == min(255, Topology.current.defaultThreads))
    #expect((findings["backends"] as? [[String: Any]])?.count == 3)
    #expect((findings["advice"] as? [String])?.first?.contains("255 threads are more than") == true)
    #expect(findings["cpu"] is String && findings["instructionSets"] is [String] && findings["cores"] is Int)
    let topology = try #require(findings["topology"] as? [String: Any])
    #expect(topology["physicalCores"] as? Int == Topology.current.cores.count)
    #expect((topology["coresOfL3"] as? [Int])?.reduce(0, +) == Topology.current.cores.count)
    for name in ["cores", "caches", "memory nodes"] { #expect(text.output.contains("\n\(name)  ")) }
    if TestBackend.named.contains("openblas") {
      let pinned = try runProduct("recurrent", ["doctor"], environment: ["OPENBLAS_CORETYPE": "Haswell"])
      #expect(pinned.output.contains("advice: OPENBLAS_CORETYPE=Haswell forces "))
    }
  }

  @Test func gradientFlowIsPlottedAndPrinted() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "recurrent-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("flow.svg").path
    let options = [
      "gradient-flow", "--output", path, "--hidden", "16", "--steps", "120", "--batch", "2", "--seed", "1", "--threads",
      "1",
    ]
    let result = try runProduct("recurrent", options)
    #expect(result.status == 0 && result.errors.isEmpty)
    let svg = try String(contentsOfFile: path, encoding: .utf8)
    let names = ["Elman", "LSTM", "GRU", "LSTM, time scales", "GRU, time scales"]
    #expect(names.allSatisfy { svg.contains(">\($0)</text>") })
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 8 && lines[1].hasPrefix("steps back  ") && lines.last == "Written to \(path).")
    // By distance; what an Elman cell forgets, one with time scales keeps.
    let rows = lines[2..<7].map { $0.split(separator: " ").compactMap { Double($0) } }
    #expect(rows.map(\.count) == [6, 6, 6, 6, 6] && rows.map(\.first) == [1, 10, 50, 100, 119])
    #expect(rows[4][1] < 1e-10 && rows[4][4] > 1e-5 && rows[4][5] > 1e-5)

    let plain = try runProduct("recurrent", options + ["--no-timescales"])
    #expect(plain.status == 0 && plain.output.contains("GRU") && !plain.output.contains("time scales"))
    #expect(try !String(contentsOfFile: path, encoding: .utf8).contains("time scales"))

    for (option, value, expected) in [
      ("--steps", "1", "from 2 to 10000"), ("--hidden", "0", "from 1 to 4096"), ("--batch", "2000", "from 1 to 1024"),
      ("--hidden", "5e3", "--hidden"), ("--backend", "cuda", "unknown backend 'cuda'"),
    ] {
      let refused = try runProduct("recurrent", ["gradient-flow", "--output", path, option, value])
      #expect(refused.status == 64 && refused.errors.contains(expected), "\(option) \(value): \(refused.errors)")
    }
    let huge = try runProduct("recurrent", ["gradient-flow", "--output", path, "--hidden", "4096", "--steps", "10000"])
    #expect(huge.status == 64 && huge.errors.contains("expected at most 100000000"))
    #expect(try runProduct("recurrent", ["gradient-flow"]).errors.contains("--output"))
    let unwritable = try runProduct(
      "recurrent", ["gradient-flow", "--output", folder.path + "/missing/flow.svg", "--steps", "2"])
    #expect(
      unwritable.status == 1
        && unwritable.errors.contains("missing/flow.svg: cannot be written: No such file or directory"))
  }
}
