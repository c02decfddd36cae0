// Fuzzing: feeds every reader with mutated inputs, and finds inputs that crash it, take more than
// ten seconds, or take more than a gigabyte. scripts/fuzz builds and runs it.

import ArgumentParser
import Foundation
import Recurrent

@main
struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz",
    abstract:
      "Feeds every reader with mutated inputs, and finds those that crash it, take over 10 s or take over 1 GB.",
    discussion: """
      An input is a valid one with up to \(Mutator.greatestCount) mutations; input n of a seed is always the same. An \
      input that fails is minimised and written to --output, beside the output of the process. Exit status: 1 if an \
      input has failed.
      """)

  @Option(help: "Number of inputs of all targets together.") var count: Int?
  @Option(help: "Duration in seconds, instead of a count (default: 60).") var seconds: Double?
  @Option(name: .customLong("target"), parsing: .upToNextOption, help: "Targets (default: all).") var names: [String] =
    []
  @Option(help: "Seed of the inputs.") var seed: UInt64 = 1
  @Option(help: "Number of workers (default: the cores).") var jobs: Int?
  @Option(help: "Folder for inputs that fail.") var output = "fuzz-failures"
  @Option(help: "Read only the files TARGET/FILE in this folder.") var replay: String?
  @Flag(help: "List the targets.") var list = false

  // Options of a worker process.
  @Option(help: .hidden) var worker: String?
  @Option(help: .hidden) var folder = ""
  @Option(help: .hidden) var first = 0
  @Option(name: .customLong("file"), help: .hidden) var files: [String] = []

  func run() throws {
    if list {
      for target in FuzzTarget.all { print(target.name) }
    } else if let worker {
      try work(targets([worker])[0])
    } else {
      try supervise(targets(names))
    }
  }

  private func targets(_ names: [String]) throws -> [FuzzTarget] {
    let all = FuzzTarget.all
    return try names.isEmpty
      ? all
      : names.map { name in
        guard let target = all.first(where: { $0.name == name }) else {
          throw ValidationError("--target: unknown '\(name)'; expected \(all.map(\.name).joined(separator: ", "))")
        }
        return target
      }
  }

  private func work(_ target: FuzzTarget) throws {
    if files.isEmpty {
      let mutator = try target.mutator(seed: seed)
      if first == 0 { try Worker.check(target, mutator.seeds, folder: folder) }
      try Worker.run(target, numbers: first..<first + (count ?? 0), folder: folder) { Data(mutator.input($0)) }
    } else {
      try Worker.run(target, numbers: first..<first + files.count, folder: folder) {
        try Data(contentsOf: URL(fileURLWithPath: files[$0 - first]))
      }
    }
  }

  private func supervise(_ targets: [FuzzTarget]) throws {
    let output = output
    let supervisor = Supervisor(seed: seed, seconds: count == nil && replay == nil ? seconds ?? 60 : seconds) {
      target, failure in
      let name = "\(target)-\(String(digest(failure.input), radix: 16)).bin"
      try? FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
      try? failure.input.write(to: URL(fileURLWithPath: "\(output)/\(name)"))
      try? Data(failure.log.utf8).write(to: URL(fileURLWithPath: "\(output)/\(name).log"))
      // At once, whatever reads it.
      let text =
        "\(target): \(failure.what)\n  at \(failure.place)\n  \(failure.input.count) bytes: \(output)/\(name)\n"
      FileHandle.standardOutput.write(Data(text.utf8))
    }
    if let replay {
      for target in targets {
        let folder = replay + "/" + target.name
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        supervisor.run(target, files: names.map { folder + "/" + $0 })
      }
    } else {
      let jobs = jobs ?? ProcessInfo.processInfo.activeProcessorCount
      let shares = targets.reduce(0) { $0 + $1.share }
      // Without a count, until it is time.
      let each = count ?? 5_000
      var rounds = 0
      repeat {
        supervisor.run(
          targets.map { target in
            let numbers = max(1, each * target.share / shares)
            return (target, rounds * numbers..<(rounds + 1) * numbers)
          }, jobs: jobs)
        rounds += 1
      } while count == nil && !supervisor.isOver
    }
    let tallies = supervisor.tallies.withLock { $0 }
    print(Fuzz.table(targets.compactMap { target in tallies[target.name].map { (target.name, $0) } }))
    if tallies.values.contains(where: { $0.failureCount > 0 }) { throw ExitCode.failure }
  }

  private static func table(_ tallies: [(name: String, tally: Tally)]) -> String {
    func row(_ cells: [String]) -> String {
      cells[0].padding(toLength: 16, withPad: " ", startingAt: 0)
        + zip(cells.dropFirst(), [10, 10, 11, 10, 10]).map { cell, width in
          String(repeating: " ", count: max(1, width - cell.count)) + cell
        }.joined()
    }
    var rows = [row(["target", "inputs", "a CPU s", "slowest, s", "most, MB", "failures"])]
    for (name, tally) in tallies {
      let failures = tally.failureCount == 0 ? "0" : "\(tally.failureCount) in \(tally.failures.count)"
      rows.append(
        row([
          name, "\(tally.count)", String(format: "%.0f", Double(tally.count) / max(tally.seconds, 1e-3)),
          String(format: "%.2f", Double(tally.slowest) / 1e9),
          "\(tally.memory / 1_000_000)", failures,
        ]))
    }
    let (count, failures) = tallies.reduce((0, 0)) { ($0.0 + $1.tally.count, $0.1 + $1.tally.failureCount) }
    return rows.joined(separator: "\n") + "\n\(count) inputs, \(failures) failures"
  }
}
