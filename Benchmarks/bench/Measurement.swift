// Measurement: times a problem in rounds in which the contestants take turns.

import Foundation
import Recurrent

/// Times a problem on several contestants.
/// - Parameters:
///   - problem: The problem to run. A contestant with a precision of its own runs it in that one.
///   - contestants: The backends, builds and peers that take turns.
///   - seconds: The approximate time for all of them together.
///   - least: The minimum number of rounds, unless interrupted.
///   - roofline: The machine's rates to measure in each round; nil for none.
/// - Returns: The times of all rounds.
func measure(
  _ problem: Problem, on contestants: [Contestant], seconds: Double, least: Int = 3, roofline: Roofline? = nil
) -> Rounds {
  let clock = ContinuousClock()
  let peersTakePart = contestants.contains(where: \.isElsewhere)
  let isGate = roofline != nil || contestants.contains { if case .build = $0.engine { true } else { false } }
  // Next to peers, threads have slept before each turn. The system may wake two of them on one core
  // and separates them after about 20 ms; until then, short runs take ten times as long. A single
  // thread needs time to fill its caches.
  let isAlone = contestants.allSatisfy { if case .build(_, _, threads: 1) = $0.engine { true } else { false } }
  let wake = isAlone ? 0.002 : 0.03
  // Turns with peers have more overhead, so they are fewer and longer. A gate has many short turns,
  // of which some fall between two disturbances.
  let sample = isGate ? 1e-4 : peersTakePart ? 5e-3 : 5e-4
  /// Times runs after warm-up runs: for the time `wake` next to peers; one run next to the
  /// roofline, which has evicted the caches.
  func timed(_ run: any Workload) -> (_ turns: Int, _ count: Int) -> Sample? {
    { turns, count in
      let start = clock.now
      if peersTakePart { repeat { run() } while (clock.now - start).seconds < wake } else if isGate { run() }
      return run.turns(turns, of: count)
    }
  }
  // Pinned, since one of two builds that wake repeatedly could stay on a busy core.
  let core = isAlone ? MachinePeak.quietestCore() : nil
  let runs: [(_ turns: Int, _ count: Int) -> Sample?] = contestants.map { contestant in
    guard let problem = contestant.version(of: problem) else { return { _, _ in nil } }
    switch contestant.engine {
    case .backend(let backend, let denormals):
      let run = problem.run(on: backend, denormals: denormals)
      guard let simulation = backend.pool.simulation else { return timed(run) }
      return { turns, count in
        _ = simulation.takeExcess()
        var sample = run.turns(turns, of: count)
        let excess = simulation.takeExcess() / Double(turns * count)
        sample.turns = sample.turns.map { max($0 - excess, 1e-9) }
        return sample
      }
    case .callers(let backend, let callers):
      return timed(ConcurrentCallers(problem, backend: backend, callers))
    #if OpenBLAS
      case .sgemmChain(let threads): return timed(SgemmChain(problem, threads: threads))
    #endif
    case .peer(let peer, let threads):
      // The precisions of a peer take turns, so that each sets up its own problem again.
      return { _, count in
        guard peer.setUp(problem, threads: threads) else { return nil }
        return peer.run(count, wake: wake).map { Sample(turns: [$0 / Double(count)]) }
      }
    case .build(let peer, let backend, let threads):
      return peer.setUp(problem, backend: backend, threads: threads, core: core)
        ? { peer.turns($0, of: $1, wake: wake) } : { _, _ in nil }
    }
  }
  // Warm-up, which also gives the time of a run; nil for a contestant that does not run.
  let warmUps = isGate ? 3 : peersTakePart ? 1 : 2
  var once = runs.map { run in
    (0..<warmUps).compactMap { _ in Interruption.signal == 0 ? run(1, 1)?.turns[0] : nil }.min()
  }
  // Two builds do the same number of runs, or none.
  if case .build = contestants[0].engine {
    once = once.map { _ in once.contains(nil) ? nil : once.compactMap { $0 }.max() }
  }
  // The number of turns in a round, several in a gate; and the number of runs in a turn, enough for
  // the clock.
  let samples = once.map { once in
    once.map { max($0, 1e-7) }.map { once in
      (turns: isGate ? max(2, min(Gate.turns, Int(Gate.longestRound / once))) : 1, count: max(1, Int(sample / once)))
    }
  }
  var rounds = Rounds(seconds: [Series](repeating: Series(), count: runs.count))
  guard samples.contains(where: { $0 != nil }) else { return rounds }
  roofline?.prepare(bytes: problem.bytes)
  let start = clock.now
  var round = 0
  while Interruption.signal == 0, round < least || (clock.now - start).seconds < seconds && round < 1000 {
    if let roofline {
      rounds.peak.add((0..<Gate.turns).map { _ in roofline.peak() })
      rounds.bandwidth.add((0..<Gate.turns).map { _ in roofline.bandwidth() })
    }
    // In alternating order, so that no contestant always follows the same other.
    let order = round % 2 == 0 ? Array(runs.indices) : runs.indices.reversed()
    for index in order {
      guard let (turns, count) = samples[index] else { continue }
      // Our threads spin for less than this before they sleep; a peer waits for its own threads.
      if peersTakePart, !isAlone { Thread.sleep(forTimeInterval: 2e-3) }
      if let sample = runs[index](turns, count) {
        rounds.seconds[index].add(sample.turns)
        rounds.timed += Double(count) * sample.turns.reduce(0, +)
        rounds.waited += sample.waited
      }
    }
    round += 1
  }
  return rounds
}
