// Measuring: runs all problems on all contestants, without a baseline or another build.

import ArgumentParser
import Foundation
import Recurrent

extension Bench {
  /// The backends to measure; with `--denormals`, each of them twice.
  private func contestants(threads: Int) throws -> [Contestant] {
    try backendNames.uniqued().flatMap { name -> [Contestant] in
      #if OpenBLAS
        if name == "sgemm" {
          guard layers ?? 1 == 1, !bidirectional, !ragged, chosenSuite != .gate,
            !(modes?.values ?? chosenSuite.modes).contains(.streaming)
          else {
            throw ValidationError(
              "--backends sgemm requires inference or training of one layer, one direction and full lengths")
          }
          _ = try Backends.make("openblas", threads: threads)  // Throws if OpenBLAS is missing.
          return [.sgemmChain(threads: threads)]
        }
      #endif
      let backend = try Backends.make(name, threads: threads)
      return [.backend(backend, denormals: false)] + (denormals ? [.backend(backend, denormals: true)] : [])
    }
  }

  /// Measures all problems. Also returns whether a peer has failed.
  func measureAll() throws -> (Report, peerFailed: Bool) {
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
      guard let rounds = timings[0]?.rounds else { break }  // interrupted
      // Next to peers, most of a small problem's time is waking and sleeping, which does not grow
      // with the problem.
      let once =
        peers.isEmpty
        ? (ContinuousClock.now - began).seconds / Double(rounds + 2)
        : 2 * timings.compactMap { $0?.median }.reduce(0, +)
      pace = once / problem.operations
      report.add(problem, zip(chosen.map(\.name), timings))
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
    report.notes += peers.flatMap(\.notes)
    let measured = report.results.count { $0.backend == chosen[0].name }
    if Interruption.signal != 0 {
      report.notes.append("interrupted: \(measured) of \(problems.count) problems measured")
    }
    return (report, peers.contains { $0.failure != nil && !$0.isAbsent })
  }
}
