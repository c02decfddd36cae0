// `bench`: the command, its options, and their validation.

import ArgumentParser
import Foundation
import Recurrent

/// The command.
struct Bench: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Times recurrent networks on each backend, relative to the machine's peak.",
    discussion: """
      Without options: every cell with hidden size 256, batch 32 and sequence lengths from 1 to 512, inference and \
      training, in about two minutes. Lists are separated by commas; all their combinations are measured.

      Times are medians over rounds in which the backends take turns. With --details, "spread" is how much longer the \
      90th percentile is. Compare ratios and shares of the peak, which are measured in the same run; times are \
      comparable only within a run.

      Performance gate: --save-baseline saves the results of this build, --check compares this build with a baseline, \
      and --compare runs in turn with another build; see Sources/Recurrent/Recurrent.docc/Benchmarks.md.

      Exit status: 0 if nothing has become slower; 2 if something has; 1 if there is no verdict, an option is wrong, \
      a --peer has failed, or the report cannot be written; 128 plus the signal's number if interrupted. In JSON, \
      numbers that are not finite are the strings "inf", "-inf" and "nan".
      """,
    version: RecurrentVersion.current)

  @Option(help: "Cells: elman, lstm, gru (default: all; scaling: lstm,gru).") var cells: CommaList<CellName>?
  @Option(
    help: """
      Modes: inference; training (forward, and all gradients); streaming (one step at a time); languagemodel (a \
      training step: embedding, layers, linear map to the words, cross-entropy, Adam); evaluation (its forward pass \
      and loss); and what trainers run besides recurrent layers, each by itself: adam, crossentropy (of the language \
      model), dropout, layernorm, attention, tape (small operations). Default: inference,training; suite streaming: \
      streaming; suite gate: all.
      """) var modes: CommaList<Mode>?
  @Option(
    help: """
      Precisions of weights and products: float32, bfloat16, int8 (inference only); they take turns as the backends \
      do (default: float32; suite gate: all).
      """) var precision: CommaList<Precision>?
  @Option(
    help: """
      Backends: packed, openblas, swift, or auto (default: all that are available; scaling, serving and layercosts: \
      auto); and \
      sgemm, the matrix products of openblas alone, for one layer and direction.
      """) var backends: CommaList<String>?
  @Option(
    help: """
      A program that runs the same problems with another engine, in turn with the backends, by the protocol in \
      Benchmarks/bench/Peer.swift. May be repeated.
      """) var peer: [String] = []
  @Flag(help: "Also run each backend with inputs and initial states that are denormal numbers.")
  var denormals = false
  @Option(
    help: """
      Also run each backend with this many callers at the same time, 2 to 1000. The time of a run is that of all runs \
      together, divided by their number.
      """) var callers: Int?
  @Option(help: "Hidden sizes (default: 256; grid and streaming: 64,128,256,512,1024; scaling: 256,512,1024).")
  var hidden: CommaList<Int>?
  @Option(help: "Input size (default: the hidden size).") var input: Int?
  @Option(help: "Batch sizes (default: 32; grid: 1,8,32,64; streaming: 1,4; scaling: 1,32).")
  var batch: CommaList<Int>?
  @Option(help: "Sequence lengths (default: 1,8,32,128,512; grid: 16,64,256; streaming, scaling and layercosts: 64).")
  var lengths: CommaList<Int>?
  @Option(help: "Layers, 1 to \(Problem.mostLayers) (default: 1; layercosts: 2).") var layers: Int?
  @Option(
    help: """
      Suite scaling: numbers of threads whose speed is predicted on one core, from the times of each member's share \
      and of meetings.
      """) var simulate: CommaList<Int>?
  @Option(help: "Suite serving: streams (default: 1,10,100,1000,2000).") var streams: CommaList<Int>?
  @Option(help: "Suite serving: milliseconds between two frames of a stream (default: 10,32).") var frames:
    CommaList<Int>?
  @Option(help: "Words of the language model (default: \(Problem.usualVocabulary)).") var vocabulary: Int?
  @Flag(
    help: """
      With --modes languagemodel: an account of the step by stages, in shares of its time and of the peak.
      """) var profile = false
  @Flag(help: "Run both directions.") var bidirectional = false
  @Flag(help: "Give rows different lengths, spread evenly from 1 to the sequence length, in random order.")
  var ragged = false
  @Option(
    name: .customLong("threads"),
    help: """
      Threads (default: RECURRENT_THREADS, else the cores within the container's quota; as a gate 1, which other \
      programs disturb least; with --check, those of the baseline). With --suite scaling a list, such as 1,2,4, to \
      which 1 is added (default: powers of two, and the number of physical cores).
      """) var threadCounts: CommaList<Int>?
  @Option(help: "Seconds per table row, layercosts: per ratio (default: 1.5; as a gate 0.6).") var seconds: Double?
  @Option(
    help: """
      Suite: lengths, grid, streaming; scaling, the speed by the number of threads; serving, the latencies of a pool \
      of streams, and of one that is offered half more than it admits (default: LSTM); layercosts, the times of kinds \
      of layers (dropout, zoneout, layer norm, highway...) as ratios to plain ones; or deepbench, gate, which have \
      fixed problems (default: lengths; as a gate: gate, unless sizes are given).
      """) var suite: Suite?
  @Option(
    help: """
      Only problems whose name matches this regular expression; a name is, for example, 'lstm training, hidden 256, \
      batch 32, length 64' (layercosts: ending in the kind, ', zoneout').
      """) var filter: String?
  @Option(
    help: """
      Start no new problems after this many seconds, and run the small ones first (default: none; deepbench: 100).
      """) var limit: Double?
  @Option(help: "Output: table, json, csv, markdown.") var format = Format.table
  @Flag(
    help: """
      Tables with all columns, of any width: time per step, GFLOP/s and spread; as a gate, the fastest rounds, the \
      witness and the rank test.
      """) var details = false
  @Option(help: "Write to this file instead of standard output.", completion: .file()) var output: String?
  @Option(
    help: "Also plot time per step and share of the peak by sequence length to this file (SVG).",
    completion: .file(extensions: ["svg"])) var plot: String?

  @Option(
    help: "Measure the problems in three passes, and save times and counts to this file.", completion: .file())
  var saveBaseline: String?
  @Option(
    help: "Measure the problems of this baseline, and fail if a case is slower or a count has grown.",
    completion: .file()) var check: String?
  @Option(
    help: "Run in turn with this other build of bench, and fail if a case is slower or a count has grown.",
    completion: .file()) var compare: String?
  @Option(help: "Tolerated slowdown of a case, as a fraction.") var tolerance = 0.1
  @Flag(
    help: """
      With --save-baseline and --check: only the counts (allocations, matrix products, operations, workspace), which \
      have no noise and are the same on every machine. Takes seconds.
      """) var counts = false
  @Flag(help: "With --check: accept a baseline from another machine, and compare only the ratios between backends.")
  var anyHost = false
  @Flag(help: .hidden) var serve = false

  /// Wrong options end with status 1 too: the status of a gate without a verdict.
  static func main() {
    var running: Bench?
    Program.run(describe: { describe($0, of: running) }) {
      ProcessMemory.prepare()
      let arguments = try CommandOptions.arguments()
      var parsed = try parseAsRoot(arguments)
      // Help and completion scripts are commands of the parser.
      guard let command = parsed as? Bench else { return try parsed.run() }
      running = command
      if let refusal = command.refusal(of: arguments) { throw ValidationError(refusal) }
      try Backends.checkEnvironment()
      try command.run()
    }
  }

  /// The message and exit status of an error.
  private static func describe(_ error: any Error, of command: Bench?) -> (text: String, status: Int32) {
    let complaint = (error as? RecurrentError).flatMap { command?.complaint($0) }
    let error = complaint.map { ValidationError($0) } ?? error
    return (fullMessage(for: error), exitCode(for: error) == .validationFailure ? 1 : exitCode(for: error).rawValue)
  }

  /// What the command does with these options, and the options that it takes for that.
  private var purpose: (name: String, options: [String]) {
    if serve { return ("--serve", ["serve"]) }
    let (suite, onlyCounts) = (chosenSuite, counts && (saveBaseline != nil || check != nil))
    let always = ["backends", "threads", "filter", "format", "output", "details"] + (onlyCounts ? [] : ["seconds"])
    let problems = ["suite", "cells", "modes", "precision"] + (suite.sizes == nil ? [] : Bench.sizeOptions)
    let name = suite.sizes == nil ? "--suite \(suite), whose problems are fixed," : "--suite \(suite)"
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
      let taken = ["suite", "cells", "modes", "precision", "hidden", "batch", "lengths", "layers"]
      return (name, taken + always.filter { $0 != "details" })
    }
    if suite == .scaling {
      return (name, problems + always.filter { $0 != "details" } + ["limit", "peer", "simulate"])
    }
    if suite == .serving {
      let taken = ["suite", "cells", "precision", "hidden", "input", "layers", "streams", "frames", "peer"]
      return (name, taken + always.filter { $0 != "details" })
    }
    if profile { return ("--profile", problems + always.filter { $0 != "details" } + ["profile"]) }
    return (name, problems + always + ["plot", "limit", "denormals", "callers"] + (suite.sizes == nil ? [] : ["peer"]))
  }

  private static let sizeOptions = [
    "hidden", "input", "batch", "lengths", "layers", "vocabulary", "bidirectional", "ragged",
  ]

  var caller: String { "bench with " + purpose.name }
  var options: [String] { purpose.options }

  /// The number of threads, of all suites but "scaling".
  var threads: Int? { threadCounts?.values.first }

  /// The maximum width of a table; nil for no limit.
  var width: Int? { details ? nil : output == nil ? StandardOutput.columns : TextTable.width }

  var isGate: Bool { saveBaseline != nil || check != nil || compare != nil }

  var secondsEach: Double { seconds ?? (isGate ? 0.6 : 1.5) }

  var chosenSuite: Suite {
    let namesSizes =
      hidden != nil || batch != nil || lengths != nil || input != nil || (layers ?? 1) != 1 || vocabulary != nil
      || bidirectional || ragged
    return suite ?? (isGate && !namesSizes ? .gate : .lengths)
  }

  // MARK: Validation

  func validate() throws {
    try validateGate()
    for (name, values) in [("hidden", hidden), ("batch", batch), ("lengths", lengths)] {
      if let wrong = values?.values.first(where: { !(1...1_000_000).contains($0) }) {
        throw ValidationError("--\(name): \(wrong) is out of range; expected 1 to 1000000")
      }
    }
    for (name, value, range) in [
      ("input", input ?? 0, 0...1_000_000), ("layers", layers ?? 1, 1...Problem.mostLayers),
      ("vocabulary", vocabulary ?? 1, 1...1_000_000),
    ]
    where !range.contains(value) {
      throw ValidationError(
        "--\(name): \(value) is out of range; expected \(range.lowerBound) to \(range.upperBound)")
    }
    let (suite, modes) = (chosenSuite, modes?.values ?? chosenSuite.modes)
    if let threadCounts, threadCounts.values.count > 1, suite != .scaling {
      throw ValidationError(
        "--threads: \(threadCounts.defaultValueDescription) is a list; expected one number, except with --suite scaling"
      )
    }
    if suite == .deepbench, let mode = modes.first(where: { $0 != .inference && $0 != .training }) {
      throw ValidationError(
        "--modes \(mode) cannot be combined with --suite deepbench; expected inference or training")
    }
    if suite == .layercosts {
      if let mode = modes.first(where: { $0 != .inference && $0 != .training }) {
        throw ValidationError(
          "--modes \(mode) cannot be combined with --suite layercosts; expected inference or training")
      }
      if backends?.values.contains("sgemm") == true {
        throw ValidationError(
          "--backends sgemm cannot be combined with --suite layercosts, whose layers have more than products")
      }
    }
    if let mode = self.modes?.values.first(where: { !$0.isOfLayers }),
      denormals || callers != nil || backends?.values.contains("sgemm") == true
    {
      throw ValidationError("--modes \(mode) cannot be combined with --denormals, --callers or --backends sgemm")
    }
    if let callers, !(2...1000).contains(callers) {
      throw ValidationError("--callers: \(callers) is out of range; expected 2 to 1000")
    }
    let lists = [
      ("streams", streams, 1...100_000), ("frames", frames, 1...60_000), ("simulate", simulate, 2...255),
    ]
    for (name, values, range) in lists {
      if let wrong = values?.values.first(where: { !range.contains($0) }) {
        throw ValidationError(
          "--\(name): \(wrong) is out of range; expected \(range.lowerBound) to \(range.upperBound)")
      }
    }
    if suite == .serving, backends?.values.contains("sgemm") == true {
      throw ValidationError("--backends sgemm cannot be combined with --suite serving")
    }
    if profile, modes != [.languagemodel] || suite.sizes == nil || [.layercosts, .scaling, .serving].contains(suite) {
      throw ValidationError("--profile requires --modes languagemodel, and problems by sizes")
    }
    if vocabulary != nil, !modes.contains(where: \.hasWords) {
      throw ValidationError("--vocabulary requires --modes languagemodel, evaluation, adam or crossentropy")
    }
    if let precision, !modes.contains(where: { mode in precision.values.contains(where: mode.runs) }) {
      throw ValidationError(
        """
        --precision \(precision.defaultValueDescription): none of the modes \
        \(modes.map(\.rawValue).joined(separator: ", ")) runs in it; int8 is for inference, streaming and evaluation, \
        bfloat16 also for training, languagemodel and attention
        """)
    }
    if modes.contains(.streaming), bidirectional || ragged {
      throw ValidationError("--modes streaming requires one direction and full lengths")
    }
    guard secondsEach >= 0, secondsEach.isFinite else {
      throw ValidationError("--seconds: \(secondsEach) is out of range; expected a number of 0 or above")
    }
    if let limit, !(limit > 0) { throw ValidationError("--limit: \(limit) is out of range; expected a number above 0") }
    if details, format != .table, format != .markdown {
      throw ValidationError("--details requires --format table or markdown; \(format) always has all columns")
    }
    if let filter { _ = try expression(filter) }
  }

  /// Throws, before anything is measured, if an output file cannot be written, is used for
  /// something else, or is a plot whose extension is not .svg.
  private func checkFiles() throws {
    var others = [check, compare].compactMap { $0 }
    for (name, path) in [("output", output), ("plot", plot), ("save-baseline", saveBaseline)] {
      guard let path else { continue }
      let (identity, exists) = (FileIdentity(of: path), AtomicFile.exists(path))
      if let other = others.first(where: { exists ? identity != nil && FileIdentity(of: $0) == identity : $0 == path })
      {
        throw ValidationError("--\(name): \(other) is already used by another option; expected another file")
      }
      others.append(path)
      do throws(RecurrentError) { try AtomicFile.checkWritable(path) } catch {
        throw ValidationError("--\(name): \(error)")
      }
      let given = Path.fileExtension(of: path)
      if name == "plot", !given.isEmpty, given.lowercased() != "svg" {
        throw ValidationError("--plot: \(path) ends in .\(given); expected .svg")
      }
    }
  }

  private func validateGate() throws {
    if isGate, [.layercosts, .scaling, .serving].contains(chosenSuite) {
      throw ValidationError(
        "--suite \(chosenSuite) cannot be combined with a gate: --save-baseline, --check or --compare")
    }
    guard [saveBaseline, check, compare].count(where: { $0 != nil }) <= 1 else {
      throw ValidationError("--save-baseline, --check and --compare cannot be combined")
    }
    if counts, saveBaseline == nil, check == nil {
      throw ValidationError("--counts requires --save-baseline or --check")
    }
    if anyHost, check == nil { throw ValidationError("--any-host requires --check") }
    guard tolerance > 0, tolerance < 10 else {
      throw ValidationError(
        "--tolerance: \(tolerance) is out of range; expected a fraction above 0 and below 10, such as 0.1")
    }
    if backends?.values.contains("sgemm") == true {
      if isGate { throw ValidationError("--backends sgemm cannot be used as a gate") }
      if denormals { throw ValidationError("--backends sgemm cannot be combined with --denormals") }
    }
  }

  private func expression(_ filter: String) throws -> Regex<AnyRegexOutput> {
    do { return try Regex(filter).ignoresCase() } catch {
      throw ValidationError("--filter: '\(filter)' is not a regular expression: \(error)")
    }
  }

  /// The problems that `--filter` matches. Throws if there are none, or if one cannot run on this
  /// machine.
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
        all.first.map { "--filter: '\(filter!)' matches none of \(all.count) problems, such as '\(name($0))'" }
          ?? "the suite has no problems of these cells, modes and precisions")
    }
    return chosen
  }

  /// The layers of the suite "layercosts".
  func chosenLayers() throws -> [LayerProblem] {
    let problems = inPrecisions(crossed(chosenSuite.sizes!))
    if let flaw = problems.lazy.compactMap(\.flaw).first { throw ValidationError(flaw) }
    return try filtered(LayerProblem.all(problems), \.name)
  }

  /// The streams of the suite "serving": for each size and interval, some numbers of them and, last,
  /// half more than are admitted.
  func chosenServing() throws -> [ServingProblem] {
    let problems = inPrecisions(crossed(chosenSuite.sizes!))
    if let flaw = problems.lazy.compactMap(\.flaw).first { throw ValidationError(flaw) }
    let streams = streams?.values ?? [1, 10, 100, 1000, 2000]
    let all = problems.flatMap { problem in
      (frames?.values ?? [10, 32]).flatMap { frame in
        (streams.map(Optional.some) + [nil]).map { ServingProblem(problem: problem, frame: frame, streams: $0) }
      }
    }
    return try filtered(all, \.name)
  }

  /// The problems of the suite, or of all combinations of the given sizes: as a gate, in each
  /// precision; else those that run in one of them.
  func problems() throws -> [Problem] {
    let suite = chosenSuite
    let (cells, modes) = (cells?.values ?? suite.cells, modes?.values ?? suite.modes)
    let all =
      suite.sizes.map(crossed)
      ?? suite.problems.filter { cells.contains($0.cell) && modes.contains($0.mode) }
    if suite == .gate { return try chosen(all.filter { precisions.contains($0.precision) }) }
    return try chosen(isGate ? inPrecisions(all) : all.filter { precisions.contains(where: $0.mode.runs) })
  }

  /// All cells, sizes and modes crossed with one another.
  private func crossed(_ sizes: (hidden: [Int], batch: [Int], lengths: [Int])) -> [Problem] {
    let suite = chosenSuite
    let (cells, modes) = (cells?.values ?? suite.cells, modes?.values ?? suite.modes)
    var problems: [Problem] = []
    for cell in cells {
      for hidden in hidden?.values ?? sizes.hidden {
        for batch in batch?.values ?? sizes.batch {
          for mode in modes {
            for length in lengths?.values ?? sizes.lengths {
              problems.append(
                Problem(
                  cell: cell, mode: mode, input: input ?? hidden, hidden: hidden, batch: batch, length: length,
                  layers: layers ?? suite.layers, bidirectional: bidirectional, ragged: ragged,
                  vocabulary: mode.hasWords ? vocabulary : nil))
            }
          }
        }
      }
    }
    return problems
  }

  /// The backends of `backendNames`.
  func chosenBackends() throws -> [any Backend] {
    try backendNames.uniqued().map { try Backends.make($0, threads: threads) }
  }

  /// The backends given, else all that are available, the fastest last; for the suites "scaling",
  /// "serving" and "layercosts" the one that `auto` takes.
  var backendNames: [String] {
    if [.scaling, .serving, .layercosts].contains(chosenSuite) { return backends?.values ?? ["auto"] }
    return backends?.values ?? Backends.status().filter { $0.reason == nil }.map(\.name).reversed()
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
    } else if chosenSuite == .scaling {
      (report, peerFailed) = try measureScaling()
    } else if chosenSuite == .serving {
      (report, peerFailed) = try measureServing()
    } else if profile {
      report = try measureProfiles()
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
}

extension Format: ExpressibleByArgument {}

/// The message about options that `bench` does not take together with the others; nil if it takes
/// all of them. Throws if the arguments cannot be parsed.
package func refusedOptions(among arguments: [String]) throws -> String? {
  (try Bench.parseAsRoot(arguments) as? Bench)?.refusal(of: arguments)
}

/// The whole program. Its main file only calls this, so that tests can link the rest.
package func runBench() { Bench.main() }
