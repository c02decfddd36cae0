// Performance gate: baselines, checks and comparisons. No test depends on the wall clock: compared
// times differ by a factor of ten, or are made up.

import Foundation
import RecurrentInterchange
import Testing
import _TestSupport

@testable import RecurrentBench

// MARK: The decision

@Suite struct GateTests {
  /// scipy.stats.mannwhitneyu(later, earlier, alternative="greater", method="asymptotic").
  @Test(
    arguments: [
      ([4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 11.5], [1.0, 2, 3, 4, 5, 6, 7, 8], 0.011974337439879718),
      ([1.0, 2, 3, 4, 5, 6, 7, 8], [4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 11.5], 0.990935496067514),
      ([2.0, 3, 3, 4, 4, 5, 5, 6, 6, 7], [1.0, 1, 2, 2, 3, 3, 4, 4, 5], 0.017428543550722042),
      ([1.0, 1, 1], [1.0, 1, 1], 1.0), ([], [1.0, 2], 1.0),
    ] as [([Double], [Double], Double)])
  func theRankTestAgreesWithScipy(_ later: [Double], _ earlier: [Double], _ expected: Double) {
    #expect(abs(RankTest.probability(that: later, isNoLargerThan: earlier) - expected) < 1e-12)
  }

  static let problem = Problem(cell: .lstm, mode: .inference, input: 8, hidden: 8, batch: 2, length: 3)

  /// Rounds of about 1 s times `factor`, whose fastest turns take `fastest` times 0.9 s.
  static func seconds(_ factor: Double, fastest: Double? = nil, count: Int = 30) -> Series {
    var series = Series()
    for round in 0..<count {
      let usual = factor * (1.05 + 0.05 * sin(Double(round)))
      series.add([usual * 1.1, round == 7 ? 0.9 * (fastest ?? factor) : usual])
    }
    return series
  }

  static func trial(
    _ factor: Double, fastest: Double? = nil, witness: Double? = nil, count: Int = 30, waited: Double = 0
  ) -> Trial {
    let (before, now) = (Cost(seconds: seconds(1)), Cost(seconds: seconds(factor, fastest: fastest, count: count)))
    let witnesses = witness.map { [(before: before, now: Cost(seconds: seconds($0)))] } ?? []
    return Trial(
      backend: "packed", before: before, now: now, witnesses: witnesses, waited: waited,
      figures: .init(before: 1, now: factor, unit: .seconds))
  }

  /// A case fails only when median, fastest turn, ranks and witness agree.
  @Test(arguments: [
    (trial(1.15), true), (trial(1.08), false), (trial(1), false), (trial(0.8), false),
    (trial(1.15, fastest: 1.06), true), (trial(1.06, fastest: 1.15), true), (trial(1.5, fastest: 1.04), false),
    (trial(1.04, fastest: 1.5), false),
    (trial(1.15, witness: 1.12), true), (trial(1.15, witness: 1.06), true),
    (trial(1.15, fastest: 1.08, witness: 1.06), false),
    (trial(1.15, witness: 1), false), (trial(1.15, witness: 0.7), false),
    (trial(1.15, count: 2), false),
  ])
  func allSignsHaveToAgree(_ trial: Trial, _ isSlower: Bool) { #expect(trial.slowdown.exceeds(0.1) == isSlower) }

  @Test func aSuspectIsMeasuredAgainWithMoreRounds() {
    var gate = Gate(tolerance: 0.1)
    var times: [Int] = []
    gate.run([GateTests.problem], Progress(total: 1)) { _, n in
      times.append(n)
      return [GateTests.trial(1.2)]
    }
    #expect(times == [1, 2, 4] && gate.hasFailed && gate.slower.count == 1 && gate.slower[0].attempts == 3)
  }

  @Test func aDisturbanceThatPassesIsForgiven() {
    var gate = Gate(tolerance: 0.1)
    var calls = 0
    gate.run([GateTests.problem], Progress(total: 1)) { _, n in
      calls += 1
      return [GateTests.trial(n == 1 ? 1.4 : 1)]
    }
    #expect(calls == 2 && !gate.hasFailed && gate.isComplete && gate.cases.count == 1 && gate.cases[0].verdict == .same)
  }

  /// Half of the tolerance is no reason to fail, and none to believe that nothing has changed.
  @Test(
    arguments: [
      ([1.07, 1.2, 1.2, 1.2], 4, true), ([1.2, 1.07, 1.2, 1.2], 4, true), ([1.07, 1], 2, false),
      ([1.2, 1.2, 1], 3, false),
      ([1.07, 1.07, 1.07, 1.07, 1.07, 1.07], 6, false), ([1.2, 1.07, 1.2, 1.07, 1.07, 1.07], 6, false),
    ] as [([Double], Int, Bool)])
  func aDoubtfulCaseIsMeasuredAgain(_ factors: [Double], _ measured: Int, _ fails: Bool) {
    var gate = Gate(tolerance: 0.1)
    var calls = 0
    gate.run([GateTests.problem], Progress(total: 1)) { _, _ in
      calls += 1
      return [GateTests.trial(factors[calls - 1])]
    }
    #expect(calls == measured && gate.hasFailed == fails && gate.isComplete && gate.undecided.isEmpty)
  }

  /// Each time with its reason, and for no more problems than have one.
  @Test func aGateSaysWhyItMeasuresAgain() {
    var (gate, said, steps) = (Gate(tolerance: 0.1), [String](), [String]())
    var time = Duration.zero
    let problems = (1...6).map { Problem(cell: .gru, mode: .inference, input: 8, hidden: 8, batch: 2, length: $0) }
    let progress = Progress(total: 6, now: { time }, write: { steps.append($0) }, say: { said.append($0) })
    gate.run(problems, progress) { problem, n in
      time += .seconds(n)
      return [
        n > 1
          ? GateTests.trial(problem.length == 1 ? 1.2 : 1)
          : problem.length == 2 ? GateTests.trial(1, waited: 0.25) : GateTests.trial(problem.length == 3 ? 1.07 : 1.2)
      ]
    }
    #expect(
      said.count == 2
        && said[0].hasPrefix("measuring 6 of 6 problems again, 2 times as long (attempt 2 of at most 6):\n"), "\(said)")
    for text in [
      "length 1: packed takes +20.0 % longer, 1 of 3 measurements have shown it\n",
      "length 2: other programs had the processor for 25 % of the time\n",
      "length 3: packed takes +7.0 % longer, more than half of the tolerance\n", "\n  and 2 more",
    ] { #expect(said[0].contains(text), "\(text): \(said[0])") }
    #expect(
      said[1].hasPrefix("measuring 1 of 6 problems again, 4 times as long (attempt 3 of at most 6):")
        && said[1].hasSuffix("2 of 3 measurements have shown it"))
    #expect(
      steps[6] == "[1/6] again: gru inference, hidden 8, batch 2, length 1, 12 s left"
        && steps.last!.hasSuffix(", 4.0 s left"), "\(steps)")
    #expect(gate.slower.count == 1 && gate.cases.count == 6)
  }

  /// What is measured while others have the processor proves nothing, however slow it is.
  @Test func aDisturbedMeasurementIsNoProof() {
    var gate = Gate(tolerance: 0.1)
    var calls = 0
    gate.run([GateTests.problem], Progress(total: 1)) { _, _ in
      calls += 1
      return [GateTests.trial(2, waited: 0.5)]
    }
    #expect(calls == Gate.attempts && !gate.hasFailed && gate.isComplete && gate.undecided.count == 1)
    // It is decided when there have been enough others.
    calls = 0
    gate = Gate(tolerance: 0.1)
    gate.run([GateTests.problem], Progress(total: 1)) { _, _ in
      calls += 1
      return [GateTests.trial(2, waited: calls % 2 == 0 ? 0 : 0.5)]
    }
    #expect(calls == 6 && gate.hasFailed && gate.slower[0].confirmations == 3)
    // What waiting cannot explain is proof all the same.
    gate = Gate(tolerance: 0.1)
    gate.run([GateTests.problem], Progress(total: 1)) { _, _ in [GateTests.trial(10, waited: 0.5)] }
    #expect(gate.hasFailed && gate.slower[0].attempts == 3)
  }

  /// Nor does it prove that nothing is slower, as long as there can be another.
  @Test func aDisturbedMeasurementIsNoAcquittal() {
    var gate = Gate(tolerance: 0.1)
    var calls = 0
    gate.run([GateTests.problem], Progress(total: 1)) { _, _ in
      calls += 1
      return [calls == 1 ? GateTests.trial(1, waited: 0.5) : GateTests.trial(2)]
    }
    #expect(calls == 4 && gate.hasFailed)
    gate = Gate(tolerance: 0.1)
    gate.run([GateTests.problem], Progress(total: 1)) { _, _ in [GateTests.trial(1, waited: 0.5)] }
    #expect(gate.isComplete && !gate.hasFailed && gate.undecided.isEmpty)
  }

  @Test func waitingForTheProcessorIsSeen() throws {
    // The figure is there on Linux, and does not shrink.
    let before = RunQueue.waited()
    #expect(before >= 0 && RunQueue.waited() >= before)
  }

  @Test func anInterruptedGateHasNotPassed() {
    var gate = Gate(tolerance: 0.1)
    gate.run([GateTests.problem], Progress(total: 1)) { _, _ in nil }
    #expect(!gate.isComplete && gate.undecided.isEmpty)
  }

  // MARK: Counts

  @Test(arguments: TestBackend.named) func countsAreExactAndRepeat(_ name: String) {
    let backend = TestBackend.make(name, threads: 1).backend
    for problem in GateSuite.problems {
      let (first, second) = (Counts(problem, backend: backend), Counts(problem, backend: backend))
      // Without allocations, which other tests make meanwhile.
      #expect(first.named.dropFirst().map(\.value) == second.named.dropFirst().map(\.value), "\(problem.name)")
      if [.inference, .streaming, .evaluation].contains(problem.mode) {
        // Portable products, which take the place of a backend's own, are not counted.
        let isCounted = problem.precision == .float32 || name == "packed"
        #expect(first.operations == (isCounted ? Int(problem.operations) : 0), "\(problem.name)")
      }
    }
  }

  /// Steps of a sequence, and products with the inputs in chunks of 96 rows.
  @Test func productsAreCounted() {
    let problem = Problem(cell: .lstm, mode: .inference, input: 8, hidden: 8, batch: 4, length: 48)
    let counts = Counts(problem, backend: TestBackend.make("swift", threads: 1).backend)
    #expect(counts.products == 48 + 2 && counts.operations == 2 * 4 * 48 * 32 * 16)
  }

  /// Rounds come from another process, which may have been interrupted, or be another program.
  @Test func roundsAreCompleteOrRefused() throws {
    func series(_ rounds: [Double]) -> Series {
      var series = Series()
      for round in rounds { series.add([round]) }
      return series
    }
    var rounds = Rounds(
      seconds: [series([1e-3, 2e-3])], peak: series([1e9, 2e9]), bandwidth: series([1e9, 1e9]), timed: 1, waited: 0)
    #expect(rounds.areComplete)
    // What nobody measured has an infinite least, which goes through JSON.
    let empty = Rounds(seconds: [Series()])
    #expect(try !JSON.decode(Rounds.self, from: Data(JSON.encode(empty).utf8)).areComplete)
    for seconds in [[1e-3], [1e-3, .nan], [1e-3, .infinity], [1e-3, 0]] {
      rounds.seconds = [series(seconds)]
      #expect(!rounds.areComplete, "\(seconds)")
    }
  }
}

// MARK: The program

@Suite struct GateCommandTests {
  /// A file of its own for each test, gone afterwards.
  static func withFile(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("gate-\(UInt32.random(in: 0 ... .max))")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  static let small = [
    "--cells", "gru", "--modes", "inference", "--hidden", "8", "--batch", "3", "--lengths", "2,4", "--seconds", "0",
  ]

  static func save(_ path: String, _ options: [String] = small + ["--backends", "swift"]) throws {
    let result = try runProduct("bench", ["--save-baseline", path] + options)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("baseline: "), "\(result.output)")
  }

  /// Changes a baseline's JSON by a regular expression.
  static func edit(_ path: String, _ pattern: String, _ replacement: (Substring) -> String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let edited = text.replacing(try Regex(pattern)) { replacement(text[$0.range]) }
    #expect(edited != text, "\(pattern) is not there")
    try edited.write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Makes the times of a baseline longer by a factor, all of them or one backend's.
  static func stretch(_ path: String, by factor: Double, only backend: String? = nil) throws {
    var object = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path))) as? [String: Any])
    object["entries"] = (object["entries"] as! [[String: Any]]).map { entry in
      var entry = entry
      var backends = entry["backends"] as! [String: [String: Any]]
      for name in backends.keys where backend == nil || name == backend {
        var series = backends[name]!["seconds"] as! [String: Any]
        series["rounds"] = (series["rounds"] as! [Double]).map { $0 * factor }
        series["least"] = (series["least"] as! Double) * factor
        backends[name]!["seconds"] = series
      }
      entry["backends"] = backends
      return entry
    }
    try JSONSerialization.data(withJSONObject: object).write(to: URL(fileURLWithPath: path))
  }

  /// Inference and streaming allocate nothing after the first runs.
  @Test func countsAreThoseOfSteadyRuns() throws {
    try GateCommandTests.withFile { path in
      try GateCommandTests.save(path, ["--counts", "--suite", "gate", "--modes", "inference,streaming"])
      let baseline = try Baseline(contentsOf: path)
      #expect(baseline.entries.count == 28 && baseline.host == nil)
      for entry in baseline.entries {
        for (name, side) in entry.backends {
          #expect(side.counts.allocations ?? 0 == 0, "\(entry.problem.name) \(name)")
        }
      }
    }
  }

  @Test func countsThatGrowFail() throws {
    try GateCommandTests.withFile { path in
      try GateCommandTests.save(path, GateCommandTests.small.dropLast(2) + ["--counts"])
      func check(_ options: [String] = []) throws -> ProgramResult {
        try runProduct("bench", ["--check", path, "--counts"] + options)
      }
      let same = try check()
      #expect(
        same.status == 0 && same.output.hasPrefix("no regression (\(2 * 4 * TestBackend.named.count) counts)"),
        "\(same.output)\(same.errors)")
      // On any number of the process's own threads.
      #expect(
        try runProduct("bench", ["--check", path, "--counts"], environment: ["RECURRENT_THREADS": "2"]).status == 0)
      #expect(try check(["--filter", "length 4", "--backends", "swift"]).output.hasPrefix("no regression (4 counts)"))

      try GateCommandTests.edit(path, #""products":\d+"#) { _ in "\"products\":1" }
      let more = try check()
      #expect(
        more.status == 2 && more.output.hasPrefix("REGRESSION: \(2 * TestBackend.named.count) of"), "\(more.output)")
      #expect(
        more.output.contains("gru inference, hidden 8, batch 3, length 4") && more.output.contains("matrix products"))
      #expect(try check(["--format", "markdown"]).output.contains("## REGRESSION"))
      #expect(try check(["--format", "csv"]).output.contains("matrix products,1,"))

      try GateCommandTests.edit(path, #""products":\d+"#) { _ in "\"products\":1000" }
      let fewer = try check()
      #expect(
        fewer.status == 0 && fewer.output.contains("fewer") && fewer.output.contains("better than before"),
        "\(fewer.output)")
      // Times cannot be compared with counts.
      let times = try runProduct("bench", ["--check", path])
      #expect(times.status == 1 && times.errors.contains("--counts"), "\(times.errors)")
    }
  }

  @Test func timesAreCompared() throws {
    try GateCommandTests.withFile { path in
      try GateCommandTests.save(path)
      let original = try String(contentsOfFile: path, encoding: .utf8)
      func check(_ options: [String] = []) throws -> ProgramResult {
        try runProduct("bench", ["--check", path, "--seconds", "0"] + options)
      }

      let same = try check(["--tolerance", "9", "--format", "json"])
      #expect(same.status == 0, "\(same.output)\(same.errors)")
      let report = try #require(try JSONSerialization.jsonObject(with: Data(same.output.utf8)) as? [String: Any])
      let gate = try #require(report["gate"] as? [String: Any])
      #expect((gate["cases"] as? [[String: Any]])?.count == 2 && gate["is_complete"] as? Bool == true)
      #expect((report["results"] as? [Any])?.count == 2)

      try GateCommandTests.stretch(path, by: 0.1)
      let slower = try check()
      #expect(slower.status == 2 && slower.output.hasPrefix("REGRESSION: 2 of 2 cases"), "\(slower.output)")
      #expect(slower.output.contains("of peak") && slower.output.contains("3 times"))

      try original.write(toFile: path, atomically: true, encoding: .utf8)
      try GateCommandTests.stretch(path, by: 10)
      let faster = try check()
      #expect(faster.status == 0 && faster.output.contains("faster"), "\(faster.output)")
    }
  }

  @Test func anotherMachineIsRefused() throws {
    try GateCommandTests.withFile { path in
      try GateCommandTests.save(path, GateCommandTests.small + ["--backends", "swift,packed"])
      try GateCommandTests.edit(path, #""cpu":"[^"]*""#) { _ in "\"cpu\":\"Another (family 1, model 2)\"" }
      let refused = try runProduct("bench", ["--check", path, "--seconds", "0"])
      #expect(refused.status == 1 && refused.output.isEmpty)
      for text in ["Another (family 1, model 2)", "--any-host", "--compare"] {
        #expect(refused.errors.contains(text), "\(refused.errors)")
      }
      let ratios = try runProduct("bench", ["--check", path, "--seconds", "0", "--any-host", "--tolerance", "9"])
      #expect(
        ratios.status == 0 && ratios.output.contains("only ratios between backends")
          && ratios.output.contains(" times"), "\(ratios.errors)")
      let one = try runProduct("bench", ["--check", path, "--seconds", "0", "--any-host", "--backends", "swift"])
      #expect(one.status == 1 && one.errors.contains("two or more"))
    }
  }

  /// A machine where everything is ten times as slow is no regression of one backend; a backend
  /// that alone takes fifty times as long is, busy as the machine may be with other tests.
  @Test func ratiosFailForTheBackendThatHasChanged() throws {
    try GateCommandTests.withFile { path in
      try GateCommandTests.save(path, GateCommandTests.small + ["--backends", "swift,packed"])
      try GateCommandTests.edit(path, #""cpu":"[^"]*""#) { _ in "\"cpu\":\"Another\"" }
      try GateCommandTests.stretch(path, by: 0.1)
      func check() throws -> ProgramResult {
        try runProduct("bench", ["--check", path, "--seconds", "0", "--any-host", "--tolerance", "3"])
      }
      #expect(try check().status == 0)
      try GateCommandTests.stretch(path, by: 0.02, only: "packed")
      let result = try check()
      #expect(
        result.status == 2 && result.output.hasPrefix("REGRESSION: 2 of 4 cases"), "\(result.output)\(result.errors)")
    }
  }

  @Test(arguments: [
    ("", "it is not valid JSON"), ("{}", "it lacks"), ("[1, 2]", "not a baseline"),
    (#"{"schema":2,"threads":1,"entries":[]}"#, "schema is 2"),
    (#"{"schema":1,"threads":0,"entries":[]}"#, "threads 0 is out of range"),
    (#"{"schema":1,"threads":1,"entries":[]}"#, "no problems"),
    (entry(hidden: 0), "hidden 0 is out of range"), (entry(hidden: 900_000), "GB of memory"),
    (entry(backends: "{}"), "no backends"),
    (entry(counts: #""products":-1,"operations":1,"workspace_bytes":1"#), "count is out of range"),
    (entry(counts: ""), "it lacks 'products' in entries"),
    (entry(mode: "dreaming"), "entries.[0].problem.mode"),
  ])
  func wrongFilesAreExplained(_ text: String, _ reason: String) throws {
    try GateCommandTests.withFile { path in
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let result = try runProduct("bench", ["--check", path, "--counts"])
      #expect(result.status == 1 && result.output.isEmpty)
      #expect(result.errors.contains(path) && result.errors.contains(reason), "\(result.errors)")
    }
  }

  /// A baseline of one problem on the swift backend, with counts only.
  static func entry(
    hidden: Int = 8, mode: String = "inference", counts: String = #""products":1,"operations":1,"workspace_bytes":1"#,
    backends: String? = nil
  ) -> String {
    let problem = #"""
      {"cell":"gru","mode":"\#(mode)","input":8,"hidden":\#(hidden),"batch":1,"length":1,"layers":1,\#
      "bidirectional":false,"ragged":false,"deepbench":false}
      """#
    let backends = backends ?? #"{"swift":{"counts":{\#(counts)}}}"#
    return #"{"schema":1,"threads":1,"entries":[{"problem":\#(problem),"backends":\#(backends)}]}"#
  }

  @Test func roundsAreCheckedToo() throws {
    try GateCommandTests.withFile { path in
      try GateCommandTests.save(path)
      let original = try String(contentsOfFile: path, encoding: .utf8)
      for (pattern, replacement, reason) in [
        (#""peak":\{"least":[0-9.e+-]+"#, #""peak":{"least":-1"#, "out of range"),
        (#""rounds":\[[^,]*,"#, #""rounds":["#, "as many rounds"),
        (#""seconds":\{[^}]*\}"#, #""seconds":null"#, "no rounds"), (#""least":[0-9.e+-]+"#, #""least":null"#, "least"),
        (#""least":[0-9.e+-]+"#, #""least":"inf""#, "out of range"),
        (#""least":[0-9.e+-]+"#, #""least":"nan""#, "out of range"),
      ] {
        try original.write(toFile: path, atomically: true, encoding: .utf8)
        // The first only, so that series differ.
        var first = true
        try GateCommandTests.edit(path, pattern) { match in
          defer { first = false }
          return first ? replacement : String(match)
        }
        let result = try runProduct("bench", ["--check", path])
        #expect(result.status == 1 && result.errors.contains(reason), "\(result.errors)")
      }
    }
  }

  /// Each precision is a case of its own, and a baseline has no runs that do not exist.
  @Test func baselinesHavePrecisions() throws {
    try GateCommandTests.withFile { path in
      try GateCommandTests.save(
        path,
        [
          "--cells", "gru", "--modes", "inference,training", "--hidden", "8", "--batch", "3", "--lengths", "2,4",
          "--precision", "float32,int8", "--backends", "swift", "--counts",
        ])
      let names = try Baseline(contentsOf: path).entries.map(\.problem.name)
      #expect(names.count == 6 && names.count { $0.hasSuffix(", int8") } == 2, "\(names)")
      #expect(!names.contains { $0.contains("training") && $0.contains("int8") }, "\(names)")
      let narrowed = try runProduct("bench", ["--check", path, "--counts", "--filter", "int8"])
      #expect(narrowed.output.hasPrefix("no regression (8 counts)"), "\(narrowed.output)\(narrowed.errors)")
      try GateCommandTests.edit(path, #""precision":"int8""#) { _ in #""precision":"int4""# }
      let wrong = try runProduct("bench", ["--check", path, "--counts"])
      #expect(wrong.status == 1 && wrong.errors.contains("precision"), "\(wrong.errors)")
    }
  }

  /// What the machine's peak is not needed for is found before it is measured.
  @Test func wrongFilesAreFoundAtOnce() throws {
    try GateCommandTests.withFile { path in
      try GateCommandTests.save(path, Array(GateCommandTests.small.dropLast(2)) + ["--backends", "swift", "--counts"])
      try GateCommandTests.fake("true", greeting: "hello") { program in
        for options in [["--check", path], ["--compare", program], ["--compare", "/no/such/bench"]] {
          let result = try runProduct("bench", options)
          #expect(result.status == 1 && !result.errors.contains("measuring"), "\(result.errors)")
        }
      }
    }
  }

  // MARK: Two builds

  static var bench: String { Bundle.main.bundleURL.appendingPathComponent("bench").path }

  @Test func aBuildIsComparedWithItself() throws {
    let result = try runProduct(
      "bench",
      ["--compare", GateCommandTests.bench, "--tolerance", "9", "--backends", "swift,packed"] + GateCommandTests.small)
    #expect(
      result.status == 0 && result.output.hasPrefix("no regression (4 cases, 16 counts)"),
      "\(result.output)\(result.errors)")
  }

  /// A shell's answer to `$line`: as many turns as it asks for, all alike.
  static func turns(_ seconds: String) -> String {
    #"""
    n=${line#*\"turns\":}; \#
    echo "{\"turns\":[$(yes \#(seconds) | head -n "${n%%[!0-9]*}" | paste -s -d , -)],\"waited\":0}"
    """#
  }

  /// Another build, played by the shell: what it answers to a run of some turns, and its counts.
  static func fake(
    _ turns: String, products: Int = 1_000_000, greeting: String = #"{"name":"bench","version":"1"}"#,
    body: (String) throws -> Void
  ) throws {
    try withFile { path in
      let counts = #"{"counts":{"products":\#(products),"operations":1000000000,"workspace_bytes":1000000000}}"#
      let script = """
        #!/bin/sh
        echo '\(greeting)'
        while read -r line; do
          case "$line" in *setup*) echo '{"ready":true}';; *count*) echo '\(counts)';; *) \(turns);; esac
        done
        """
      try script.write(toFile: path, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      try body(path)
    }
  }

  /// A build from before there were other precisions, modes and vocabularies is not asked for them.
  @Test func anOlderBuildIsComparedInWhatItRuns() throws {
    try GateCommandTests.fake(GateCommandTests.turns("1e8")) { path in
      let options = ["--backends", "swift", "--hidden", "8", "--batch", "3", "--lengths", "4", "--seconds", "0"]
      let result = try runProduct(
        "bench",
        ["--compare", path, "--cells", "gru", "--modes", "inference,languagemodel,adam", "--vocabulary", "5"]
          + ["--precision", "float32,int8"] + options)
      #expect(result.output.contains("(1 cases, 3 counts)"), "\(result.output)\(result.errors)")
      for text in ["bench does not support: int8", ": adam", ": a vocabulary of 5 words"] {
        #expect(result.output.contains(text), "\(text): \(result.output)")
      }
    }
  }

  static let one = [
    "--backends", "swift", "--cells", "gru", "--modes", "inference", "--hidden", "8", "--batch", "3", "--lengths", "4",
    "--seconds", "0",
  ]

  @Test func aSlowerBuildFails() throws {
    try GateCommandTests.fake(GateCommandTests.turns("1e-8")) { path in
      let result = try runProduct("bench", ["--compare", path] + GateCommandTests.one)
      #expect(
        result.status == 2 && result.output.hasPrefix("REGRESSION: 1 of 1 cases"), "\(result.output)\(result.errors)")
    }
    try GateCommandTests.fake(GateCommandTests.turns("1e8")) { path in
      let result = try runProduct("bench", ["--compare", path] + GateCommandTests.one)
      #expect(result.status == 0 && result.output.contains("faster"), "\(result.output)\(result.errors)")
    }
    try GateCommandTests.fake(GateCommandTests.turns("1e8"), products: 1) { path in
      let result = try runProduct("bench", ["--compare", path] + GateCommandTests.one)
      #expect(
        result.status == 2 && result.output.contains("counts have grown") && result.output.contains("matrix products"),
        "\(result.output)")
    }
  }

  @Test func aBuildThatFailsIsNoRegression() throws {
    for (turns, greeting, reason) in [
      ("echo broken >&2; exit 3", #"{"name":"bench","version":"1"}"#, "broken"),
      ("echo '{\"turns\":[1]}'", #"{"name":"bench","version":"1"}"#, "instead of"),
      ("true", #"{"name":"bench","version":"0"}"#, "calls itself bench 0"), ("true", "hello", "answered 'hello'"),
    ] {
      try GateCommandTests.fake(turns, greeting: greeting) { path in
        let result = try runProduct("bench", ["--compare", path] + GateCommandTests.one)
        #expect(
          result.status == 1 && result.output.isEmpty && result.errors.contains(path) && result.errors.contains(reason),
          "\(result.errors)")
      }
    }
    let missing = try runProduct("bench", ["--compare", "/no/such/bench"] + GateCommandTests.one)
    #expect(missing.status == 1 && missing.errors.contains("/no/such/bench: is not a program"))
  }

  @Test func anInterruptedComparisonHasNoVerdict() throws {
    try GateCommandTests.fake("kill -INT $PPID; " + GateCommandTests.turns("1")) { path in
      let result = try runProduct("bench", ["--compare", path] + GateCommandTests.one)
      #expect(
        result.status == 130 && result.output.hasPrefix("no verdict") && result.output.contains("interrupted"),
        "\(result.output)\(result.errors)")
    }
  }

  @Test func anInterruptedBaselineLeavesTheOldOne() throws {
    try GateCommandTests.withFile { path in
      try "old".write(toFile: path, atomically: true, encoding: .utf8)
      let result = try runProduct(
        "bench", ["--save-baseline", path, "--seconds", "60"] + GateCommandTests.one.dropLast(2),
        interruptAt: "pass 1 of 3")
      #expect(
        result.status == 130 && result.output.contains("interrupted: \(path) is unchanged"),
        "\(result.output)\(result.errors)")
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    }
  }

  // MARK: Options

  @Test(arguments: [
    (["--save-baseline", "a", "--check", "b"], "cannot be combined"),
    (["--tolerance", "0"], "--tolerance: 0.0 is out of range"),
    (["--counts"], "--counts requires --save-baseline or --check"),
    (["--any-host"], "--any-host requires --check"),
    (["--check", "/no/such/file"], "/no/such/file: no such file"),
    (["--check", "x", "--cells", "gru"], "--cells: bench with --check does not take"),
    (["--check", "x", "--hidden", "8"], "--hidden: bench with --check does not take"),
    (["--save-baseline", "x", "--peer", "true"], "--peer: bench with --save-baseline and --suite gate"),
    (["--save-baseline", "/no/such/folder/x"], "/no/such/folder"),
    (["--filter", "["], "not a regular expression"), (["--filter", "nothing like it"], "matches none of 30 problems"),
    (["--suite", "gate", "--hidden", "8"], "--hidden: bench with --suite gate"),
    (["--plot", "/no/such/folder/x.svg"], "/no/such/folder"),
    (["--hidden", "1000000"], "GB of memory"),
  ])
  func wrongOptionsAreExplained(_ options: [String], _ text: String) throws {
    let result = try runProduct("bench", options)
    #expect(result.status == 1 && result.output.isEmpty)
    #expect(result.errors.contains(text), "\(result.errors)")
  }
}
