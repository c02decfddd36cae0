// `swift run bench`: what each backend gives on this machine.

import ArgumentParser
import Foundation
import Recurrent

@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Times recurrent networks on each backend, against the machine's own peak.",
    discussion: """
      Without options: every cell at hidden 256, batch 32, over sequence lengths from 1 to 512, inference and training, in about two
      minutes. Lists are separated by commas and crossed with one another.

      Times are medians over rounds in which the backends take turns; "spread" is how much longer the 90th percentile is. Compare
      ratios and shares of the peak, which are measured in the same run; compare times only within one.
      """)

  @Option(help: "Cells: elman, lstm, gru.") var cells = CommaList(CellName.allCases)
  @Option(help: "Modes: inference, training (forward, and all gradients), streaming (one step at a time), languagemodel (a whole training step: embedding, layers, linear map to 10000 words, cross-entropy, Adam).") var modes = CommaList([Mode.inference, .training])
  @Option(help: "Backends: packed, openblas, swift, or auto (default: all that work here); and sgemm, the bare products of openblas, for one layer and direction.") var backends: CommaList<String>?
  @Option(help: "A program that runs the same problems with another engine, in turn with the backends; Benchmarks/bench/Peer.swift tells how it is asked. May be repeated.") var peer: [String] = []
  @Flag(help: "Run each backend a second time with inputs and initial states that are denormal numbers.") var denormals = false
  @Option(help: "Hidden sizes (default: 256; grid: 64,128,256,512,1024).") var hidden: CommaList<Int>?
  @Option(help: "Input size (default: the hidden size).") var input: Int?
  @Option(help: "Batch sizes (default: 32; grid: 1,8,32,64).") var batch: CommaList<Int>?
  @Option(help: "Sequence lengths (default: 1,8,32,128,512; grid: 16,64,256).") var lengths: CommaList<Int>?
  @Option(help: "Layers.") var layers = 1
  @Flag(help: "Run both directions.") var bidirectional = false
  @Flag(help: "Give rows lengths spread evenly from 1 to the sequence's, in random order.") var ragged = false
  @Option(help: "Threads (default: RECURRENT_THREADS, else the cores that the container may use).") var threads: Int?
  @Option(help: "Seconds to spend on each row of a table.") var seconds = 1.5
  @Option(help: "Suite: lengths, grid, deepbench.") var suite = Suite.lengths
  @Option(help: "Stop starting new problems after this many seconds, taking the small ones first (default: none; deepbench: 100).") var limit: Double?
  @Option(help: "Output: table, json, csv, markdown.") var format = Format.table
  @Option(help: "Write to this file instead of standard output.") var output: String?

  func validate() throws {
    for (name, values) in [("hidden", hidden), ("batch", batch), ("lengths", lengths)] {
      if let wrong = values?.values.first(where: { !(1...1_000_000).contains($0) }) {
        throw ValidationError("--\(name): \(wrong) is out of range; expected 1 to 1000000")
      }
      if suite == .deepbench, values != nil { throw ValidationError("--\(name) does not go with --suite deepbench, whose problems are given") }
    }
    for (name, value) in [("input", input ?? 0), ("layers", layers)] where !((name == "layers" ? 1 : 0)...1_000_000).contains(value) {
      throw ValidationError("--\(name): \(value) is out of range")
    }
    if suite == .deepbench, input != nil || layers != 1 || bidirectional || ragged {
      throw ValidationError("--input, --layers, --bidirectional and --ragged do not go with --suite deepbench, whose problems are given")
    }
    if suite == .deepbench, !peer.isEmpty || modes.values.contains(.streaming) {
      throw ValidationError("--peer and --modes streaming do not go with --suite deepbench, whose rules they cannot keep")
    }
    if modes.values.contains(.languagemodel), denormals || suite == .deepbench || backends?.values.contains("sgemm") == true {
      throw ValidationError("--modes languagemodel does not go with --denormals, --suite deepbench or --backends sgemm")
    }
    if modes.values.contains(.streaming), bidirectional || ragged {
      throw ValidationError("--modes streaming goes with one direction and full lengths only")
    }
    guard seconds >= 0, seconds.isFinite else { throw ValidationError("--seconds: \(seconds) is not a time") }
    if let limit, !(limit > 0) { throw ValidationError("--limit: \(limit) is not a time") }
    if let output {
      let folder = URL(fileURLWithPath: output).deletingLastPathComponent().path
      guard FileManager.default.isWritableFile(atPath: folder) else { throw ValidationError("--output: \(folder) is not a folder that can be written to") }
    }
  }

  func run() throws {
    Interruption.watch()
    let threads = try Backends.threadCount(threads)
    var chosen = try contestants(threads: threads)
    var problems = self.problems()
    let progress = Progress(total: problems.count)
    var peers: [Peer] = []
    defer { for peer in peers { peer.end() } }
    for command in peer {
      progress.show("starting the peer '\(command)'")
      peers.append(Peer(command: command, taken: chosen.map(\.name)))
      if peers.last!.failure == nil { chosen.append(.peer(peers.last!, threads: threads)) }
    }
    progress.show("measuring the machine's peak")
    let peak = MachinePeak.measure(threads: threads)
    let host = Report.Host(peak, threads: threads, peers: peers.filter { $0.failure == nil }.map { .init(name: $0.name, version: $0.version) })
    var report = Report(host: host)
    let limit = self.limit ?? (suite == .deepbench ? 100 : .infinity)
    if limit.isFinite { problems.sort { $0.operations < $1.operations } }
    var skipped = 0
    let start = ContinuousClock.now
    // Seconds for an operation, from the problem before: what the next one will take at least three times.
    var pace = 0.0
    for problem in problems where Interruption.signal == 0 {
      let left = limit - (ContinuousClock.now - start).seconds
      if left <= 0 || pace * problem.operations * 5 > left {
        skipped += 1
        continue
      }
      progress.step(problem.name)
      let began = ContinuousClock.now
      let timings = measure(problem, on: chosen, seconds: min(seconds, max(0, left)))
      guard let rounds = timings[0]?.rounds else { break }  // interrupted
      // Next to peers, most of a small problem's time goes into waking up and falling asleep, which larger ones do not need more of.
      let once = peers.isEmpty ? (ContinuousClock.now - began).seconds / Double(rounds + 2) : 2 * timings.compactMap { $0?.median }.reduce(0, +)
      pace = once / problem.operations
      for case (let contestant, let timing?) in zip(chosen, timings) {
        report.results.append(Report.Result(problem, backend: contestant.name, timing: timing, threads: threads, peak: peak.all))
      }
      // So that nothing is lost when the run does not reach its end.
      if let output { try AtomicFile.write(Data(report.rendered(format).utf8), to: output) }
    }
    progress.finish()
    if suite == .deepbench { report.notes.append(DeepBench.rules) }
    if skipped > 0 { report.notes.append("\(skipped) of \(problems.count) problems left out: they would not have ended within --limit \(number(limit, limit == limit.rounded() ? 0 : 1))") }
    report.notes += peers.flatMap(\.notes)
    let measured = report.results.count { $0.backend == chosen[0].name }
    if Interruption.signal != 0 { report.notes.append("interrupted: \(measured) of \(problems.count) problems measured") }
    if format == .csv { for note in report.notes { FileHandle.standardError.write(Data("\(note)\n".utf8)) } }
    let text = try report.rendered(format)
    if let output {
      try AtomicFile.write(Data(text.utf8), to: output)
    } else {
      print(text, terminator: "")
    }
    if Interruption.signal != 0 { throw ExitCode(128 + Interruption.signal) }
  }

  private func contestants(threads: Int) throws -> [Contestant] {
    let names = backends?.values ?? Backends.status().filter { $0.reason == nil }.map(\.name).reversed()
    return try names.uniqued().flatMap { name -> [Contestant] in
      #if OpenBLAS
        if name == "sgemm" {
          guard layers == 1, !bidirectional, !ragged, !modes.values.contains(.streaming) else {
            throw ValidationError("--backends sgemm goes with inference and training of one layer, one direction and full lengths only")
          }
          return [.sgemmChain(threads: threads)]
        }
      #endif
      let backend = try Backends.make(name, threads: threads)
      return [.backend(backend, denormals: false)] + (denormals ? [.backend(backend, denormals: true)] : [])
    }
  }

  private func problems() -> [Problem] {
    if suite == .deepbench { return DeepBench.problems(cells: cells.values, modes: modes.values) }
    var problems: [Problem] = []
    for cell in cells.values {
      for hidden in hidden?.values ?? suite.defaultHidden {
        for batch in batch?.values ?? suite.defaultBatch {
          for mode in modes.values {
            for length in lengths?.values ?? suite.defaultLengths {
              problems.append(
                Problem(
                  cell: cell, mode: mode, input: input ?? hidden, hidden: hidden, batch: batch, length: length, layers: layers,
                  bidirectional: bidirectional, ragged: ragged))
            }
          }
        }
      }
    }
    return problems
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

/// Where the program is, on standard error.
final class Progress {
  private let total: Int
  private var done = 0
  private let isTerminal = isatty(STDERR_FILENO) == 1

  init(total: Int) { self.total = total }

  func step(_ text: String) {
    done += 1
    show("[\(done)/\(total)] \(text)")
  }

  /// One line that is written over on a terminal, a line each elsewhere.
  func show(_ text: String) {
    FileHandle.standardError.write(Data((isTerminal ? "\r\u{1B}[K\(text)" : text + "\n").utf8))
  }

  func finish() { if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) } }
}
