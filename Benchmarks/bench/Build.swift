// Builds as peers: builds of `bench` that run as processes of their own, one for each measurement.
//
// Memory placement changes times by up to a fifth for the life of a process, so each measurement
// starts new processes.

import CRecurrentMachinePeak
import Foundation
import Recurrent

/// This program as a peer: answers requests on standard input until its end. Peer.swift describes
/// the requests.
enum Build {
  /// The version of the protocol between builds. It changes with the meaning of a request or of a
  /// problem's fields.
  static let version = "1"

  static func serve() throws {
    try answer(
      Peer.Answer(
        name: "bench", version: version, modes: Mode.allCases.map(\.rawValue),
        precisions: Precision.allCases.map(\.rawValue)))
    var problem: Problem?
    var threads = 1
    var backend: (any Backend)?
    var run: (any Workload)?
    while let line = readLine() {
      let request = try JSON.decode(Peer.Request.self, from: Data(line.utf8))
      if let setup = request.setup {
        (backend, run) = (nil, nil)
        if let core = setup.core { machine_peak_pin(core) }
        let requested = Problem(
          cell: setup.cell, mode: setup.mode, input: setup.input, hidden: setup.hidden, batch: setup.batch,
          length: setup.length, layers: setup.layers, bidirectional: setup.bidirectional, ragged: setup.lengths != nil,
          isDeepBench: setup.deepbench ?? false, vocabulary: setup.vocabulary, precision: setup.precision ?? .float32)
        do {
          if let flaw = requested.flaw {
            throw RecurrentError.invalidOption(
              name: "problem", value: requested.name, expected: "a valid problem: \(flaw)")
          }
          (problem, threads) = (requested, setup.threads)
          if let name = setup.backend {
            let made = try Backends.make(name, threads: threads)
            // The same partition of the work, whatever else runs on this machine.
            made.pool.keepTogether()
            (backend, run) = (made, requested.run(on: made))
          }
        } catch let error as RecurrentError {
          try answer(Peer.Answer(unsupported: error.description))
          continue
        }
        try answer(Peer.Answer(ready: true))
      } else if request.count == true, let problem, let backend {
        try answer(Peer.Answer(counts: Counts(problem, backend: backend)))
      } else if let measurement = request.measure, let problem {
        let backends = try measurement.backends.map { try Backends.make($0, threads: threads) }
        for backend in backends { backend.pool.keepTogether() }
        let contestants = backends.map { Contestant(.backend($0, denormals: false)) }
        let rounds = measure(
          problem, on: contestants, seconds: measurement.seconds, least: measurement.rounds,
          roofline: Roofline(threads: threads, precision: problem.precision))
        try answer(Peer.Answer(rounds: rounds))
      } else if let count = request.run, count > 0, let run {
        let clock = ContinuousClock()
        let start = clock.now
        repeat { run() } while (clock.now - start).seconds < min(request.wake ?? 0, 1)
        let sample = run.turns(max(1, min(request.turns ?? 1, 1000)), of: count)
        // Waits until the pool's threads sleep.
        if backend?.pool.threads ?? 1 > 1 { Thread.sleep(forTimeInterval: 2e-3) }
        try answer(Peer.Answer(turns: sample.turns, waited: sample.waited))
      } else {
        throw RecurrentError.invalidOption(
          name: "--serve", value: line, expected: "a request of Benchmarks/bench/Peer.swift, after a setup")
      }
    }
  }

  private static func answer(_ answer: Peer.Answer) throws {
    try StandardOutput.writeLine(JSON.encode(answer))
  }

  /// The path of this build.
  static var own: String { Bundle.main.executablePath ?? CommandLine.arguments[0] }

  /// Starts a build of this program. Throws if it is another program, or a build with another
  /// version of the protocol.
  static func start(_ path: String) throws -> Peer {
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw RecurrentError.inputOutput(
        path: path, reason: "is not a program that can be run; expected another build of bench")
    }
    let quoted = "'" + path.replacingOccurrences(of: "'", with: "'\\''") + "'"
    // A name without a slash is relative to this folder, not to the PATH.
    let peer = Peer(command: "exec \(path.contains("/") ? quoted : "./" + quoted) --serve", taken: [])
    let reason =
      peer.failure
      ?? (peer.name == "bench" && peer.version == version ? nil : "it calls itself \(peer.name) \(peer.version)")
    if let reason {
      peer.end()
      throw RecurrentError.inputOutput(
        path: path, reason: "is not a build of bench that can be compared with this one: \(reason)")
    }
    return peer
  }
}
