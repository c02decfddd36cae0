// The `bench` program: options, tables, plots, files and peers. No test depends on the wall clock.

import CRecurrentMachinePeak
import Foundation
import Recurrent
import RecurrentCore
import Testing
import RecurrentBench
import _TestSupport

@testable import RecurrentBench

@Suite struct BenchTests {
  static let small = ["--seconds", "0", "--hidden", "8,17", "--batch", "3", "--lengths", "1,4", "--threads", "2"]

  /// A backend that is observed computes what it computes alone: none of its own products is lost.
  @Test(arguments: [Precision.float32, .bfloat16]) func observationChangesNothing(_ precision: Precision) {
    struct Silent: BackendObserver {
      func observe<Result>(_ call: BackendCall, operations: Int, _ body: () -> Result) -> Result { body() }
    }
    var problem = Problem(cell: .lstm, mode: .languagemodel, input: 24, hidden: 24, batch: 3, length: 1)
    (problem.vocabulary, problem.precision) = (7, precision)
    let tokens = Indices([1, 2, 3], shape: [1, 3])
    for backend in TestBackend.all.map(\.backend) {
      let model = LanguageModel(problem)
      func gradients(_ backend: any Backend) -> [Tensor] {
        for named in model.parameters { named.parameter.zeroGradient() }
        let tape = Tape(backend: backend, precision: precision)
        crossEntropy(model(tokens, lengths: nil, tape), tokens).backward()
        return model.parameters.map { $0.parameter.gradient! }
      }
      #expect(
        gradients(backend) == gradients(ObservedBackend(base: backend, observer: Silent())),
        "\(backend.name), \(precision)")
    }
  }

  @Test func jsonFollowsItsSchema() throws {
    let result = try runProduct(
      "bench", BenchTests.small + ["--format", "json", "--ragged", "--bidirectional", "--layers", "2", "--input", "5"])
    #expect(result.status == 0)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(report["schema"] as? Int == 1)
    let host = try #require(report["host"] as? [String: Any])
    for key in ["cpu", "cores", "threads", "isa", "fma_gflops", "peaks", "paths", "bandwidth_gbs", "peers"] {
      #expect(host[key] != nil, "\(key)")
    }
    #expect(host.keys.contains("quota") && host.keys.contains("openblas"))
    #expect(
      host["openblas"] is NSNull
        || (host["openblas"] as? [String: Any])?.keys.sorted() == ["core", "pinned", "threads", "version"])
    let results = try #require(report["results"] as? [[String: Any]])
    #expect(results.count == 3 * 2 * 2 * 2 * TestBackend.named.count)
    for r in results {
      #expect(
        r.keys.sorted() == [
          "backend", "batch", "cell", "directions", "fraction_of_peak", "gflops", "hidden", "input", "layers", "length",
          "mode", "precision", "ragged", "rounds",
          "seconds", "threads",
        ])
      let seconds = try #require(r["seconds"] as? [String: Double])
      #expect(seconds["min"]! <= seconds["median"]! && seconds["median"]! <= seconds["p90"]! && seconds["min"]! > 0)
      #expect(
        (r["rounds"] as? Int)! >= 3 && r["layers"] as? Int == 2 && r["directions"] as? Int == 2
          && r["input"] as? Int == 5)
    }
  }

  @Test func tablesHaveARowForEachLengthAndMode() throws {
    for format in ["table", "markdown", "csv"] {
      let result = try runProduct(
        "bench", BenchTests.small + ["--format", format, "--cells", "gru", "--backends", "swift"])
      #expect(result.status == 0)
      if format == "csv" {
        #expect(result.output.split(separator: "\n").count == 1 + 2 * 2 * 2)
      } else {
        #expect(
          result.output.contains("GRU: hidden 8, input 8, batch 3")
            && result.output.contains("GRU: hidden 17, input 17, batch 3"))
        #expect(result.output.contains("GFLOP/s on one core"))
      }
      #expect(result.errors.contains("[8/8] gru training, hidden 17, batch 3, length 4"))
    }
  }

  /// Each suite has what its name says.
  @Test(arguments: [
    ("lengths", "[", 30), ("grid", "[", 360), ("streaming", "streaming", 30), ("gate", "[", 46),
    ("deepbench", "[", 124),
  ])
  func suitesAreComplete(_ suite: String, _ text: String, _ count: Int) throws {
    let result = try runProduct("bench", ["--suite", suite, "--filter", "^nothing"])
    #expect(
      result.status == 1 && result.errors.contains("matches none of \(count) problems, such as"), "\(result.errors)")
    if suite == "streaming" { #expect(result.errors.contains("'elman streaming, hidden 64, batch 1, length 64'")) }
  }

  @Test func aFilterNarrowsARun() throws {
    let result = try runProduct(
      "bench", BenchTests.small + ["--format", "csv", "--backends", "swift", "--filter", "LSTM t.*length 4"])
    #expect(result.status == 0 && result.output.split(separator: "\n").count == 1 + 2, "\(result.output)")
    #expect(
      result.output.contains("lstm,training,swift,8,8,3,4") && result.output.contains("lstm,training,swift,17,17,3,4"))
  }

  /// A row of two panels for each kind of problem, with a line for each backend and the peak.
  @Test func thePlotHasALineForEachBackend() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "bench-\(UInt32.random(in: 0 ... .max)).svg"
    ).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let result = try runProduct("bench", BenchTests.small + ["--plot", path, "--cells", "lstm"])
    #expect(result.status == 0 && result.output.contains("LSTM: hidden 8"), "\(result.errors)")
    let svg = try String(contentsOfFile: path, encoding: .utf8)
    #expect(isWellFormedXML(svg) && svg.contains("prefers-color-scheme: dark"))
    func count(_ text: String) -> Int { svg.components(separatedBy: text).count - 1 }
    // Two hidden sizes and two modes; each line once more in the legend.
    #expect(count("<g transform") == 2 * 4 && count(">peak</text>") == 4 && count(">at the peak</text>") == 4)
    for (index, name) in TestBackend.named.reversed().enumerated() {
      #expect(count("\"series\(index) line\"") == 2 * 4 + 1 && count(">\(name)</text>") == 1, "\(name)")
    }
  }

  @Test func deepBenchKeepsToItsLimit() throws {
    let result = try runProduct(
      "bench", ["--suite", "deepbench", "--limit", "0.5", "--seconds", "0", "--backends", "swift"])
    #expect(result.status == 0)
    #expect(result.output.contains("DeepBench's rules") && result.output.contains("of 124 problems skipped"))
  }

  @Test func theOutputFileIsWrittenWhole() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "bench-\(UInt32.random(in: 0 ... .max)).csv"
    ).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let result = try runProduct(
      "bench", BenchTests.small + ["--format", "csv", "--output", path, "--cells", "elman", "--modes", "inference"])
    #expect(result.status == 0 && result.output.isEmpty)
    #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("cell,mode,backend,"))
    // A pipe gets it once, at the end.
    let piped = try runProduct(
      "bench",
      BenchTests.small + ["--format", "csv", "--output", "/dev/stdout", "--cells", "elman", "--modes", "inference"])
    #expect(
      piped.status == 0 && piped.output.components(separatedBy: "cell,mode,backend,").count == 2, "\(piped.errors)")
    let refused = try runProduct("bench", BenchTests.small + ["--plot", FileManager.default.temporaryDirectory.path])
    #expect(refused.status == 1 && refused.errors.contains("--plot: ") && refused.errors.contains("it is a folder"))
  }

  @Test(arguments: ["--help", "-h"]) func helpIsShown(_ option: String) throws {
    let result = try runProduct("bench", [option])
    #expect(result.status == 0 && result.output.contains("USAGE: bench") && result.output.contains("--compare"))
  }

  @Test(arguments: ["table", "json", "csv"]) func aReportThatCannotBeWrittenIsAnError(_ format: String) throws {
    for (redirection, reason) in [
      (Redirection.fullOutput, "No space left on device"), (Redirection.closedOutput, "Bad file descriptor"),
    ] {
      let result = try runProduct("bench", BenchTests.one + ["--format", format], redirection: redirection)
      #expect(
        result.status == 1 && result.errors.hasSuffix("Error: standard output: cannot be written: \(reason)\n"),
        "\(result)")
    }
  }

  @Test(arguments: [Redirection.fullErrors, Redirection.closedErrors, Redirection.abandoned(2)])
  func progressThatCannotBeWrittenEndsNothing(_ redirection: String) throws {
    let result = try runProduct("bench", BenchTests.one + ["--format", "csv"], redirection: redirection)
    #expect(result.status == 0 && result.output.split(separator: "\n").count == 1 + 2, "\(result)")
  }

  /// Before anything is measured.
  @Test(arguments: ["--output", "--plot", "--save-baseline"]) func filesToWriteAreCheckedFirst(_ option: String) throws
  {
    let folder = FileManager.default.temporaryDirectory.path
    for path in [folder, ".", folder + "/none-\(UInt32.random(in: 0 ... .max))/a"] {
      let result = try runProduct("bench", BenchTests.one + [option, path])
      #expect(result.status == 1 && result.output.isEmpty, "\(result)")
      #expect(
        result.errors.contains("Error: \(option): \(path): ") && !result.errors.contains("measuring"), "\(result)")
    }
  }

  /// No file is written over by another one of the same run.
  @Test func everyFileHasOneUse() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UInt32.random(in: 0 ... .max))")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    for options in [["--plot", path], ["--save-baseline", path]] {
      let result = try runProduct("bench", BenchTests.one + ["--output", path] + options)
      #expect(result.status == 1 && result.errors.contains("is already used by another option"), "\(result)")
    }
    #expect(try runProduct("bench", ["--save-baseline", path, "--counts"] + BenchTests.one.dropFirst(2)).status == 0)
    let baseline = try Data(contentsOf: URL(fileURLWithPath: path))
    let result = try runProduct("bench", ["--check", path, "--counts", "--output", path])
    #expect(result.status == 1 && result.errors.contains("is already used by another option"), "\(result)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == baseline)
  }

  // MARK: Tables

  @Test func aNumberThatIsNotANumberHasNoSign() {
    #expect(number(-.nan, 2) == "nan" && number(.nan, 0) == "nan" && number(-1.25, 1) == "-1.2")
  }

  static func report(_ backends: [(name: String, share: Double, spread: Double)]) throws -> Report {
    let rate = #"{"one":500,"all":900}"#
    let results = ["inference", "training"].flatMap { mode in
      backends.map { name, share, spread in
        #"""
        {"cell":"lstm","mode":"\#(mode)","backend":"\#(name)","input":256,"hidden":256,"batch":32,\#
        "length":512,"layers":1,\#
        "directions":1,"ragged":false,"threads":2,\#
        "seconds":{"median":0.01234,"min":0.01,"p90":\#(0.01234 * (1 + spread))},"rounds":15,"gflops":321.5,\#
        "fraction_of_peak":\#(share)}
        """#
      }
    }
    let host =
      #"{"cpu":"Some CPU","cores":2,"threads":2,"isa":"AVX-512","fma_gflops":\#(rate),"bandwidth_gbs":["#
      + [32, 512, 2048, 8192, 65536].map { #"{"kib":\#($0),"one":123.4,"all":234.5}"# }.joined(separator: ",")
      + #"],"peers":[]}"#
    let json = #"{"schema":1,"host":\#(host),"notes":[],"results":[\#(results.joined(separator: ","))]}"#
    let decoder = JSONDecoder()
    return try decoder.decode(Report.self, from: Data(json.utf8))
  }

  /// However many backends, and whatever they are called.
  @Test func tablesFitAPageUnlessDetailsAreAskedFor() throws {
    let names = ["swift", "openblas", "packed", "packed (denormals)", "onnxruntime-cpu", "pytorch"]
    let report = try BenchTests.report(names.map { ($0, 0.5, 0.1) })
    for width in [120, 80] {
      let lines = try report.rendered(.table, width: width).split(separator: "\n")
      #expect(lines.allSatisfy { $0.displayWidth <= width }, "\(lines)")
      for name in names { #expect(lines.contains { $0.contains(name) && $0.contains("of peak") }, "\(name)") }
      #expect(
        lines.contains { $0.hasPrefix("  ") && $0.contains("65536 KiB") } && !lines.contains { $0.contains("spread") })
      // Each part says of what it is.
      let parts = lines.count { $0.contains("of peak") }
      #expect(
        parts > 1 && lines.count { $0.hasPrefix("inference     512") } == parts
          && lines.count { $0.hasPrefix("training      512") } == parts)
    }
    let details = try report.rendered(.table, width: nil)
    #expect(
      details.components(separatedBy: "spread").count == 7
        && details.split(separator: "\n").contains { $0.displayWidth > 200 })
    let three = try BenchTests.report(Array(names.prefix(3)).map { ($0, 0.5, 0.1) }).rendered(.table)
    #expect(three.split(separator: "\n").count { $0.contains("of peak") } == 1, "three backends stand side by side")
  }

  @Test func disturbedFiguresAreMarkedAndExplained() throws {
    let report = try BenchTests.report([("swift", 1.034, 0.1), ("openblas", 0.5, 1.2), ("packed", 0.5, 0.99)])
    let text = try report.rendered(.table)
    let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("inference") })
    #expect(
      row.contains("103.4 %*") && row.contains("12.34 ms*") && row.components(separatedBy: "*").count == 3, "\(row)")
    #expect(
      text.contains("\n* disturbed: a share above 100 %, or a spread above 100 %")
        && text.split(separator: "\n").allSatisfy { $0.count <= 120 })
    #expect(
      try report.rendered(.table, width: nil).contains("+120 %*")
        && report.rendered(.markdown).contains("\n\\* disturbed: "))
    #expect(try !report.rendered(.csv).contains("*") && !report.rendered(.json).contains("disturbed"))
    #expect(try !BenchTests.report([("swift", 1, 1)]).rendered(.table).contains("*"))
    let refused = try runProduct("bench", BenchTests.one + ["--details", "--format", "csv"])
    #expect(refused.status == 1 && refused.errors.contains("--details requires"))
  }

  // MARK: Progress

  /// By a clock that stands still but for what is said here. The text gives way to the time.
  @Test func stepsTellTheTimeThatIsLeft() {
    var (time, columns) = (Duration.zero, nil as Int?)
    var lines: [String] = []
    let progress = Progress(total: 4, now: { time }, columns: { columns }, write: { lines.append($0) }, say: { _ in })
    progress.step("a")
    time = .seconds(2)
    progress.step("b")
    time = .seconds(100)
    progress.step("c")
    progress.begin(3, "times", seconds: 30)
    progress.step("d")
    columns = 24
    time = .seconds(160)
    progress.step("a long name of a problem")
    columns = nil
    time = .seconds(220)
    progress.begin(2, "again", times: 2)
    progress.step("d")
    #expect(
      lines == [
        "[1/4] a", "[2/4] b, 6.0 s left", "[3/4] c, 1:40 min left", "[1/3] times: d, 1:30 min left",
        "[2/3] tim, 2:00 min left",
        "[1/2] again: d, 4:00 min left",
      ])
  }

  /// A line that is longer than the terminal is wide could not be written over.
  @Test func statusLinesFitTheTerminal() throws {
    let columns = 30
    let (status, text) = try runOnTerminal("bench", BenchTests.one + ["--format", "csv"], columns: UInt16(columns))
    #expect(status == 0 && text.contains("[1/2] gru infer"), "\(text)")
    let lines = text.components(separatedBy: "\r").filter { !$0.hasPrefix("cell,") && !$0.hasPrefix("\n") }
    #expect(lines.allSatisfy { $0.count < columns } && text.contains(" left"), "\(lines)")
    #expect(text.contains(" \rcell,mode,") && !text.contains("\u{1B}"))
  }

  // MARK: Peers

  /// A peer in the shell: what it says at the start, and what it does about training and with a
  /// run.
  static func peer(
    _ greeting: String, training: String = #"echo '{"ready":true}'"#, run: String = #"echo '{"seconds":0.125}'"#
  ) -> [String] {
    let setup = #"*'"setup"'*) echo '{"ready":true}'"#
    let answers = #"case "$line" in *'"training"'*) \#(training);; \#(setup);; *) \#(run);; esac"#
    return ["--peer", "echo '\(greeting)'; while read -r line; do \(answers); done"]
  }

  static let greeting = #"{"name":"fake","version":"1.5"}"#
  static let one = [
    "--seconds", "0", "--hidden", "8", "--batch", "3", "--lengths", "4", "--cells", "gru", "--backends", "swift",
    "--threads", "1",
  ]

  func report(_ options: [String], status: Int32 = 0) throws -> (
    notes: [String], peers: [[String: String]], results: [[String: Any]]
  ) {
    let result = try runProduct("bench", options + ["--format", "json"])
    #expect(result.status == status, "\(result.errors)")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let host = try #require(report["host"] as? [String: Any])
    let peers = try #require(host["peers"] as? [[String: String]])
    return (try #require(report["notes"] as? [String]), peers, try #require(report["results"] as? [[String: Any]]))
  }

  @Test func aPeerIsAContestant() throws {
    let (notes, peers, results) = try report(
      BenchTests.one + BenchTests.peer(BenchTests.greeting, training: #"echo '{"unsupported":"training"}'"#))
    #expect(notes == ["fake does not support: training"])
    #expect(peers == [["name": "fake", "version": "1.5"]])
    #expect(results.map { $0["backend"] as? String } == ["swift", "fake", "swift"])
    #expect(
      (results[1]["seconds"] as? [String: Double])?["median"] == 0.125 && results[1]["mode"] as? String == "inference")
  }

  @Test(arguments: ["table", "markdown"]) func tablesEndWithAComparison(_ format: String) throws {
    let second = BenchTests.peer(#"{"name":"other","version":"2"}"#, training: #"echo '{"unsupported":"training"}'"#)
    let result = try runProduct(
      "bench", BenchTests.one + BenchTests.peer(BenchTests.greeting) + second + ["--format", format])
    #expect(result.status == 0)
    for text in ["peers: fake 1.5, other 2", "swift : fake", "swift : other", "swift against the peers"] {
      #expect(result.output.contains(text), "\(text)")
    }
    let comparison = result.output.split(separator: "\n").filter { $0.contains("hidden 8, batch 3, length 4") }
    #expect(comparison.count == 3 + 2)
    #expect(comparison.contains { $0.contains("GRU training") && $0.contains("the fastest") })
  }

  @Test(arguments: [
    (peer(#"{"name":"fake","error":"No module named fake"}"#), "fake is missing: No module named fake"),
    (
      ["--peer", "/no/such/program"],
      "did not answer {\"name\": \"...\", \"version\": \"...\"}, and ended with status 127 (standard error: "
    ),
    (["--peer", "echo hello; echo oops >&2"], "answered 'hello' instead of"),
    (["--peer", "yes"], "peer 'yes' answered 'y' instead of"),
    (["--peer", #"yes | tr -d '\n'"#], "answered 'yyyy"),
    (peer(#"{"name":"swift","version":"6"}"#), "calls itself 'swift'; expected letters"),
    (peer(#"{"name":"a,b","version":"6"}"#), "calls itself 'a,b'; expected letters"),
    (
      peer(greeting, run: "echo broken >&2; exit 3"),
      "fake did not answer {\"seconds\": ...}, and ended with status 3 (standard error: broken)"
    ),
    (peer(greeting, run: "kill -9 $$"), "ended with status 9"),
    (
      peer(greeting, run: #"echo '{"seconds":"long"}'"#),
      #"fake answered '{"seconds":"long"}' instead of {"seconds": ...}"#
    ),
    (peer(greeting, run: #"echo '{"seconds":0}'"#), #"fake answered '{"seconds":0}' instead of"#),
    (peer(greeting, run: #"echo '{"ready":true}'"#), #"fake answered '{"ready":true}' instead of"#),
  ])
  func aPeerThatFailsIsLeftOut(_ peer: [String], _ text: String) throws {
    // One that says itself that it cannot work is no failure.
    let (notes, _, results) = try report(BenchTests.one + peer, status: text.contains("is missing") ? 0 : 1)
    #expect(notes.count == 1 && notes[0].contains(text), "\(notes)")
    #expect(results.map { $0["backend"] as? String } == ["swift", "swift"])
  }

  /// Before anything is measured; the report ends with it too.
  @Test func aPeerThatCannotStartIsToldAtOnce() throws {
    let result = try runProduct("bench", BenchTests.one + ["--peer", "/no/such/program", "--format", "csv"])
    let failure = try #require(result.errors.range(of: "ended with status 127"))
    let measuring = try #require(result.errors.range(of: "measuring the machine's peak"))
    #expect(result.status == 1 && failure.lowerBound < measuring.lowerBound, "\(result.errors)")
  }

  /// A peer is asked for what it says that it runs: float32 and the older modes, if it says nothing.
  @Test func aPeerIsComparedInItsPrecisions() throws {
    let options = BenchTests.one + ["--modes", "inference", "--precision", "float32,int8"]
    let (notes, _, results) = try report(options + BenchTests.peer(BenchTests.greeting))
    #expect(notes == ["fake does not support: int8"])
    #expect(
      results.map { "\($0["backend"]!) \($0["precision"]!)" } == ["swift float32", "swift int8", "fake float32"])
    let greeting = #"{"name":"fake","version":"1.5","precisions":["float32","int8"],"modes":["inference"]}"#
    let table = try runProduct("bench", options + BenchTests.peer(greeting))
    for text in ["swift int8 : swift", "swift : fake", "swift int8 : fake int8"] {
      #expect(table.output.contains(text), "\(text): \(table.output)")
    }
    let comparison = table.output.split(separator: "\n").filter { $0.hasPrefix("GRU inference") }
    #expect(comparison.contains { $0.contains("int8") && $0.contains("fake") }, "\(comparison)")
    let (others, _, none) = try report(
      BenchTests.one + ["--modes", "evaluation", "--vocabulary", "5"] + BenchTests.peer(greeting))
    #expect(others == ["fake does not support: evaluation"] && none.count == 1)
  }

  /// A peer has one problem at a time, so that each precision sets up its own in its turn.
  @Test func aPeerSetsUpThePrecisionWhoseTurnItIs() throws {
    let greeting = #"{"name":"fake","version":"1.5","precisions":["float32","int8"],"modes":["inference"]}"#
    let answers = #"""
      case "$line" in *'"int8"'*) s=0.5; echo '{"ready":true}';; *'"setup"'*) s=0.25; echo '{"ready":true}';; \
      *) echo "{\"seconds\":$s}";; esac
      """#
    let (_, _, results) = try report(
      BenchTests.one + ["--modes", "inference", "--precision", "float32,int8"]
        + ["--peer", "echo '\(greeting)'; while read -r line; do \(answers); done"])
    let times = results.filter { $0["backend"] as? String == "fake" }.map {
      ($0["seconds"] as? [String: Double])?["median"]
    }
    #expect(times == [0.25, 0.5])
  }

  // MARK: Precisions

  /// Shares are of the peak of the right precision; what does not run in one is left out, and said.
  @Test func precisionsTakeTurnsOnEachProblem() throws {
    let options = BenchTests.one + ["--precision", "float32,bfloat16,int8,int8"]
    let result = try runProduct("bench", options + ["--format", "json"])
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    #expect(
      report.results.map { "\($0.mode) \($0.precision)" } == [
        "inference float32", "inference bfloat16", "inference int8", "training float32", "training bfloat16",
      ])
    #expect(report.notes == ["not measured in int8: training; int8 is for inference"])
    let peaks = try #require(report.host.peaks)
    #expect(peaks.map(\.precision) == [.float32, .bfloat16, .int8])
    #expect(
      peaks.allSatisfy { $0.gflops.one > 0 && $0.gflops.all >= $0.gflops.one && !$0.isa.isEmpty })
    #expect(peaks[0].isa == report.host.isa && peaks[0].gflops.all == report.host.fma_gflops.all)
    for result in report.results {
      #expect(abs(result.fraction_of_peak * report.host.peak(result.precision).all / result.gflops - 1) < 1e-9)
    }
    #expect(report.host.paths?.map { "\($0.precision) \($0.backend)" } == ["bfloat16 swift", "int8 swift"])
    let table = try runProduct("bench", options).output
    for text in ["peak in int8 (", "bfloat16 on swift: ", "swift bfloat16 : swift", "against float32: relative speed"] {
      #expect(table.contains(text), "\(text): \(table)")
    }
    let lines = try runProduct("bench", options + ["--format", "csv"]).output.split(separator: "\n")
    #expect(lines[0].hasSuffix(",fraction_of_peak,precision,vocabulary") && lines[3].hasSuffix(",int8,"), "\(lines)")
  }

  /// Reports, baselines and setups from before there were precisions are of float32.
  @Test func anAbsentPrecisionIsFloat32() throws {
    let report = try BenchTests.report([("swift", 0.5, 0.1)])
    #expect(report.results.allSatisfy { $0.precision == .float32 && $0.vocabulary == nil })
    #expect(report.host.peak(.float32).all == 900 && report.host.lines.count == 4)
    let problem = try JSONDecoder().decode(
      Problem.self,
      from: Data(
        #"""
        {"cell":"lstm","mode":"languagemodel","input":8,"hidden":8,"batch":1,"length":1,"layers":1,\#
        "bidirectional":false,"ragged":false,"deepbench":false}
        """#.utf8))
    #expect(problem.precision == .float32 && problem.words == 10_000)
    #expect(problem.name == "lstm languagemodel, hidden 8, batch 1, length 1")
    var other = problem
    (other.precision, other.vocabulary) = (.bfloat16, 100)
    #expect(other.name == "lstm languagemodel, hidden 8, batch 1, length 1, vocabulary 100, bfloat16")
    #expect(try JSONDecoder().decode(Problem.self, from: JSONEncoder().encode(other)) == other)
  }

  /// The suite of layers, and the plot, have them too.
  @Test func layerCostsAndPlotsHavePrecisions() throws {
    let sizes = ["--hidden", "8", "--batch", "2", "--lengths", "3", "--seconds", "0", "--backends", "swift"]
    let costs = try runProduct(
      "bench",
      ["--suite", "layercosts", "--cells", "gru", "--precision", "float32,int8", "--filter", "zoneout"] + sizes)
    #expect(costs.output.contains("\nswift int8: 2 layers of 8, batch 2, length 3\n"), "\(costs.output)")
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("p-\(UInt32.random(in: 0 ... .max)).svg")
    defer { try? FileManager.default.removeItem(at: path) }
    let plot = try runProduct(
      "bench", sizes + ["--cells", "gru", "--precision", "float32,int8", "--modes", "inference", "--plot", path.path])
    #expect(plot.status == 0, "\(plot.errors)")
    let svg = try String(contentsOf: path, encoding: .utf8)
    for text in [">swift int8</text>", ">at the peak</text>", ">at the peak int8</text>"] {
      #expect(svg.contains(text), "\(text)")
    }
  }

  /// The rate of each instruction set is there, and its operations are counted in proportion.
  @Test(arguments: Precision.allCases) func thePeakOfAPrecisionIsMeasured(_ precision: Precision) {
    let isa = String(cString: machine_peak_isa(precision.peak))
    #expect(!isa.isEmpty)
    let one = machine_peak_multiply_add(precision.peak, 1)
    #expect(one > 0 && machine_peak_multiply_add(precision.peak, 1000) == 1000 * one)
  }

  // MARK: Modes, denormal numbers, interruptions

  @Test func streamingGoesStepByStep() throws {
    let (_, _, results) = try report(BenchTests.small + ["--modes", "streaming", "--layers", "2", "--input", "5"])
    #expect(results.count == 3 * 2 * 2 * TestBackend.named.count)
    #expect(results.allSatisfy { $0["mode"] as? String == "streaming" })
  }

  /// A whole training step, which counts the products with the words too.
  @Test func languageModelsTakeAWholeStep() throws {
    let (_, _, results) = try report(
      [
        "--seconds", "0", "--hidden", "8", "--batch", "3", "--lengths", "4", "--cells", "lstm", "--layers", "2",
        "--modes", "languagemodel", "--backends", "swift",
      ])
    let result = try #require(results.first)
    let seconds = try #require((result["seconds"] as? [String: Double])?["median"])
    let multiplications: Double = 2 * 4 * 8 * 16 + 8 * 10_000
    let operations = 3 * 2 * 12 * multiplications
    #expect(results.count == 1 && abs((result["gflops"] as! Double) * seconds * 1e9 / operations - 1) < 1e-9)
  }

  /// What trainers run besides recurrent layers, on every backend, with any vocabulary.
  @Test func partsOfATrainingStepRunByThemselves() throws {
    let modes = ["languagemodel", "evaluation", "adam", "crossentropy", "dropout", "layernorm", "attention", "tape"]
    let (_, _, results) = try report(
      [
        "--seconds", "0", "--hidden", "8", "--batch", "3", "--lengths", "4", "--cells", "gru", "--vocabulary", "11",
        "--modes", modes.joined(separator: ","), "--threads", "2",
      ])
    #expect(results.count == modes.count * TestBackend.named.count)
    for mode in modes {
      let own = results.filter { $0["mode"] as? String == mode }
      #expect(own.count == TestBackend.named.count, "\(mode)")
      #expect(own.allSatisfy { ($0["vocabulary"] as? Int == 11) == modes.prefix(4).contains(mode) }, "\(mode)")
      #expect(own.allSatisfy { ($0["gflops"] as! Double) > 0 }, "\(mode)")
    }
  }

  /// The stages are the whole step, and their products all that a step has.
  @Test(arguments: ["float32", "bfloat16"]) func aProfileAccountsForTheWholeStep(_ precision: String) throws {
    let options = [
      "--modes", "languagemodel", "--profile", "--hidden", "8", "--batch", "3", "--lengths", "4", "--cells", "gru",
      "--vocabulary", "11", "--seconds", "0", "--threads", "2", "--precision", precision,
    ]
    let result = try runProduct("bench", options + ["--format", "json"])
    #expect(result.status == 0, "\(result.errors)")
    let profiles = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])["profiles"]
    let all = try #require(profiles as? [[String: Any]])
    #expect(all.count == TestBackend.named.count)
    for profile in all {
      #expect(profile["precision"] as? String == precision && profile["rounds"] as! Int >= 3)
      let stages = try #require(profile["stages"] as? [[String: Any]])
      #expect(stages.map { $0["stage"] as? String } == StepProfile.Stage.allCases.map(\.rawValue))
      let shares = stages.map { $0["share"] as! Double }
      let ofPeak = zip(shares, stages).reduce(0) { $0 + $1.0 * ($1.1["fraction_of_peak"] as! Double) }
      #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
      #expect(abs(ofPeak / (profile["fraction_of_peak"] as! Double) - 1) < 1e-9)
    }
    let table = try runProduct("bench", options + ["--backends", "packed"]).output
    #expect(table.contains("\noutput, backward ") && table.contains("packed: gru languagemodel"), "\(table)")
    let lines = try runProduct("bench", options + ["--backends", "packed", "--format", "csv"]).output
      .split(separator: "\n")
    #expect(lines.count == 10 && lines[0].hasPrefix("problem,backend,seconds,stage,share"), "\(lines)")
  }

  /// A ratio for each kind of layer, cell and mode, in every format; `engine` for training only.
  @Test func layerCostsHasEveryKind() throws {
    let options = [
      "--suite", "layercosts", "--hidden", "8", "--batch", "2", "--lengths", "3", "--seconds", "0", "--threads", "1",
      "--backends", "swift",
    ]
    let table = try runProduct("bench", options)
    #expect(table.status == 0, "\(table.errors)")
    #expect(table.output.contains("\nswift: 2 layers of 8, batch 2, length 3\n"), "\(table.output)")
    for kind in LayerKind.allCases.map(\.rawValue) {
      let row = table.output.split(separator: "\n").first { $0.hasPrefix(kind + " ") }
      #expect(row?.matches(of: #/ \d+\.\d\d/#).count == (kind == "engine" ? 3 : 6), "\(kind): \(table.output)")
    }
    let lines = try runProduct("bench", options + ["--format", "csv", "--filter", "training.*(engine|zoneout)"])
      .output.split(separator: "\n")
    #expect(
      lines.count == 7
        && lines[0] == "cell,mode,kind,backend,hidden,batch,length,layers,threads,rounds,ratio,precision")
    #expect(lines[1].hasPrefix("elman,training,engine,swift,8,2,3,2,1,"), "\(lines)")
    let json = try runProduct("bench", options + ["--format", "json", "--cells", "gru", "--modes", "inference"])
    let costs = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect((costs?["layer_costs"] as? [[String: Any]])?.count == 10, "\(json.output)")
  }

  /// A row for each number of streams, and one for half more than are admitted, in every format.
  @Test func servingHasARowForEachNumberOfStreams() throws {
    let options = [
      "--suite", "serving", "--hidden", "8", "--streams", "1,3", "--frames", "20", "--seconds", "0.05", "--threads",
      "1", "--backends", "swift", "--filter", "streams",
    ]
    let table = try runProduct("bench", options)
    #expect(table.status == 0, "\(table.errors)")
    #expect(table.output.contains("\nswift: LSTM 1 layer of 8, frames of 20 ms\n"), "\(table.output)")
    #expect(table.output.split(separator: "\n").count { $0.contains(#/^ +[13] +[13] .*[um]s/#) } == 2)
    let lines = try runProduct("bench", options + ["--format", "csv"]).output.split(separator: "\n")
    #expect(lines.count == 3 && lines[0].hasPrefix("cell,backend,precision,input,hidden,layers,threads,frame_ms,"))
    #expect(lines[2].hasPrefix("lstm,swift,float32,8,8,1,1,20,0.02,3,3,0,"), "\(lines)")
    let json = try runProduct("bench", options + ["--format", "json", "--cells", "gru"])
    // Four runs of 64 steps take 0.125 s: a step takes 0.49 ms.
    let peer = BenchTests.peer(BenchTests.greeting)
    let beside = try runProduct("bench", options + peer)
    #expect(beside.status == 0 && beside.output.contains("peers: fake 1.5"), "\(beside)")
    let line = "\nfake: a step 488.3 us, so at most 40 streams one at a time\n"
    #expect(beside.output.contains(line), "\(beside.output)")
    let columns = try runProduct("bench", options + peer + ["--format", "csv"]).output.split(separator: "\n")
    #expect(columns[0].hasSuffix(",waking_p99_s,fake_step_s") && columns[2].hasSuffix(",0.00048828125"), "\(columns)")
    let report = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let serving = try #require(report?["serving"] as? [[String: Any]])
    #expect(
      serving.count == 2 && serving.allSatisfy { ($0["frames"] as? Int ?? 0) > 0 && $0["cell"] as? String == "gru" })
    #expect(
      try Bench.parse(["--suite", "serving"]).chosenServing().map(\.streams) == [
        1, 10, 100, 1000, 2000, nil, 1, 10, 100, 1000, 2000, nil,
      ])
  }

  @Test func callersHaveAColumnOfTheirOwn() throws {
    let (_, _, results) = try report(BenchTests.one + ["--callers", "3", "--modes", "inference,training,streaming"])
    #expect(
      results.compactMap { $0["backend"] as? String }
        == Array(repeating: ["swift", "swift (3 callers)"], count: 3).flatMap { $0 })
  }

  @Test func denormalsHaveAColumnOfTheirOwn() throws {
    let (_, _, results) = try report(BenchTests.one + ["--denormals", "--modes", "inference,training,streaming"])
    #expect(
      results.map { $0["backend"] as? String }
        == Array(repeating: ["swift", "swift (denormals)"], count: 3).flatMap { $0 })
  }

  @Test(arguments: [("INT", Int32(130)), ("TERM", 143)]) func whatWasMeasuredBeforeAnInterruptionIsKept(
    _ signal: String, _ status: Int32
  ) throws {
    let (notes, _, results) = try report(
      BenchTests.one + BenchTests.peer(BenchTests.greeting, training: "kill -\(signal) $PPID; echo '{\"ready\":true}'"),
      status: status)
    #expect(notes == ["interrupted: 1 of 2 problems measured"])
    #expect(results.map { $0["mode"] as? String } == ["inference", "inference"])
  }

  /// Of all options, tried with everything that `bench` can be asked to do.
  @Test func everyOptionIsTakenOrRefused() throws {
    let calls = [
      [], ["--suite", "grid"], ["--suite", "streaming"], ["--suite", "deepbench"], ["--suite", "gate"],
      ["--suite", "scaling"], ["--suite", "serving"], ["--suite", "layercosts"], ["--save-baseline", "b"],
      ["--save-baseline", "b", "--suite", "grid"], ["--save-baseline", "b", "--counts"], ["--check", "b"],
      ["--check", "b", "--counts"], ["--compare", "b"],
      ["--compare", "b", "--suite", "grid"], ["--serve"],
    ]
    let purposes = ["save-baseline", "check", "compare", "serve"]
    var taken = Set(purposes)
    for call in calls {
      for option in try #require(programOptions("bench")["bench"])
      where !call.contains("--" + option.name) && !purposes.contains(option.name) {
        // Refused or taken; a value that does not go with the rest is an error of the parser's.
        guard let refusal = try? refusedOptions(among: call + option.arguments) else {
          taken.insert(option.name)
          continue
        }
        #expect(
          refusal.hasPrefix("--\(option.name): bench with ")
            && refusal.contains("does not take this option; it takes --"), "\(refusal)")
      }
    }
    #expect(try taken == Set(programOptions("bench")["bench"]!.map(\.name)))
    for (call, refused) in [
      (["--tolerance", "0.1"], "--tolerance"), (["--check", "b", "--counts", "--tolerance", "0.1"], "--tolerance"),
      (["--save-baseline", "b", "--counts", "--seconds", "1"], "--seconds"),
      (["--suite", "gate", "--layers", "1"], "--layers"),
      (["--save-baseline", "b", "--tolerance", "0.1"], "--tolerance"), (["--serve", "--threads", "1"], "--threads"),
    ] {
      #expect(try refusedOptions(among: call)?.hasPrefix("\(refused): bench with ") == true, "\(call)")
    }
  }

  @Test(arguments: [
    (["--modes", "streaming", "--bidirectional"], "one direction"),
    (["--modes", "streaming", "--ragged"], "full lengths"),
    (["--suite", "deepbench", "--peer", "true"], "--peer"),
    (["--modes", "languagemodel", "--denormals"], "--modes languagemodel"),
    (["--suite", "deepbench", "--modes", "streaming"], "--modes streaming"),
    (["--suite", "layercosts", "--modes", "streaming"], "--modes streaming"),
    (["--suite", "layercosts", "--backends", "sgemm"], "--backends sgemm"),
    (["--modes", "adam", "--backends", "sgemm"], "--modes adam"),
    (["--suite", "deepbench", "--modes", "tape"], "--modes tape cannot be combined with --suite deepbench"),
    (["--profile"], "--profile requires --modes languagemodel"),
    (["--precision", "float16"], "float16"), (["--vocabulary", "0", "--modes", "adam"], "--vocabulary: 0 is out"),
    (["--vocabulary", "100"], "--vocabulary requires --modes languagemodel"),
    (
      ["--precision", "int8", "--modes", "training,languagemodel"],
      "--precision int8: none of the modes training, languagemodel runs in it; int8 is for inference"
    ),
    (["--suite", "layercosts", "--check", "b"], "--suite layercosts cannot be combined with a gate"),
    (["--suite", "scaling", "--check", "b"], "--suite scaling cannot be combined with a gate"),
    (["--suite", "scaling", "--simulate", "1"], "--simulate: 1 is out of range; expected 2 to 255"),
    (["--callers", "1"], "--callers: 1 is out of range; expected 2 to 1000"),
    (["--suite", "scaling", "--callers", "4"], "--callers: bench with --suite scaling does not take"),
    (["--simulate", "2"], "--simulate: bench with --suite lengths does not take"),
    (["--suite", "scaling", "--plot", "p.svg"], "--plot: bench with --suite scaling does not take"),
    (["--suite", "scaling", "--threads", "1,256"], "--threads: '256' is not valid; expected a whole number from 1 to"),
    (["--suite", "scaling", "--threads", "2,x"], "2,x"), (["--suite", "scaling", "--threads", ""], "--threads"),
    (["--threads", "1,2"], "--threads: 1,2 is a list; expected one number, except with --suite scaling"),
    (["--suite", "serving", "--compare", "b"], "--suite serving cannot be combined with a gate"),
    (["--suite", "serving", "--streams", "0"], "--streams: 0 is out of range"),
    (["--suite", "serving", "--frames", "10,100000"], "--frames: 100000 is out of range"),
    (["--suite", "serving", "--backends", "sgemm"], "--backends sgemm"),
    (["--streams", "10"], "--streams: bench with --suite lengths does not take"),
    (["--suite", "layercosts", "--bidirectional"], "--bidirectional: bench with --suite layercosts does not take"),
    (["--cells", "perceptron"], "perceptron"), (["--backends", "cuda"], "unknown backend 'cuda'"),
    (["--hidden", "0"], "--hidden: 0 is out of range; expected 1 to 1000000"),
    (["--layers", "0"], "--layers: 0 is out of range; expected 1 to 1000"),
    (["--input=-1"], "--input: -1 is out of range; expected 0 to 1000000"),
    (["--seconds=-1"], "--seconds: -1.0 is out of range; expected a number of 0 or above"),
    (["--plot", "plot.png"], "--plot: plot.png ends in .png; expected .svg"),
    (["--lengths", "4,x"], "4,x"), (["--batch=-1"], "-1"), (["--threads", "0"], "'0' is not valid"),
    (["--suite", "mine"], "mine"), (["--format", "pdf"], "pdf"),
    (["--output", "/no/such/folder/file"], "/no/such/folder"),
    (
      ["--suite", "deepbench", "--hidden", "8"],
      "--hidden: bench with --suite deepbench, whose problems are fixed, does not take this option; it takes --suite, "
    ), (["--limit", "0"], "--limit"),
    (["--fast"], "--fast"),
  ])
  func wrongOptionsAreExplained(_ options: [String], _ text: String) throws {
    let result = try runProduct("bench", options)
    #expect(result.status != 0 && result.output.isEmpty)
    #expect(result.errors.contains(text), "\(result.errors)")
  }
}
