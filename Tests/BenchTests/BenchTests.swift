// The benchmark as a program: what it accepts, prints and writes. No test looks at a time.

import Foundation
import Testing
import _TestSupport

@Suite struct BenchTests {
  static let small = ["--seconds", "0", "--hidden", "8,17", "--batch", "3", "--lengths", "1,4", "--threads", "2"]

  @Test func jsonFollowsItsSchema() throws {
    let result = try runProduct("bench", BenchTests.small + ["--format", "json", "--ragged", "--bidirectional", "--layers", "2", "--input", "5"])
    #expect(result.status == 0)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(report["schema"] as? Int == 1)
    let host = try #require(report["host"] as? [String: Any])
    for key in ["cpu", "cores", "threads", "isa", "fma_gflops", "bandwidth_gbs"] { #expect(host[key] != nil, "\(key)") }
    #expect(host.keys.contains("quota") && host.keys.contains("openblas"))
    #expect(host["openblas"] is NSNull || (host["openblas"] as? [String: Any])?.keys.sorted() == ["core", "pinned", "threads", "version"])
    let results = try #require(report["results"] as? [[String: Any]])
    #expect(results.count == 3 * 2 * 2 * 2 * TestBackend.named.count)
    for r in results {
      #expect(
        r.keys.sorted() == [
          "backend", "batch", "cell", "directions", "fraction_of_peak", "gflops", "hidden", "input", "layers", "length", "mode", "ragged", "rounds",
          "seconds", "threads",
        ])
      let seconds = try #require(r["seconds"] as? [String: Double])
      #expect(seconds["min"]! <= seconds["median"]! && seconds["median"]! <= seconds["p90"]! && seconds["min"]! > 0)
      #expect((r["rounds"] as? Int)! >= 3 && r["layers"] as? Int == 2 && r["directions"] as? Int == 2 && r["input"] as? Int == 5)
    }
  }

  @Test func tablesHaveARowForEachLengthAndMode() throws {
    for format in ["table", "markdown", "csv"] {
      let result = try runProduct("bench", BenchTests.small + ["--format", format, "--cells", "gru", "--backends", "swift"])
      #expect(result.status == 0)
      if format == "csv" {
        #expect(result.output.split(separator: "\n").count == 1 + 2 * 2 * 2)
      } else {
        #expect(result.output.contains("GRU: hidden 8, input 8, batch 3") && result.output.contains("GRU: hidden 17, input 17, batch 3"))
        #expect(result.output.contains("GFLOP/s on one core"))
      }
      #expect(result.errors.contains("[8/8] gru training, hidden 17, batch 3, length 4"))
    }
  }

  @Test func deepBenchKeepsToItsLimit() throws {
    let result = try runProduct("bench", ["--suite", "deepbench", "--limit", "0.5", "--seconds", "0", "--backends", "swift"])
    #expect(result.status == 0)
    #expect(result.output.contains("DeepBench's rules") && result.output.contains("of 124 problems left out"))
  }

  @Test func theOutputFileIsWrittenWhole() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UInt32.random(in: 0 ... .max)).csv").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let result = try runProduct("bench", BenchTests.small + ["--format", "csv", "--output", path, "--cells", "elman", "--modes", "inference"])
    #expect(result.status == 0 && result.output.isEmpty)
    #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("cell,mode,backend,"))
  }

  @Test(arguments: [
    (["--cells", "perceptron"], "perceptron"), (["--backends", "cuda"], "unknown backend 'cuda'"), (["--hidden", "0"], "--hidden: 0 is out of range"),
    (["--lengths", "4,x"], "4,x"), (["--batch=-1"], "-1"), (["--threads", "0"], "'0' is not valid"), (["--seconds=-1"], "-1"),
    (["--suite", "mine"], "mine"), (["--format", "pdf"], "pdf"), (["--output", "/no/such/folder/file"], "/no/such/folder"),
    (["--suite", "deepbench", "--hidden", "8"], "does not go with"), (["--limit", "0"], "--limit"), (["--layers", "0"], "--layers"),
    (["--fast"], "--fast"),
  ])
  func wrongOptionsAreExplained(_ options: [String], _ text: String) throws {
    let result = try runProduct("bench", options)
    #expect(result.status != 0 && result.output.isEmpty)
    #expect(result.errors.contains(text), "\(result.errors)")
  }
}
