// How a problem is timed: warm-up, then rounds in which the backends, and peers, take turns.

import Foundation
import Recurrent

/// A problem set up on one backend, to run again and again.
protocol Workload {
  func callAsFunction()
  /// Scratch memory, and what training keeps.
  var workspaceBytes: Int { get }
}

extension Workload {
  /// Times some turns of so many runs each; several turns, as a gate does.
  func turns(_ turns: Int, of count: Int) -> Sample {
    let clock = ContinuousClock()
    let waited = turns > 1 ? RunQueue.waited() : 0
    var sample = Sample(
      turns: (0..<turns).map { _ in clock.measure { for _ in 0..<count { self() } }.seconds / Double(count) })
    if turns > 1 { sample.waited = RunQueue.waited() - waited }
    return sample
  }
}

extension Problem {
  /// - Parameter denormals: whether inputs and initial states are denormal numbers.
  func run(on backend: any Backend, denormals: Bool = false) -> any Workload {
    mode == .languagemodel
      ? LanguageModelStep(self, backend: backend) : Run(self, backend: backend, denormals: denormals)
  }
}

/// The layers alone.
private final class Run: Workload {
  private let problem: Problem
  private var stack: RecurrentStack
  private let denormals: Bool
  private let input: Tensor
  /// The input's steps, for streaming.
  private let steps: [Tensor]
  private let lengths: [Int]?
  private var state: RecurrentState
  private var output: Tensor
  private let workspace = Workspace()
  private let tape: SavedStackActivations
  private let outputGradient: Tensor
  private var stateGradient: RecurrentState
  private var inputGradient: Tensor?
  private var gradients: [DirectionParameters]

  private static let denormal = Float.leastNormalMagnitude / 100

  init(_ problem: Problem, backend: any Backend, denormals: Bool) {
    self.problem = problem
    self.denormals = denormals
    let configuration = problem.configuration
    stack = RecurrentStack(configuration, seed: 1, backend: backend)
    var stream = RandomStream(seed: 2)
    let isStreaming = problem.mode == .streaming
    let deviation = denormals ? Run.denormal : 1
    input = Tensor(
      normal: deviation, shape: [isStreaming ? 0 : problem.length, problem.batch, problem.input], using: &stream)
    steps = (0..<(isStreaming ? problem.length : 0)).map { _ in
      Tensor(normal: deviation, shape: [problem.batch, problem.input], using: &stream)
    }
    lengths = problem.lengths
    state = stack.initialState(batch: problem.batch)
    let features = configuration.directions * configuration.outputSize
    let shape: Shape = isStreaming ? [problem.batch, features] : [problem.length, problem.batch, features]
    output = Tensor(zeros: shape)
    tape = SavedStackActivations(for: stack)
    let training = problem.mode == .training
    outputGradient = training ? Tensor(normal: 1, shape: shape, using: &stream) : Tensor(zeros: [0])
    stateGradient = stack.initialState(batch: problem.batch)
    inputGradient = training && !problem.isDeepBench ? Tensor(zeros: input.shape) : nil
    gradients = training ? stack.zeroGradients() : []
  }

  var workspaceBytes: Int { workspace.bytes + tape.bytes }

  /// One forward pass for inference; for training, a forward and a backward pass with all
  /// gradients; for streaming, all steps one by one.
  func callAsFunction() {
    if problem.isDeepBench { stack.parameters[0].inputWeight = stack.parameters[0].inputWeight }
    if denormals {
      state.hidden.withUnsafeMutableBufferPointer { $0.update(repeating: Run.denormal) }
      state.cell?.withUnsafeMutableBufferPointer { $0.update(repeating: Run.denormal) }
    }
    switch problem.mode {
    case .inference:
      stack.forward(input, lengths: lengths, state: &state, output: &output, workspace: workspace)
    case .training:
      stack.forward(input, lengths: lengths, state: &state, output: &output, saved: tape)
      stack.backward(
        tape, outputGradient: outputGradient, stateGradient: &stateGradient, inputGradient: &inputGradient,
        gradients: &gradients)
    case .streaming:
      for step in steps { stack.step(step, state: &state, output: &output, workspace: workspace) }
    case .languagemodel: fatalError("LanguageModelStep runs these")
    }
  }
}

/// What takes part in a comparison.
enum Contestant {
  case backend(any Backend, denormals: Bool)
  #if OpenBLAS
    /// The bare products of the OpenBLAS backend, "sgemm".
    case sgemmChain(threads: Int)
  #endif
  case peer(Peer, threads: Int)
  /// A backend of a build of this program that runs as a peer.
  case build(Peer, backend: String, threads: Int)

  var name: String {
    switch self {
    case .backend(let backend, let denormals): backend.name + (denormals ? " (denormals)" : "")
    #if OpenBLAS
      case .sgemmChain: "sgemm"
    #endif
    case .peer(let peer, _): peer.name
    case .build(_, let backend, _): backend
    }
  }

  /// Whether it is another process.
  var isElsewhere: Bool {
    switch self {
    case .peer, .build: true
    default: false
    }
  }
}

/// Quantities of one kind, measured round by round: seconds per run, or the machine's rates. A
/// round may have several turns.
struct Series: Codable {
  /// The mean of each round's turns.
  private(set) var rounds: [Double] = []
  /// The least of all turns; infinite before there are any.
  private(set) var least = Double.infinity

  mutating func add(_ turns: [Double]) {
    rounds.append(turns.reduce(0, +) / Double(turns.count))
    least = min(least, turns.min()!)
  }

  func joined(_ other: Series) -> Series {
    var series = self
    series.rounds += other.rounds
    series.least = min(least, other.least)
    return series
  }

  /// To four digits, which is more than the noise leaves.
  func encode(to encoder: any Encoder) throws {
    func rounded(_ value: Double) -> Double { Double(String(format: "%.3e", value))! }
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(rounds.map(rounded), forKey: .rounds)
    try container.encode(rounded(least), forKey: .least)
  }
}

/// The rounds of one problem, in which the contestants took turns.
struct Rounds: Codable {
  /// Per run, by contestant; empty for a peer that does not do this problem.
  var seconds: [Series]
  /// With roofline: what the machine could do meanwhile, in operations and bytes a second.
  var peak = Series()
  var bandwidth = Series()
  /// Of a gate's turns, the seconds altogether, and those of them that a thread was ready to run
  /// while others had its processor.
  var timed = 0.0
  var waited = 0.0

  /// Whether all have been measured, as often as one another, beside roofline; they may come from
  /// another process.
  var areComplete: Bool {
    let all = seconds + [peak, bandwidth]
    return timed > 0 && (0...timed * 1000).contains(waited) && !peak.rounds.isEmpty
      && all.allSatisfy {
        $0.rounds.count == peak.rounds.count && ($0.rounds + [$0.least]).allSatisfy((1e-9...1e18).contains)
      }
  }
}

/// One contestant's part of a round.
struct Sample {
  /// The seconds per run of each.
  var turns: [Double]
  /// As in `Rounds`; counted for gates only.
  var waited = 0.0
}

/// What the rounds of one contestant come to, in seconds.
struct Timing {
  let median, min, p90: Double
  let rounds: Int

  /// nil for fewer rounds than are worth a figure.
  init?(_ series: Series) {
    guard series.rounds.count >= 3 else { return nil }
    let sorted = series.rounds.sorted()
    (median, min) = (sorted.median, series.least)
    p90 = sorted[Swift.min(sorted.count - 1, sorted.count * 9 / 10)]
    rounds = sorted.count
  }
}

extension [Double] {
  /// Of at least one.
  var median: Double {
    let sorted = sorted()
    return count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2
  }
}

/// Times one problem on several contestants.
/// - Parameters:
///   - seconds: about how long to take for all of them together.
///   - least: the rounds to do at least, unless interrupted.
///   - roofline: what to measure in each round beside them.
func measure(
  _ problem: Problem, on contestants: [Contestant], seconds: Double, least: Int = 3, roofline: Roofline? = nil
) -> Rounds {
  let clock = ContinuousClock()
  let peersTakePart = contestants.contains(where: \.isElsewhere)
  let isGate = roofline != nil || contestants.contains { if case .build = $0 { true } else { false } }
  // Next to peers, threads have slept before each turn. When several wake up, the system may put
  // two on one core, and takes some 20 ms to part them again; runs with little work take ten times
  // as long until then. One alone needs its caches back.
  let isAlone = contestants.allSatisfy { if case .build(_, _, threads: 1) = $0 { true } else { false } }
  let wake = isAlone ? 0.002 : 0.03
  // With peers samples take long, so that there are few of them: they are longer in return. A
  // gate's have many short turns, of which some fall between two disturbances.
  let sample = isGate ? 1e-4 : peersTakePart ? 5e-3 : 5e-4
  /// Times runs after others: next to peers, as they do it; next to roofline, which took their
  /// places in the caches, one.
  func timed(_ run: any Workload) -> (_ turns: Int, _ count: Int) -> Sample? {
    { turns, count in
      let start = clock.now
      if peersTakePart { repeat { run() } while (clock.now - start).seconds < wake } else if isGate { run() }
      return run.turns(turns, of: count)
    }
  }
  // Woken again and again, one of two builds could stay on a busy core for good.
  let core = isAlone ? MachinePeak.quietestCore() : nil
  let runs: [(_ turns: Int, _ count: Int) -> Sample?] = contestants.map { contestant in
    switch contestant {
    case .backend(let backend, let denormals): return timed(problem.run(on: backend, denormals: denormals))
    #if OpenBLAS
      case .sgemmChain(let threads): return timed(SgemmChain(problem, threads: threads))
    #endif
    case .peer(let peer, let threads):
      return peer.setUp(problem, threads: threads)
        ? { _, count in peer.run(count, wake: wake).map { Sample(turns: [$0 / Double(count)]) } } : { _, _ in nil }
    case .build(let peer, let backend, let threads):
      return peer.setUp(problem, backend: backend, threads: threads, core: core)
        ? { peer.turns($0, of: $1, wake: wake) } : { _, _ in nil }
    }
  }
  // Warm-up, which also tells how long a run takes; nil where there is none.
  let warmUps = isGate ? 3 : peersTakePart ? 1 : 2
  var once = runs.map { run in
    (0..<warmUps).compactMap { _ in Interruption.signal == 0 ? run(1, 1)?.turns[0] : nil }.min()
  }
  // Two builds do the same, or nothing.
  if case .build = contestants[0] { once = once.map { _ in once.contains(nil) ? nil : once.compactMap { $0 }.max() } }
  // How many turns a round has time for, several in a gate, and how many runs make a turn long
  // enough for the clock.
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
    // Forwards and backwards in turn, so that no backend always follows the same other.
    let order = round % 2 == 0 ? Array(runs.indices) : runs.indices.reversed()
    for index in order {
      guard let (turns, count) = samples[index] else { continue }
      // Our own threads spin for less than this before they sleep; a peer waits for its own.
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
