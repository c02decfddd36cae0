// Other engines, as programs that take their turns among the backends.
//
// `bench --peer COMMAND` starts COMMAND through /bin/sh. The two exchange lines of JSON: requests
// come on the peer's standard input, and it answers each with one line on its standard output. The
// end of its input is the end of the peer. What it writes to standard error is shown when it fails.
//
//   (at the start)            {"name": "pytorch", "version": "2.13.0"}    or, when it cannot work, {"name": "pytorch", "error": "why"}
//   {"setup": {...}}          {"ready": true}                             or, for a problem that it does not do, {"unsupported": "why"}
//   {"run": 5, "wake": 0.03}  {"seconds": 0.25}
//
// A setup describes a problem, which replaces the one before:
//
//   cell           "elman" (tanh), "lstm" or "gru" (reset after the recurrent product, as in PyTorch), with biases
//   mode           "inference": outputs of the whole sequence; "training": the same, then the gradients of every parameter and of the
//                  input for a given gradient of the output; "streaming": `length` calls of one step each, carrying the state;
//                  "languagemodel": a training step: embedding of `vocabulary` words in `input` numbers, the layers, a linear map to
//                  `vocabulary` classes, their mean cross-entropy with given words (of all steps, padded or not), backward, Adam
//   input, hidden, batch, length, layers, threads     whole numbers; all sequences are time-major, in float32
//   vocabulary     a whole number, for "languagemodel"
//   bidirectional  true or false
//   lengths        each row's valid steps, 1 to `length`, in any order; not there when all rows have `length`
//
// Builds of this program are peers as well (`bench --serve`; Build.swift), which are asked for
// more: a setup then has
//
//   backend        its name; not there for what is measured whole
//   deepbench      true by DeepBench's rules, else not there
//   core           the number of the core to stay on, if it is to
//
// and a run a number of "turns", each of so many runs; the answer, {"turns": [0.05, ...], "waited":
// 0.001}, has the seconds per run in each, and those that its threads were ready to run while
// others had their processors. And there are two more requests: {"count": true} for the problem's
// counts, {"counts": {"allocations": 0, ...}}; and {"measure": {"backends": ["packed", ...],
// "seconds": 0.6, "rounds": 15}} for its rounds on some backends beside roofline: {"rounds":
// {...}}.
//
// For a run, the peer runs the problem at least once and for `wake` seconds; then as often as
// asked, and answers with the seconds that the latter took altogether. It answers when its threads
// have gone to sleep: those that still spin would slow down whoever is next.

import Foundation
import RecurrentCore
import RecurrentInterchange

/// A peer that has been started. One that fails is ended, and does nothing from then on.
final class Peer {
  /// As it calls itself; the command until it has said so.
  private(set) var name: String
  private(set) var version = ""
  /// Why it takes no part any more.
  private(set) var failure: String?
  /// Whether it has said itself that it cannot work here.
  private(set) var isAbsent = false
  private var unsupported: [String] = []
  private let process = Process()
  private let requests = Pipe()
  private let answers = Pipe()
  /// What it writes to standard error: a file, which never makes it wait for a reader.
  private let errors =
    tmpfile().map { file in
      defer { fclose(file) }
      return FileHandle(fileDescriptor: dup(fileno(file)), closeOnDealloc: true)
    } ?? .nullDevice
  private var unread: [UInt8] = []
  /// Whether it let the time for an answer pass.
  private var isSilent = false

  struct Request: Codable {
    var setup: Setup?
    var run: Int?
    var wake: Double?
    var turns: Int?
    var count: Bool?
    var measure: Measure?

    struct Measure: Codable {
      let backends: [String]
      let seconds: Double
      let rounds: Int
    }

    struct Setup: Codable {
      let cell: CellName
      let mode: Mode
      let input, hidden, batch, length, layers: Int
      let bidirectional: Bool
      let lengths: [Int]?
      let threads: Int
      let vocabulary: Int?
      let backend: String?
      let deepbench: Bool?
      let core: Int32?
    }
  }

  struct Answer: Codable {
    var name, version, error, unsupported: String?
    var ready: Bool?
    var seconds: Double?
    var turns: [Double]?
    var waited: Double?
    var counts: Counts?
    var rounds: Rounds?
  }

  /// Starts a peer and waits for its name, which must not be among those `taken`.
  init(command: String, taken: [String]) {
    name = "peer '\(command)'"
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    (process.standardInput, process.standardOutput, process.standardError) = (requests, answers, errors)
    do { try process.run() } catch { failure = "\(name) cannot be started: \(error.localizedDescription)" }
    let expected = #"{"name": "...", "version": "..."}"#
    guard let greeting = ask(nil, for: expected, isAnswer: { $0.error != nil || $0.name != nil && $0.version != nil })
    else { return }
    if let error = greeting.error {
      isAbsent = true
      fail("is missing: \(error)", as: greeting.name)
    } else if let given = greeting.name, given.wholeMatch(of: /[A-Za-z0-9_.+-]{1,40}/) != nil, !taken.contains(given) {
      (name, version) = (given, greeting.version!)
    } else {
      // It becomes a column of the tables and a value in CSV.
      fail(
        "calls itself '\(greeting.name!.prefix(80))'; expected letters, digits and . + - _, and none of \(taken.joined(separator: ", "))"
      )
    }
  }

  deinit {
    // Foundation may keep the process, and with it what it was given.
    if errors !== FileHandle.nullDevice { try? errors.close() }
  }

  /// What a reader of the report should know: its failure, and what it does not do.
  var notes: [String] { (failure.map { [$0] } ?? []) + unsupported.map { "\(name) leaves out: \($0)" } }

  /// Prepares a problem, for a build of this program on one of its backends. Returns whether the
  /// peer can run it.
  func setUp(_ problem: Problem, backend: String? = nil, threads: Int, core: Int32? = nil) -> Bool {
    let setup = Request.Setup(
      cell: problem.cell, mode: problem.mode, input: problem.input, hidden: problem.hidden, batch: problem.batch,
      length: problem.length,
      layers: problem.layers, bidirectional: problem.bidirectional, lengths: problem.lengths, threads: threads,
      vocabulary: problem.mode == .languagemodel ? Problem.vocabulary : nil, backend: backend,
      deepbench: problem.isDeepBench ? true : nil,
      core: core)
    let answer = ask(Request(setup: setup), for: #"{"ready": true} or {"unsupported": "..."}"#) {
      $0.ready == true || $0.unsupported != nil
    }
    if let reason = answer?.unsupported, !unsupported.contains(reason) { unsupported.append(reason) }
    return answer?.ready == true
  }

  /// The seconds that `count` runs take, after others for `wake` seconds; nil when the peer has
  /// failed.
  func run(_ count: Int, wake: Double) -> Double? {
    // Beyond this range nobody measures, and shares of the peak would be infinite.
    ask(Request(run: count, wake: wake), for: #"{"seconds": ...}"#) { (1e-9...1e9).contains($0.seconds ?? 0) }?.seconds
  }

  /// Some turns of `count` runs each, after others for `wake` seconds; nil when the peer, a build,
  /// has failed.
  func turns(_ turns: Int, of count: Int, wake: Double) -> Sample? {
    let answer = ask(
      Request(run: count, wake: wake, turns: turns), for: #"{"turns": [...], "waited": ...} with \#(turns) turns"#
    ) {
      $0.turns?.count == turns && $0.turns!.allSatisfy((1e-9...1e9).contains) && ($0.waited ?? -1) >= 0
    }
    return answer.map { Sample(turns: $0.turns!, waited: $0.waited!) }
  }

  /// The counts of the problem that is set up; nil when the peer has failed, or is none that
  /// counts.
  func counts() -> Counts? {
    ask(Request(count: true), for: #"{"counts": {...}}"#) { $0.counts?.arePlausible == true }?.counts
  }

  /// The rounds of the problem that is set up, of each backend and of roofline; nil when the peer,
  /// a build, has failed, or when interrupted.
  func rounds(on backends: [String], seconds: Double, least: Int) -> Rounds? {
    ask(
      Request(measure: .init(backends: backends, seconds: seconds, rounds: least)), for: #"{"rounds": {...}}"#,
      endsWhenInterrupted: true
    ) {
      $0.rounds?.seconds.count == backends.count && $0.rounds!.areComplete
    }?.rounds
  }

  /// Ends the peer, by force unless it does so within two seconds.
  func end() {
    try? requests.fileHandleForWriting.close()
    try? answers.fileHandleForReading.close()
    for _ in 0..<200 where process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
    if process.isRunning {
      kill(-process.processIdentifier, SIGKILL)  // Foundation gives each process a group of its own: the shell, and what it started.
      process.waitUntilExit()
    }
  }

  private func fail(_ reason: String, as given: String? = nil) {
    end()
    var written = ""
    if let size = try? errors.seekToEnd(), (try? errors.seek(toOffset: size - min(size, 2000))) != nil,
      let data = try? errors.readToEnd()
    {
      written = String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(3).joined(separator: " / ")
    }
    failure = "\(given ?? name) \(reason)" + (written.isEmpty ? "" : " (standard error: \(written))")
  }

  /// Sends a request, unless nil, and waits for the answer; nil when the peer fails, or has failed.
  private func ask(
    _ request: Request?, for expected: String, endsWhenInterrupted: Bool = false, isAnswer: (Answer) -> Bool
  ) -> Answer? {
    guard failure == nil else { return nil }
    if let request {
      // A peer that does not read any more shows below, as the end of its answers.
      let line = Array((try! JSON.encode(request) + "\n").utf8)  // numbers and words: this cannot fail
      _ = line.withUnsafeBytes { OutputDescriptor.write($0, to: requests.fileHandleForWriting.fileDescriptor) }
    }
    guard let line = nextLine(timeout: request == nil ? 60_000 : -1, endsWhenInterrupted: endsWhenInterrupted) else {
      if endsWhenInterrupted, Interruption.signal != 0 {
        kill(-process.processIdentifier, SIGKILL)
        failure = "\(name) was interrupted"
        return nil
      }
      let isSilent = isSilent
      end()
      fail(
        "did not answer \(expected)"
          + (isSilent ? " within a minute" : ", and ended with status \(process.terminationStatus)"))
      return nil
    }
    guard let answer = try? JSON.decode(Answer.self, from: Data(line)), isAnswer(answer) else {
      fail("answered '\(String(decoding: line.prefix(80), as: UTF8.self))' instead of \(expected)")
      return nil
    }
    return answer
  }

  /// The next line it prints, at most a megabyte of it; nil at the end of the output, when none
  /// comes within `timeout` milliseconds, or, if so wanted, when this program is interrupted.
  private func nextLine(timeout: Int32, endsWhenInterrupted: Bool) -> ArraySlice<UInt8>? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var waiting = pollfd(fd: answers.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) ?? (unread.count > 1 << 20 ? unread.count - 1 : nil) {
        defer { unread.removeFirst(end + 1) }
        return unread[..<end]
      }
      let ready = poll(&waiting, 1, endsWhenInterrupted ? 200 : timeout)
      if ready == 0, endsWhenInterrupted, Interruption.signal == 0 { continue }
      if ready < 0, errno == EINTR { continue }
      isSilent = ready == 0
      guard ready > 0 else { return nil }
      let count = read(waiting.fd, &buffer, buffer.count)
      guard count > 0 else { return nil }
      unread += buffer[..<count]
    }
  }
}
