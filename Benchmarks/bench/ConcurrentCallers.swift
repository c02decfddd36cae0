// Concurrent callers: a problem that several threads run at the same time on one backend.

import Foundation
import Recurrent
import RecurrentCore

/// The callers of a backend, and how unequally they were served.
final class Callers {
  let count: Int
  /// The greatest time of a caller's runs relative to the mean of all callers, in the worst turn.
  var longest = 1.0
  /// The fewest callers of a turn: fewer than `count` if the system refused threads.
  var fewest: Int

  init(_ count: Int) { (self.count, fewest) = (count, count) }

  /// What a report says of them.
  var note: String {
    let served = "\(count) callers: in the worst turn, the slowest took \(number(longest, 2)) times the mean"
    return served + (fewest < count ? "; the system refused threads, so that \(fewest) ran in some turns" : "")
  }
}

/// A problem that each caller runs on a thread, with memory of its own. The time of a run is that of
/// all runs together, divided by their number: equal to that of one caller if nothing is lost.
final class ConcurrentCallers: Workload {
  private let callers: Callers
  private let runs: [any Workload]

  init(_ problem: Problem, backend: any Backend, _ callers: Callers) {
    self.callers = callers
    runs = (0..<callers.count).map { _ in problem.run(on: backend) }
  }

  var workspaceBytes: Int { runs.reduce(0) { $0 + $1.workspaceBytes } }

  func callAsFunction() { _ = turn(of: 1) }

  /// A turn lasts long enough for all threads to run at the same time for most of it.
  func turns(_ turns: Int, of count: Int) -> Sample {
    var sample = Sample(turns: [])
    for _ in 0..<turns {
      var (count, turn) = (count, turn(of: count))
      if turn.wall < ConcurrentCallers.leastSeconds {
        count *= Int((ConcurrentCallers.leastSeconds / turn.wall).rounded(.up))
        turn = self.turn(of: count)
      }
      let mean = turn.each.reduce(0, +) / Double(turn.each.count)
      callers.longest = max(callers.longest, (turn.each.max() ?? 0) / mean)
      sample.turns.append(turn.wall / Double(count * turn.each.count))
    }
    return sample
  }

  private static let leastSeconds = 0.05

  /// Runs the problem `count` times in each thread. Returns the seconds of all and of each.
  private func turn(of count: Int) -> (wall: Double, each: [Double]) {
    let clock = ContinuousClock()
    let each = Locked<[Double]>([])
    let begin = clock.now
    let threads = runs.compactMap { run in
      // Each thread has its own.
      nonisolated(unsafe) let run = run
      return try? DedicatedThread {
        for _ in 0..<count { run() }
        let seconds = (clock.now - begin).seconds
        each.withLock { $0.append(seconds) }
      }
    }
    for thread in threads { thread.join() }
    callers.fewest = min(callers.fewest, threads.count)
    return ((clock.now - begin).seconds, each.withLock { $0 })
  }
}
