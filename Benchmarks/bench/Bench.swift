// `swift run bench`: what each backend gives on this machine.

import ArgumentParser
import Foundation
import Recurrent

struct Bench: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Times recurrent networks on each backend, against the machine's own peak.",
    discussion: """
      Without options: every cell at hidden 256, batch 32, over sequence lengths from 1 to 512, inference and training, in about two
      minutes. Lists are separated by commas and crossed with one another.

      Times are medians over rounds in which the backends take turns; "spread", with --details, is how much longer the 90th percentile is.
      Compare ratios and shares of the peak, which are measured in the same run; compare times only within one.

      As a gate: --save-baseline keeps what this build reaches, --check compares another one with it, and --compare takes turns with
      another build; Sources/Recurrent/Recurrent.docc/Benchmarks.md tells more. The status is 0 when nothing has become slower, 2 when something has, 1 when that could not be
      found out, a --peer has failed, or the report cannot be written (and 128 and the signal's number when interrupted). In JSON, numbers that are not finite are \
      the strings "inf", "-inf" and "nan".
      """,
    version: RecurrentVersion.current)

  @Option(help: "Cells: elman, lstm, gru (default: all).") var cells: CommaList<CellName>?
  @Option(
    help:
      "Modes: inference, training (forward, and all gradients), streaming (one step at a time), languagemodel (a whole training step: embedding, layers, linear map to 10000 words, cross-entropy, Adam). Default: inference,training; suite streaming: streaming; suite gate: the first three."
  ) var modes: CommaList<Mode>?
  @Option(
    help:
      """
      Backends: packed, openblas, swift, or auto (default: all that work here; layercosts: auto); and sgemm, the \
      bare products of openblas, for one layer and direction.
      """
  ) var backends: CommaList<String>?
  @Option(
    help:
      "A program that runs the same problems with another engine, in turn with the backends; Benchmarks/bench/Peer.swift tells how it is asked. May be repeated."
  ) var peer: [String] = []
  @Flag(help: "Run each backend a second time with inputs and initial states that are denormal numbers.")
  var denormals = false
  @Option(help: "Hidden sizes (default: 256; grid and streaming: 64,128,256,512,1024).") var hidden: CommaList<Int>?
  @Option(help: "Input size (default: the hidden size).") var input: Int?
  @Option(help: "Batch sizes (default: 32; grid: 1,8,32,64; streaming: 1,4).") var batch: CommaList<Int>?
  @Option(help: "Sequence lengths (default: 1,8,32,128,512; grid: 16,64,256; streaming and layercosts: 64).")
  var lengths: CommaList<Int>?
  @Option(help: "Layers (default: 1; layercosts: 2).") var layers: Int?
  @Flag(help: "Run both directions.") var bidirectional = false
  @Flag(help: "Give rows lengths spread evenly from 1 to the sequence's, in random order.") var ragged = false
  @Option(
    help:
      "Threads (default: RECURRENT_THREADS, else the cores that the container may use; as a gate 1, since other threads' times tell most about the neighbours, and for --check the baseline's)."
  ) var threads: Int?
  @Option(help: "Seconds to spend on each row of a table, layercosts: on each ratio (default: 1.5; as a gate 0.6).")
  var seconds: Double?
  @Option(
    help:
      """
      Suite: lengths, grid, streaming; layercosts, the times of kinds of layers (dropout, zoneout, layer norm, \
      highway...) as ratios to plain ones; deepbench and gate, whose problems are given (default: lengths; as a \
      gate: gate, unless sizes are named).
      """
  ) var suite: Suite?
  @Option(
    help:
      """
      Only problems whose names, such as 'lstm training, hidden 256, batch 32, length 64' (layercosts: ending in the \
      kind, ', zoneout'), have a match of this regular expression.
      """
  ) var filter: String?
  @Option(
    help:
      "Stop starting new problems after this many seconds, taking the small ones first (default: none; deepbench: 100)."
  ) var limit: Double?
  @Option(help: "Output: table, json, csv, markdown.") var format = Format.table
  @Flag(
    help:
      "Tables with all columns, however wide: time per step, GFLOP/s and spread; as a gate, the fastest rounds, the witness and the rank test."
  ) var details = false
  @Option(help: "Write to this file instead of standard output.", completion: .file()) var output: String?
  @Option(
    help: "Also draw this file (SVG): time per step and share of the peak by sequence length, a line for each backend.",
    completion: .file(extensions: ["svg"])) var plot: String?

  @Option(
    help: "Measure the problems three times over and keep the rounds and counts in this file.", completion: .file())
  var saveBaseline: String?
  @Option(
    help: "Measure the problems of this baseline, and fail if one has become slower or asks for more.",
    completion: .file()) var check: String?
  @Option(
    help: "Take turns with this other build of bench, and fail if this one is slower or asks for more.",
    completion: .file()) var compare: String?
  @Option(help: "How much longer a case may take, as a fraction.") var tolerance = 0.1
  @Flag(
    help:
      "With --save-baseline and --check: only the counts (allocations, matrix products, operations, workspace), which have no noise and are the same on every machine. Seconds."
  ) var counts = false
  @Flag(help: "With --check: take a baseline from another machine too, and compare only the ratios between backends.")
  var anyHost = false
  @Flag(help: .hidden) var serve = false

  /// Wrong options are 1 as well: the status of a gate that could not run.
  static func main() {
    var running: Bench?
    Program.run(describe: { describe($0, of: running) }) {
      ProcessMemory.prepare()
      let arguments = try CommandOptions.arguments()
      var parsed = try parseAsRoot(arguments)
      // Help, and scripts for completion, are commands of the parser's.
      guard let command = parsed as? Bench else { return try parsed.run() }
      running = command
      if let refusal = command.refusal(of: arguments) { throw ValidationError(refusal) }
      try Backends.checkEnvironment()
      try command.run()
    }
  }

  private static func describe(_ error: any Error, of command: Bench?) -> (text: String, status: Int32) {
    let complaint = (error as? RecurrentError).flatMap { command?.complaint($0) }
    let error = complaint.map { ValidationError($0) } ?? error
    return (fullMessage(for: error), exitCode(for: error) == .validationFailure ? 1 : exitCode(for: error).rawValue)
  }

  /// What it does, and the options that go with that.
  private var purpose: (name: String, options: [String]) {
    if serve { return ("--serve", ["serve"]) }
    let (suite, onlyCounts) = (chosenSuite, counts && (saveBaseline != nil || check != nil))
    let always = ["backends", "threads", "filter", "format", "output", "details"] + (onlyCounts ? [] : ["seconds"])
    let problems = ["suite", "cells", "modes"] + (suite.sizes == nil ? [] : Bench.sizeOptions)
    let name = suite.sizes == nil ? "--suite \(suite), whose problems are given," : "--suite \(suite)"
    let ending = onlyCounts ? " --counts" : ""
    if saveBaseline != nil {
      return (
        "--save-baseline\(ending) and \(name)",
        problems + always + ["save-baseline", "counts"] + (onlyCounts ? [] : ["plot"])
      )
    }
    if check != nil {
      return (
        "--check\(ending)", always + ["check", "counts"] + (onlyCounts ? [] : ["plot", "any-host", "tolerance"])
      )
    }
    if compare != nil { return ("--compare and \(name)", problems + always + ["compare", "tolerance"]) }
    if suite == .layercosts {
      let taken = ["suite", "cells", "modes", "hidden", "batch", "lengths", "layers"]
      return (name, taken + always.filter { $0 != "details" })
    }
    return (name, problems + always + ["plot", "limit", "denormals"] + (suite.sizes == nil ? [] : ["peer"]))
  }

  private static let sizeOptions = ["hidden", "input", "batch", "lengths", "layers", "bidirectional", "ragged"]

  var caller: String { "bench with " + purpose.name }
  var options: [String] { purpose.options }

  /// The columns of a table at most; nil for any number.
  private var width: Int? { details ? nil : output == nil ? StandardOutput.columns : TextTable.width }

  var isGate: Bool { saveBaseline != nil || check != nil || compare != nil }

  var secondsEach: Double { seconds ?? (isGate ? 0.6 : 1.5) }

  private var chosenSuite: Suite {
    let namesSizes =
      hidden != nil || batch != nil || lengths != nil || input != nil || (layers ?? 1) != 1 || bidirectional || ragged
    return suite ?? (isGate && !namesSizes ? .gate : .lengths)
  }

  // MARK: What is asked for

  func validate() throws {
    try validateGate()
    for (name, values) in [("hidden", hidden), ("batch", batch), ("lengths", lengths)] {
      if let wrong = values?.values.first(where: { !(1...1_000_000).contains($0) }) {
        throw ValidationError("--\(name): \(wrong) is out of range; expected 1 to 1000000")
      }
    }
    for (name, value) in [("input", input ?? 0), ("layers", layers ?? 1)]
    where !((name == "layers" ? 1 : 0)...1_000_000).contains(value) {
      throw ValidationError("--\(name): \(value) is out of range")
    }
    let (suite, modes) = (chosenSuite, modes?.values ?? chosenSuite.modes)
    if suite == .deepbench, modes.contains(.streaming) {
      throw ValidationError("--modes streaming does not go with --suite deepbench, whose rules it cannot keep")
    }
    if suite == .layercosts {
      if let mode = modes.first(where: { $0 != .inference && $0 != .training }) {
        throw ValidationError("--modes \(mode) does not go with --suite layercosts; expected inference or training")
      }
      if backends?.values.contains("sgemm") == true {
        throw ValidationError(
          "--backends sgemm does not go with --suite layercosts, whose layers have more than products")
      }
    }
    if modes.contains(.languagemodel), denormals || suite.sizes == nil || backends?.values.contains("sgemm") == true {
      throw ValidationError(
        "--modes languagemodel does not go with --denormals, --suite \(Suite.deepbench) or \(Suite.gate), or --backends sgemm"
      )
    }
    if modes.contains(.streaming), bidirectional || ragged {
      throw ValidationError("--modes streaming goes with one direction and full lengths only")
    }
    guard secondsEach >= 0, secondsEach.isFinite else {
      throw ValidationError("--seconds: \(secondsEach) is not a time")
    }
    if let limit, !(limit > 0) { throw ValidationError("--limit: \(limit) is not a time") }
    if details, format != .table, format != .markdown {
      throw ValidationError("--details goes with --format table and markdown; \(format) has all figures")
    }
    if let filter { _ = try expression(filter) }
  }

  /// Throws, before anything is measured, for a file that cannot be written or that the run has
  /// another use for.
  private func checkFiles() throws {
    var others = [check, compare].compactMap { $0 }
    for (name, path) in [("output", output), ("plot", plot), ("save-baseline", saveBaseline)] {
      guard let path else { continue }
      let (identity, exists) = (FileIdentity(of: path), AtomicFile.exists(path))
      if let other = others.first(where: { exists ? identity != nil && FileIdentity(of: $0) == identity : $0 == path })
      {
        throw ValidationError("--\(name): \(other) has another use here already; expected a file of its own")
      }
      others.append(path)
      do throws(RecurrentError) { try AtomicFile.checkWritable(path) } catch {
        throw ValidationError("--\(name): \(error)")
      }
    }
  }

  private func validateGate() throws {
    if isGate, chosenSuite == .layercosts {
      throw ValidationError("--suite layercosts does not go with a gate: --save-baseline, --check or --compare")
    }
    guard [saveBaseline, check, compare].count(where: { $0 != nil }) <= 1 else {
      throw ValidationError("--save-baseline, --check and --compare do not go with one another")
    }
    guard tolerance > 0, tolerance < 10 else {
      throw ValidationError("--tolerance: \(tolerance) is out of range; expected a fraction such as 0.1")
    }
    if backends?.values.contains("sgemm") == true {
      if isGate { throw ValidationError("--backends sgemm does not go with a gate") }
      if denormals { throw ValidationError("--backends sgemm does not go with --denormals") }
    }
  }

  private func expression(_ filter: String) throws -> Regex<AnyRegexOutput> {
    do { return try Regex(filter).ignoresCase() } catch {
      throw ValidationError("--filter: '\(filter)' is no regular expression: \(error)")
    }
  }

  /// Those of `problems` that `--filter` takes; all of them must be possible here.
  func chosen(_ problems: [Problem]) throws -> [Problem] {
    let chosen = try filtered(problems, \.name)
    if let flaw = chosen.lazy.compactMap(\.flaw).first { throw ValidationError(flaw) }
    return chosen
  }

  /// Those whose names `--filter` matches. Throws unless there is one.
  private func filtered<Element>(_ all: [Element], _ name: (Element) -> String) throws -> [Element] {
    let expression = try filter.map(expression)
    let chosen = expression.map { expression in all.filter { name($0).contains(expression) } } ?? all
    guard !chosen.isEmpty else {
      throw ValidationError(
        all.first.map { "--filter: '\(filter!)' has no match among \(all.count) problems such as '\(name($0))'" }
          ?? "the suite has no problems of these cells and modes")
    }
    return chosen
  }

  /// The layers of the suite "layercosts".
  func chosenLayers() throws -> [LayerProblem] {
    let problems = crossed(chosenSuite.sizes!)
    if let flaw = problems.lazy.compactMap(\.flaw).first { throw ValidationError(flaw) }
    return try filtered(LayerProblem.all(problems), \.name)
  }

  func problems() throws -> [Problem] {
    let suite = chosenSuite
    guard let sizes = suite.sizes else {
      let (cells, modes) = (cells?.values ?? CellName.allCases, modes?.values ?? suite.modes)
      return try chosen(suite.problems.filter { cells.contains($0.cell) && modes.contains($0.mode) })
    }
    return try chosen(crossed(sizes))
  }

  /// All cells, sizes and modes crossed with one another.
  private func crossed(_ sizes: (hidden: [Int], batch: [Int], lengths: [Int])) -> [Problem] {
    let suite = chosenSuite
    let (cells, modes) = (cells?.values ?? CellName.allCases, modes?.values ?? suite.modes)
    var problems: [Problem] = []
    for cell in cells {
      for hidden in hidden?.values ?? sizes.hidden {
        for batch in batch?.values ?? sizes.batch {
          for mode in modes {
            for length in lengths?.values ?? sizes.lengths {
              problems.append(
                Problem(
                  cell: cell, mode: mode, input: input ?? hidden, hidden: hidden, batch: batch, length: length,
                  layers: layers ?? suite.layers, bidirectional: bidirectional, ragged: ragged))
            }
          }
        }
      }
    }
    return problems
  }

  /// Those asked for, else all that work here, the fastest last; for the suite "layercosts" the one
  /// that `auto` takes.
  var backendNames: [String] {
    if chosenSuite == .layercosts { return backends?.values ?? ["auto"] }
    return backends?.values ?? Backends.status().filter { $0.reason == nil }.map(\.name).reversed()
  }

  private func contestants(threads: Int) throws -> [Contestant] {
    try backendNames.uniqued().flatMap { name -> [Contestant] in
      #if OpenBLAS
        if name == "sgemm" {
          guard layers ?? 1 == 1, !bidirectional, !ragged, chosenSuite != .gate,
            !(modes?.values ?? chosenSuite.modes).contains(.streaming)
          else {
            throw ValidationError(
              "--backends sgemm goes with inference and training of one layer, one direction and full lengths only")
          }
          _ = try Backends.make("openblas", threads: threads)  // Throws where there is none.
          return [.sgemmChain(threads: threads)]
        }
      #endif
      let backend = try Backends.make(name, threads: threads)
      return [.backend(backend, denormals: false)] + (denormals ? [.backend(backend, denormals: true)] : [])
    }
  }

  // MARK: Running

  func run() throws {
    if serve { return try Build.serve() }
    try checkFiles()
    Interruption.watch()
    var report: Report
    var peerFailed = false
    if let saveBaseline {
      report = try save(to: saveBaseline)
    } else if let check {
      report = try self.check(Baseline(contentsOf: check), from: check)
    } else if let compare {
      report = try self.compare(with: compare)
    } else if chosenSuite == .layercosts {
      report = try measureLayers()
    } else {
      (report, peerFailed) = try measureAll()
    }
    if Interruption.signal != 0, report.gate?.isComplete == false { report.notes.append("interrupted: no verdict") }
    if format == .csv { for note in report.notes { StandardError.say(note) } }
    let text = try report.rendered(format, width: width)
    if let output {
      try AtomicFile.write(Data(text.utf8), to: output)
    } else {
      try StandardOutput.write(text)
    }
    if let plot, !report.results.isEmpty { try report.draw(to: plot) }
    if Interruption.signal != 0 { throw ExitCode(128 + Interruption.signal) }
    if report.gate?.hasFailed == true { throw ExitCode(2) }
    if report.gate?.undecided.isEmpty == false || peerFailed { throw ExitCode.failure }
  }

  /// Also returns whether a peer has failed.
  private func measureAll() throws -> (Report, peerFailed: Bool) {
    let threads = try Backends.make("swift", threads: threads).pool.threads
    var chosen = try contestants(threads: threads)
    var problems = try problems()
    let progress = Progress(total: problems.count)
    var peers: [Peer] = []
    defer { for peer in peers { peer.end() } }
    for command in peer {
      progress.show("starting the peer '\(command)'")
      peers.append(Peer(command: command, taken: chosen.map(\.name)))
      if peers.last!.failure == nil { chosen.append(.peer(peers.last!, threads: threads)) }
    }
    var report = Report(threads: threads, progress, peers: peers)
    let isDeepBench = chosenSuite == .deepbench
    let limit = self.limit ?? (isDeepBench ? 100 : .infinity)
    if limit.isFinite { problems.sort { $0.operations < $1.operations } }
    var skipped = 0
    let start = ContinuousClock.now
    // Seconds for an operation, from the problem before: what the next one will take at least three
    // times.
    var pace = 0.0
    for problem in problems where Interruption.signal == 0 {
      let left = limit - (ContinuousClock.now - start).seconds
      if left <= 0 || pace * problem.operations * 5 > left {
        skipped += 1
        continue
      }
      progress.step(problem.name)
      let began = ContinuousClock.now
      let timings = measure(problem, on: chosen, seconds: min(secondsEach, max(0, left))).seconds.map { Timing($0) }
      guard let rounds = timings[0]?.rounds else { break }  // interrupted
      // Next to peers, most of a small problem's time goes into waking up and falling asleep, which
      // larger ones do not need more of.
      let once =
        peers.isEmpty
        ? (ContinuousClock.now - began).seconds / Double(rounds + 2)
        : 2 * timings.compactMap { $0?.median }.reduce(0, +)
      pace = once / problem.operations
      report.add(problem, zip(chosen.map(\.name), timings))
      // So that nothing is lost when the run does not reach its end.
      if let output, AtomicFile.place(of: output) != nil {
        try AtomicFile.write(Data(report.rendered(format, width: width).utf8), to: output)
      }
    }
    progress.finish()
    if isDeepBench { report.notes.append(DeepBench.rules) }
    if skipped > 0 {
      report.notes.append(
        "\(skipped) of \(problems.count) problems left out: they would not have ended within --limit \(number(limit, limit == limit.rounded() ? 0 : 1))"
      )
    }
    report.notes += peers.flatMap(\.notes)
    let measured = report.results.count { $0.backend == chosen[0].name }
    if Interruption.signal != 0 {
      report.notes.append("interrupted: \(measured) of \(problems.count) problems measured")
    }
    return (report, peers.contains { $0.failure != nil && !$0.isAbsent })
  }
}

extension Format: ExpressibleByArgument {}

/// Values separated by commas.
struct CommaList<Element: ExpressibleByArgument & Sendable>: ExpressibleByArgument, Sendable {
  let values: [Element]

  init(_ values: [Element]) { self.values = values }

  init?(argument: String) {
    let parsed = argument.split(separator: ",", omittingEmptySubsequences: false).map { Element(argument: String($0)) }
    guard !parsed.isEmpty, !parsed.contains(where: { $0 == nil }) else { return nil }
    values = parsed.map { $0! }
  }

  var defaultValueDescription: String { values.map { "\($0)" }.joined(separator: ",") }
}

/// What `bench` says of options among arguments that it does not take with the others; nil when it
/// takes all of them. Throws as parsing does.
package func refusedOptions(among arguments: [String]) throws -> String? {
  (try Bench.parseAsRoot(arguments) as? Bench)?.refusal(of: arguments)
}

/// All that the program does, which itself is one line, so that others can link the rest.
package func runBench() { Bench.main() }
