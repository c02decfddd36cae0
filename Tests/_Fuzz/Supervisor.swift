// Supervisor: runs workers, and finds the inputs that crash them or exceed their time or memory.

import Foundation
import Synchronization

/// An input that failed.
struct Failure: Sendable {
  /// "trapped", "over 10 s" or "over 1 GB", with the worker's message.
  let what: String
  /// The source location, if known. Inputs that fail at the same location are one failure.
  let place: String
  var input: Data
  /// The standard error of the worker.
  let log: String
}

/// The results of a target's inputs.
struct Tally: Sendable {
  var count = 0
  /// The processor time of the slowest input, in nanoseconds.
  var slowest = 0
  /// The processor time of all workers, in seconds.
  var seconds = 0.0
  /// The maximum memory of a worker, in bytes.
  var memory = 0
  /// One failure for each place; `failureCount` counts all.
  var failures: [Failure] = []
  var failureCount = 0
}

/// Runs workers on inputs, and reports failures.
final class Supervisor: Sendable {
  static let greatestSeconds = 10
  static let greatestMemory = 1_000_000_000
  /// The maximum seconds by the wall clock, for an input that waits without end.
  private static let greatestWait = 120
  /// The number of failures of a target after which its other inputs are skipped.
  private static let greatestFailures = 300
  /// The maximum number of inputs of a worker, whose start takes as long as a hundred inputs.
  private static let greatestPiece = 2000

  private let seed: UInt64
  private let deadline: Int
  private let folderCount = Atomic(0)
  /// Results by target name.
  let tallies = Mutex<[String: Tally]>([:])
  private let report: @Sendable (_ target: String, Failure) -> Void

  /// Creates a supervisor that stops after `seconds`, if given, and reports the first failure at
  /// each place.
  init(seed: UInt64, seconds: Double?, report: @escaping @Sendable (_ target: String, Failure) -> Void) {
    (self.seed, self.report) = (seed, report)
    deadline = seconds.map { nanoseconds(CLOCK_MONOTONIC) + Int($0 * 1e9) } ?? .max
  }

  var isOver: Bool { nanoseconds(CLOCK_MONOTONIC) >= deadline }

  /// Reads inputs of all targets, in turn.
  func run(_ targets: [(target: FuzzTarget, numbers: Range<Int>)], jobs: Int) {
    let piece = Supervisor.greatestPiece
    let rounds = targets.map { ($0.numbers.count + piece - 1) / piece }.max() ?? 0
    let pieces = (0..<rounds).flatMap { round in
      targets.compactMap { target, numbers -> (FuzzTarget, Range<Int>)? in
        let rest = numbers.dropFirst(round * piece).prefix(piece)
        return rest.isEmpty ? nil : (target, rest.startIndex..<rest.endIndex)
      }
    }
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: jobs) { _ in
      while case let place = next.wrappingAdd(1, ordering: .relaxed).oldValue, place < pieces.count, !isOver {
        let (target, numbers) = pieces[place]
        read(target, numbers) { ["--count", "\($0.count)"] }
      }
    }
  }

  /// Reads files as inputs of a target.
  func run(_ target: FuzzTarget, files: [String]) {
    read(target, files.indices) {
      files[$0].flatMap { ["--file", $0] }
    } file: {
      files[$0]
    }
  }

  /// Reads inputs until none is left. After a failure, a new worker continues.
  private func read(
    _ target: FuzzTarget, _ numbers: Range<Int>, arguments: (Range<Int>) -> [String],
    file: (Int) -> String? = { _ in nil }
  ) {
    var numbers = numbers
    while !numbers.isEmpty, !isOver,
      tallies.withLock({ $0[target.name]?.failureCount ?? 0 }) < Supervisor.greatestFailures
    {
      let work = work(target, numbers.lowerBound, arguments(numbers))
      let end = work.failure == nil && !isOver ? numbers.upperBound : min(numbers.upperBound, work.number + 1)
      tallies.withLock { tallies in
        tallies[target.name, default: Tally()].count += end - numbers.lowerBound
        tallies[target.name]!.seconds += work.seconds
        tallies[target.name]!.slowest = max(tallies[target.name]!.slowest, work.slowest)
        tallies[target.name]!.memory = max(tallies[target.name]!.memory, work.memory)
      }
      if let failure = work.failure { add(failure, of: target, number: work.number, file: file(work.number)) }
      numbers = end..<numbers.upperBound
    }
  }

  // MARK: Workers

  private struct Work {
    var number: Int
    var failure: Failure?
    var slowest = 0
    var memory = 0
    var seconds = 0.0
  }

  /// Runs a worker on inputs from `first` on, until it ends or exceeds a limit.
  private func work(_ target: FuzzTarget, _ first: Int, _ arguments: [String]) -> Work {
    let folder = NSTemporaryDirectory() + "fuzz-\(getpid())-\(folderCount.add(1, ordering: .relaxed).oldValue)"
    let log = folder + "/log"
    var work = Work(number: first)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try Data().write(to: URL(fileURLWithPath: log))
      let notes = try WorkerNotes(file: folder + "/notes")
      defer { notes.end() }
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0])
      process.arguments =
        ["--worker", target.name, "--seed", "\(seed)", "--first", "\(first)", "--folder", folder] + arguments
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle(forWritingAtPath: log)
      try process.run()
      var excess: String?
      while process.isRunning {
        usleep(2000)
        excess = isOver ? "" : Supervisor.excess(of: process.processIdentifier, notes)
        if excess != nil {
          kill(process.processIdentifier, SIGKILL)
          process.waitUntilExit()
        }
      }
      if notes.start > 0 { work.number = notes.number }
      (work.slowest, work.memory) = (notes.slowest, notes.memory)
      work.seconds = Double(notes.processorTime) / 1e9
      let text = String(decoding: (try? Data(contentsOf: URL(fileURLWithPath: log))) ?? Data(), as: UTF8.self)
      if let excess {
        if !excess.isEmpty { work.failure = Failure(what: excess, place: excess, input: Data(), log: text) }
      } else if process.terminationReason == .uncaughtSignal || process.terminationStatus != 0 {
        work.failure = Failure(trapped: text, status: process.terminationStatus)
      } else if notes.memory > Supervisor.greatestMemory {
        work.failure = Failure(what: "over 1 GB", place: "over 1 GB", input: Data(), log: text)
      }
    } catch {
      work.failure = Failure(what: "no worker: \(error)", place: "", input: Data(), log: "")
    }
    return work
  }

  /// The limit that a worker exceeds; nil if it exceeds none.
  private static func excess(of process: pid_t, _ notes: WorkerNotes) -> String? {
    func words(_ name: String) -> [Substring] {
      let text = (try? String(contentsOfFile: "/proc/\(process)/\(name)", encoding: .utf8)) ?? ""
      return text[(text.lastIndex(of: ")").map { text.index(after: $0) } ?? text.startIndex)...].split(separator: " ")
    }
    if let pages = words("statm").dropFirst().first.flatMap({ Int($0) }),
      pages * sysconf(Int32(_SC_PAGESIZE)) > greatestMemory
    {
      return "over 1 GB"
    }
    guard notes.start > 0 else { return nil }
    if nanoseconds(CLOCK_MONOTONIC) - notes.start > greatestWait * 1_000_000_000 {
      return "over \(greatestSeconds) s, without end"
    }
    // Processor time, since other processes may have the cores.
    let times = words("stat").dropFirst(11).prefix(2).compactMap { Int($0) }
    let used = times.reduce(0, +) * (1_000_000_000 / sysconf(Int32(_SC_CLK_TCK)))
    return used - notes.processorStart > greatestSeconds * 1_000_000_000 ? "over \(greatestSeconds) s" : nil
  }

  // MARK: Failures

  private func add(_ failure: Failure, of target: FuzzTarget, number: Int, file: String?) {
    let isNew = tallies.withLock { tallies in
      tallies[target.name]!.failureCount += 1
      return !tallies[target.name]!.failures.contains { $0.place == failure.place }
    }
    guard isNew else { return }
    var failure = failure
    failure.input =
      file.map { (try? Data(contentsOf: URL(fileURLWithPath: $0))) ?? Data() }
      ?? smallest(target, number, failure.place)
    tallies.withLock { $0[target.name]!.failures.append(failure) }
    report(target.name, failure)
  }

  /// The input with the fewest mutations that fails in the same place.
  private func smallest(_ target: FuzzTarget, _ number: Int, _ place: String) -> Data {
    guard let mutator = try? target.mutator(seed: seed) else { return Data() }
    let path = NSTemporaryDirectory() + "fuzz-\(getpid())-\(folderCount.add(1, ordering: .relaxed).oldValue).bin"
    defer { unlink(path) }
    func fails(_ input: [UInt8]) -> Bool {
      guard (try? Data(input).write(to: URL(fileURLWithPath: path))) != nil else { return false }
      return work(target, 0, ["--file", path]).failure?.place == place
    }
    var omitted = Set<Int>()
    for change in 0..<Mutator.greatestCount {
      let less = mutator.input(number, leavingOut: omitted.union([change]))
      if less != mutator.input(number, leavingOut: omitted), fails(less) { omitted.insert(change) }
    }
    return Data(mutator.input(number, leavingOut: omitted))
  }
}

extension Failure {
  /// The failure of a worker that has crashed, from the output of the Swift runtime and the address
  /// sanitizer.
  fileprivate init(trapped log: String, status: Int32) {
    let lines = log.split(separator: "\n")
    let message = lines.first {
      $0.contains("Fatal error") || $0.contains("ERROR: AddressSanitizer") || $0.contains("runtime failure")
    }
    // The first source location of this package, other than that of the check itself.
    let frame = lines.first { line in
      ["/Sources/", "/Benchmarks/", "/Tests/_Fuzz/"].contains { line.contains($0) }
        && line.contains(/\.(swift|c|h):[1-9]/) && !line.contains("/.build")
        && !line.contains("/Require.swift") && !line.contains("/FuzzTarget.swift")
    }
    let place = frame.map { $0.split(separator: "/").suffix(2).joined(separator: "/") }
    self.init(
      what: "trapped: " + (message.map(String.init) ?? lines.last.map(String.init) ?? "status \(status)"),
      place: place ?? message.map(String.init) ?? "status \(status)", input: Data(), log: log)
  }
}
