// Builds of this program as processes of their own, which a gate asks for runs in turn, or for
// whole measurements. Each measurement has new ones: where memory happens to lie makes a difference
// of up to a fifth, which lasts as long as the process.

import CRecurrentMachinePeak
import Foundation
import Recurrent

/// This program as a peer: runs what it is asked for on standard input until that ends. Peer.swift
/// describes the requests.
enum Build {
  /// Names what builds understand of one another. Another number for another meaning of a request,
  /// or of a problem's words.
  static let version = "1"

  static func serve() throws {
    try answer(Peer.Answer(name: "bench", version: version))
    var problem: Problem?
    var threads = 1
    var backend: (any Backend)?
    var run: (any Workload)?
    while let line = readLine() {
      let request = try JSON.decode(Peer.Request.self, from: Data(line.utf8))
      if let setup = request.setup {
        (backend, run) = (nil, nil)
        if let core = setup.core { machine_peak_pin(core) }
        let asked = Problem(
          cell: setup.cell, mode: setup.mode, input: setup.input, hidden: setup.hidden, batch: setup.batch,
          length: setup.length,
          layers: setup.layers, bidirectional: setup.bidirectional, ragged: setup.lengths != nil,
          isDeepBench: setup.deepbench ?? false)
        do {
          if let flaw = asked.flaw {
            throw RecurrentError.invalidOption(name: "problem", value: asked.name, expected: "another: \(flaw)")
          }
          (problem, threads) = (asked, setup.threads)
          if let name = setup.backend {
            let made = try Backends.make(name, threads: threads)
            // The same division of the work, whatever else runs here.
            made.pool.keepTogether()
            (backend, run) = (made, asked.run(on: made))
          }
        } catch let error as RecurrentError {
          try answer(Peer.Answer(unsupported: error.description))
          continue
        }
        try answer(Peer.Answer(ready: true))
      } else if request.count == true, let problem, let backend {
        try answer(Peer.Answer(counts: Counts(problem, backend: backend)))
      } else if let asked = request.measure, let problem {
        let backends = try asked.backends.map { try Backends.make($0, threads: threads) }
        for backend in backends { backend.pool.keepTogether() }
        let contestants = backends.map { Contestant.backend($0, denormals: false) }
        let rounds = measure(
          problem, on: contestants, seconds: asked.seconds, least: asked.rounds, roofline: Roofline(threads: threads))
        try answer(Peer.Answer(rounds: rounds))
      } else if let count = request.run, count > 0, let run {
        let clock = ContinuousClock()
        let start = clock.now
        repeat { run() } while (clock.now - start).seconds < min(request.wake ?? 0, 1)
        let sample = run.turns(max(1, min(request.turns ?? 1, 1000)), of: count)
        // Until the other threads sleep.
        if backend?.pool.threads ?? 1 > 1 { Thread.sleep(forTimeInterval: 2e-3) }
        try answer(Peer.Answer(turns: sample.turns, waited: sample.waited))
      } else {
        throw RecurrentError.invalidOption(
          name: "--serve", value: line, expected: "a request that Peer.swift describes, after a setup")
      }
    }
  }

  private static func answer(_ answer: Peer.Answer) throws {
    try StandardOutput.writeLine(JSON.encode(answer))
  }

  /// This build.
  static var own: String { Bundle.main.executablePath ?? CommandLine.arguments[0] }

  /// Starts a build of this program. Throws when it is none, or one that does not know how to be
  /// compared with this one.
  static func start(_ path: String) throws -> Peer {
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw RecurrentError.inputOutput(
        path: path, reason: "is not a program that can be run; expected another build of bench")
    }
    let quoted = "'" + path.replacingOccurrences(of: "'", with: "'\\''") + "'"
    // Not through the PATH.
    let peer = Peer(command: "exec \(path.contains("/") ? quoted : "./" + quoted) --serve", taken: [])
    let reason =
      peer.failure
      ?? (peer.name == "bench" && peer.version == version ? nil : "it calls itself \(peer.name) \(peer.version)")
    if let reason {
      peer.end()
      throw RecurrentError.inputOutput(
        path: path, reason: "is no build of bench that can be compared with this one: \(reason)")
    }
    return peer
  }
}
