// Peers: other engines, as processes that run the same problems in turn with the backends.
//
// `bench --peer COMMAND` starts COMMAND through /bin/sh. Both sides exchange lines of JSON:
// requests arrive on the peer's standard input, and the peer answers each with one line on standard
// output. A peer ends at the end of its input. Its standard error is shown if it fails.
//
//   (at the start)            {"name": "pytorch", "version": "2.13.0"}
//                             or, if it cannot run: {"name": "pytorch", "error": "why"};
//                             with "modes" and "precisions", lists of what it runs, if that is more
//                             than the first four modes below, and float32
//   {"setup": {...}}          {"ready": true}
//                             or, for a problem that it does not support: {"unsupported": "why"}
//   {"run": 5, "wake": 0.03}  {"seconds": 0.25}
//
// A setup describes a problem, which replaces the one before:
//
//   cell           "elman" (tanh), "lstm" or "gru" (reset after the recurrent product, as in
//                  PyTorch), with biases
//   mode           "inference": outputs of the whole sequence; "training": the same, then the
//                  gradients of every parameter and of the input for a given gradient of the
//                  output; "streaming": `length` calls of one step each, carrying the state;
//                  "languagemodel": a training step: embedding of `vocabulary` words in `input`
//                  dimensions, the layers, a linear map to `vocabulary` classes, the mean
//                  cross-entropy with given words (over all steps, including padding), backward,
//                  Adam; "evaluation": forward and cross-entropy of the same. The modes of
//                  Benchmarks/bench/TrainingPart.swift are for builds of this program
//   precision      "bfloat16" or "int8", of weights and products; absent for float32
//   input, hidden, batch, length, layers, threads
//                  integers; all sequences are time-major, in float32
//   vocabulary     an integer, for "languagemodel" and "evaluation"
//   bidirectional  true or false
//   lengths        each row's valid steps, 1 to `length`, in any order; absent if all rows have
//                  `length`
//
// For a run, the peer first runs the problem at least once and for `wake` seconds; then `run`
// times, and answers with the seconds that those took together. It answers when its threads have
// gone to sleep: spinning threads would slow down the next contestant.
//
// Builds of this program are peers as well (`bench --serve`; Build.swift), with additional fields.
// A setup has
//
//   backend        the name of the backend; absent for "measure"
//   deepbench      true for DeepBench's rules, else absent
//   core           the number of the core to run on, if any
//
// A run has a number of "turns", of `run` runs each. Its answer is {"turns": [0.05, ...], "waited":
// 0.001}: the seconds per run in each turn, and the seconds that its threads were runnable while
// other programs had the processor. There are two more requests:
//
//   {"count": true}           {"counts": {"allocations": 0, ...}}: the problem's counts
//   {"measure": {"backends": ["packed", ...], "seconds": 0.6, "rounds": 15}}
//                             {"rounds": {...}}: rounds of the problem on backends and of the
//                             roofline

import Foundation
import RecurrentCore
import RecurrentInterchange

/// A running peer. A peer that fails is ended and takes no further part.
final class Peer {
  /// The peer's name; the command until the peer has given it.
  private(set) var name: String
  private(set) var version = ""
  /// The reason of the failure; nil for a working peer.
  private(set) var failure: String?
  /// Whether the peer itself reported that it cannot run here.
  private(set) var isAbsent = false
  /// The modes and precisions that it runs.
  private var modes = ["inference", "training", "streaming", "languagemodel"]
  private var precisions = ["float32"]
  /// Whether it has said which modes it runs; builds from before there were others do not, and have
  /// a fixed vocabulary.
  private var knowsModes = false
  private var unsupported: [String] = []
  private let process = Process()
  private let requests = Pipe()
  private let answers = Pipe()
  /// The file of its standard error, which never blocks the peer.
  private let errors =
    tmpfile().map { file in
      defer { fclose(file) }
      return FileHandle(fileDescriptor: dup(fileno(file)), closeOnDealloc: true)
    } ?? .nullDevice
  private var unread: [UInt8] = []
  /// The problem that is set up. A peer has one at a time.
  private var current: Request.Setup?
  /// Whether the time for an answer has passed.
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

    struct Setup: Codable, Equatable {
      let cell: CellName
      let mode: Mode
      let input, hidden, batch, length, layers: Int
      let bidirectional: Bool
      let lengths: [Int]?
      let threads: Int
      let vocabulary: Int?
      let precision: Precision?
      let backend: String?
      let deepbench: Bool?
      let core: Int32?
    }
  }

  struct Answer: Codable {
    var name, version, error, unsupported: String?
    var modes, precisions: [String]?
    var ready: Bool?
    var seconds: Double?
    var turns: [Double]?
    var waited: Double?
    var counts: Counts?
    var rounds: Rounds?
  }

  /// Starts a peer and waits for its name, which must not be in `taken`.
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
      knowsModes = greeting.modes != nil
      (modes, precisions) = (greeting.modes ?? modes, greeting.precisions ?? precisions)
    } else {
      // The name becomes a table column and a CSV value.
      fail(
        """
        calls itself '\(greeting.name!.prefix(80))'; expected letters, digits and . + - _, and none of \
        \(taken.joined(separator: ", "))
        """
      )
    }
  }

  deinit {
    // Foundation may retain the process and its file handles.
    if errors !== FileHandle.nullDevice { try? errors.close() }
  }

  /// Notes for the report: the failure, and unsupported problems.
  var notes: [String] { (failure.map { [$0] } ?? []) + unsupported.map { "\(name) does not support: \($0)" } }

  /// Sets up a problem, unless it is the current one; for a build of this program, on one of its
  /// backends. Returns whether the peer supports it.
  func setUp(_ problem: Problem, backend: String? = nil, threads: Int, core: Int32? = nil) -> Bool {
    let lacks: String? =
      if !modes.contains(problem.mode.rawValue) {
        problem.mode.rawValue
      } else if !precisions.contains(problem.precision.rawValue) {
        problem.precision.rawValue
      } else if backend != nil, !knowsModes, problem.words != Problem.usualVocabulary {
        "a vocabulary of \(problem.words) words"
      } else { nil }
    if let lacks {
      note(lacks)
      return false
    }
    let setup = Request.Setup(
      cell: problem.cell, mode: problem.mode, input: problem.input, hidden: problem.hidden, batch: problem.batch,
      length: problem.length,
      layers: problem.layers, bidirectional: problem.bidirectional, lengths: problem.lengths, threads: threads,
      vocabulary: problem.mode.hasWords ? problem.words : nil,
      precision: problem.precision == .float32 ? nil : problem.precision, backend: backend,
      deepbench: problem.isDeepBench ? true : nil,
      core: core)
    if setup == current, failure == nil { return true }
    let answer = ask(Request(setup: setup), for: #"{"ready": true} or {"unsupported": "..."}"#) {
      $0.ready == true || $0.unsupported != nil
    }
    if let reason = answer?.unsupported { note(reason) }
    let isReady = answer?.ready == true
    current = isReady ? setup : nil
    return isReady
  }

  private func note(_ reason: String) { if !unsupported.contains(reason) { unsupported.append(reason) } }

  /// The seconds of `count` runs, after warm-up runs for `wake` seconds; nil if the peer has
  /// failed.
  func run(_ count: Int, wake: Double) -> Double? {
    // Values outside this range are no measurements; shares of the peak would be infinite.
    ask(Request(run: count, wake: wake), for: #"{"seconds": ...}"#) { (1e-9...1e9).contains($0.seconds ?? 0) }?.seconds
  }

  /// The times of turns of `count` runs each, after warm-up runs for `wake` seconds; nil if the
  /// peer, a build, has failed.
  func turns(_ turns: Int, of count: Int, wake: Double) -> Sample? {
    let answer = ask(
      Request(run: count, wake: wake, turns: turns), for: #"{"turns": [...], "waited": ...} with \#(turns) turns"#
    ) {
      $0.turns?.count == turns && $0.turns!.allSatisfy((1e-9...1e9).contains) && ($0.waited ?? -1) >= 0
    }
    return answer.map { Sample(turns: $0.turns!, waited: $0.waited!) }
  }

  /// The counts of the current problem; nil if the peer has failed.
  func counts() -> Counts? {
    ask(Request(count: true), for: #"{"counts": {...}}"#) { $0.counts?.arePlausible == true }?.counts
  }

  /// The rounds of the current problem on each backend and of the roofline; nil if the peer, a
  /// build, has failed or was interrupted.
  func rounds(on backends: [String], seconds: Double, least: Int) -> Rounds? {
    ask(
      Request(measure: .init(backends: backends, seconds: seconds, rounds: least)), for: #"{"rounds": {...}}"#,
      endsWhenInterrupted: true
    ) {
      $0.rounds?.seconds.count == backends.count && $0.rounds!.areComplete
    }?.rounds
  }

  /// Ends the peer; kills it after two seconds.
  func end() {
    try? requests.fileHandleForWriting.close()
    try? answers.fileHandleForReading.close()
    for _ in 0..<200 where process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
    if process.isRunning {
      // Foundation gives each process its own group: the shell and its children.
      kill(-process.processIdentifier, SIGKILL)
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

  /// Sends a request, unless nil, and waits for the answer; nil if the peer fails or has failed.
  private func ask(
    _ request: Request?, for expected: String, endsWhenInterrupted: Bool = false, isAnswer: (Answer) -> Bool
  ) -> Answer? {
    guard failure == nil else { return nil }
    if let request {
      // A peer that no longer reads is detected below, by the end of its answers.
      let line = Array((try! JSON.encode(request) + "\n").utf8)  // Only numbers and words: cannot fail.
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

  /// The next line of its output, cut to a megabyte; nil at the end of the output, after `timeout`
  /// milliseconds, or, with `endsWhenInterrupted`, if this program is interrupted.
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
