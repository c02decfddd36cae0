// Measuring: runs all problems on all contestants, without a baseline or another build.

import ArgumentParser
import Foundation
import Recurrent

extension Bench {
  /// The backends to measure in a precision; with `--denormals`, each of them twice.
  func contestants(threads: Int, in precision: Precision?) throws -> [Contestant] {
    try backendNames.uniqued().flatMap { name -> [Contestant] in
      #if OpenBLAS
        if name == "sgemm" {
          guard layers ?? 1 == 1, !bidirectional, !ragged, chosenSuite != .gate,
            !(modes?.values ?? chosenSuite.modes).contains(.streaming), precisions == [.float32]
          else {
            throw ValidationError(
              "--backends sgemm requires float32, and inference or training of one layer, one direction and full "
                + "lengths")
          }
          _ = try Backends.make("openblas", threads: threads)  // Throws if OpenBLAS is missing.
          return [Contestant(.sgemmChain(threads: threads), in: precision)]
        }
      #endif
      let backend = try Backends.make(name, threads: threads)
      return (denormals ? [false, true] : [false]).map {
        Contestant(.backend(backend, denormals: $0), in: precision)
      } + (callers.map { [Contestant(.callers(backend, Callers($0)), in: precision)] } ?? [])
    }
  }

  /// Starts the peers of `--peer`, beside contestants with these names. Tells which have failed.
  func startPeers(beside names: [String], _ progress: Progress) -> [Peer] {
    var (taken, peers) = (names, [Peer]())
    for command in peer {
      progress.show("starting the peer '\(command)'")
      let peer = Peer(command: command, taken: taken)
      peers.append(peer)
      if let failure = peer.failure { progress.say(failure) } else { taken.append(peer.name) }
    }
    return peers
  }

  /// Measures all problems. Also returns whether a peer has failed.
  func measureAll() throws -> (Report, peerFailed: Bool) {
    let threads = try Backends.make("swift", threads: threads).pool.threads
    var problems = try problems()
    // The problems of the suite "gate" have each their own precision. Otherwise the precisions take
    // turns on each problem, as the backends do.
    let precisions = chosenSuite == .gate ? [nil] : precisions.map(Optional.some)
    var chosen = try precisions.flatMap { try contestants(threads: threads, in: $0) }
    let progress = Progress(total: problems.count)
    let peers = startPeers(beside: chosen.map(\.name), progress)
    defer { for peer in peers { peer.end() } }
    for peer in peers where peer.failure == nil {
      chosen += precisions.map { Contestant(.peer(peer, threads: threads), in: $0) }
    }
    let backends = chosen.compactMap {
      if case .backend(let backend, denormals: false) = $0.engine { backend } else { nil }
    }
    var report = Report(
      threads: threads, progress, peers: peers, precisions: self.precisions, backends: backends)
    let isDeepBench = chosenSuite == .deepbench
    let limit = self.limit ?? (isDeepBench ? 100 : .infinity)
    if limit.isFinite { problems.sort { $0.operations < $1.operations } }
    var (skipped, measured) = (0, 0)
    let start = ContinuousClock.now
    // Seconds per operation, from the previous problem, to predict the time of the next one.
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
      guard let rounds = timings.lazy.compactMap({ $0?.rounds }).first else { break }  // interrupted
      // Next to peers, most of a small problem's time is waking and sleeping, which does not grow
      // with the problem.
      let once =
        peers.isEmpty
        ? (ContinuousClock.now - began).seconds / Double(rounds + 2)
        : 2 * timings.compactMap { $0?.median }.reduce(0, +)
      pace = once / problem.operations
      for (contestant, timing) in zip(chosen, timings) {
        if let own = contestant.version(of: problem) { report.add(own, contestant.name, timing) }
      }
      measured += 1
      // After each problem, so that an interrupted run keeps its results.
      if let output, AtomicFile.place(of: output) != nil {
        try AtomicFile.write(Data(report.rendered(format, width: width).utf8), to: output)
      }
    }
    progress.finish()
    if isDeepBench { report.notes.append(DeepBench.rules) }
    if skipped > 0 {
      report.notes.append(
        """
        \(skipped) of \(problems.count) problems skipped: they would not have ended within --limit \
        \(number(limit, limit == limit.rounded() ? 0 : 1))
        """
      )
    }
    for case .callers(_, let callers) in chosen.map(\.engine) { report.notes.append(callers.note) }
    report.notes += precisionNotes + peers.flatMap(\.notes)
    if Interruption.signal != 0 {
      report.notes.append("interrupted: \(measured) of \(problems.count) problems measured")
    }
    return (report, peers.contains { $0.failure != nil && !$0.isAbsent })
  }
}
