// How a problem is timed: warm-up, then rounds in which the backends, and peers, take turns.

import Foundation
import Recurrent

/// Seconds per run of one problem on one backend.
struct Timing {
  let median: Double
  let min: Double
  let p90: Double
  let rounds: Int

  init(_ samples: [Double]) {
    let sorted = samples.sorted()
    median = sorted.count % 2 == 1 ? sorted[sorted.count / 2] : (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
    min = sorted[0]
    p90 = sorted[Swift.min(sorted.count - 1, sorted.count * 9 / 10)]
    rounds = sorted.count
  }
}

/// A problem set up on one backend, ready to run again and again without allocating.
final class Run {
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
  private let tape: StackTape
  private let outputGradient: Tensor
  private var stateGradient: RecurrentState
  private var inputGradient: Tensor?
  private var gradients: [DirectionParameters]

  private static let denormal = Float.leastNormalMagnitude / 100

  /// - Parameter denormals: whether inputs and initial states are denormal numbers.
  init(_ problem: Problem, backend: any Backend, denormals: Bool) {
    self.problem = problem
    self.denormals = denormals
    let configuration = problem.configuration
    stack = RecurrentStack(configuration, seed: 1, backend: backend)
    var stream = RandomStream(seed: 2)
    let isStreaming = problem.mode == .streaming
    let deviation = denormals ? Run.denormal : 1
    input = Tensor(normal: deviation, shape: [isStreaming ? 0 : problem.length, problem.batch, problem.input], using: &stream)
    steps = (0..<(isStreaming ? problem.length : 0)).map { _ in Tensor(normal: deviation, shape: [problem.batch, problem.input], using: &stream) }
    lengths = problem.lengths
    state = stack.initialState(batch: problem.batch)
    let features = configuration.directions * configuration.outputSize
    let shape: Shape = isStreaming ? [problem.batch, features] : [problem.length, problem.batch, features]
    output = Tensor(zeros: shape)
    tape = StackTape(for: stack)
    let training = problem.mode == .training
    outputGradient = training ? Tensor(normal: 1, shape: shape, using: &stream) : Tensor(zeros: [0])
    stateGradient = stack.initialState(batch: problem.batch)
    inputGradient = training && !problem.isDeepBench ? Tensor(zeros: input.shape) : nil
    gradients = training ? stack.zeroGradients() : []
  }

  /// One forward pass for inference; for training, a forward and a backward pass with all gradients; for streaming, all steps one by one.
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
      stack.forward(input, lengths: lengths, state: &state, output: &output, tape: tape)
      stack.backward(
        tape, outputGradient: outputGradient, stateGradient: &stateGradient, inputGradient: &inputGradient, gradients: &gradients)
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

  var name: String {
    switch self {
    case .backend(let backend, let denormals): backend.name + (denormals ? " (denormals)" : "")
    #if OpenBLAS
      case .sgemmChain: "sgemm"
    #endif
    case .peer(let peer, _): peer.name
    }
  }
}

/// Times one problem on several contestants.
/// - Parameter seconds: about how long to take for all of them together; at least three rounds are done, unless interrupted.
/// - Returns: a timing for each; nil for a peer that does not do this problem, and for all when interrupted.
func measure(_ problem: Problem, on contestants: [Contestant], seconds: Double) -> [Timing?] {
  let clock = ContinuousClock()
  let peersTakePart = contestants.contains { if case .peer = $0 { true } else { false } }
  // Next to peers, threads have slept before each turn. When they wake up, the system may put two on one core, and takes some 20 ms
  // to part them again; runs with little work take ten times as long until then.
  let wake = 0.03
  /// Seconds for a number of runs; next to peers, and as they do it, after untimed ones.
  func timed(_ run: @escaping () -> Void) -> (Int) -> Double? {
    { count in
      let start = clock.now
      if peersTakePart { repeat { run() } while (clock.now - start).seconds < wake }
      return clock.measure { for _ in 0..<count { run() } }.seconds
    }
  }
  let runs: [(Int) -> Double?] = contestants.map { contestant in
    switch contestant {
    case .backend(let backend, _) where problem.mode == .languagemodel:
      let step = LanguageModelStep(problem, backend: backend)
      return timed { step() }
    case .backend(let backend, let denormals):
      let run = Run(problem, backend: backend, denormals: denormals)
      return timed { run() }
    #if OpenBLAS
      case .sgemmChain(let threads):
        let chain = SgemmChain(problem, threads: threads)
        return timed { chain() }
    #endif
    case .peer(let peer, let threads):
      return peer.setUp(problem, threads: threads) ? { peer.run($0, wake: wake) } : { _ in nil }
    }
  }
  // Warm-up, which also tells how many repetitions make a sample long enough for the clock. With peers turns take long, so that
  // there are few of them: samples are longer in return.
  let sample = peersTakePart ? 5e-3 : 5e-4
  let repetitions = runs.map { run in
    guard peersTakePart || run(1) != nil, let once = run(1) else { return 0 }
    return max(1, Int(sample / max(once, 1e-7)))
  }
  var samples = [[Double]](repeating: [], count: runs.count)
  let start = clock.now
  var round = 0
  while Interruption.signal == 0, round < 3 || (clock.now - start).seconds < seconds && round < 1000 {
    // Forwards and backwards in turn, so that no backend always follows the same other.
    let order = round % 2 == 0 ? Array(runs.indices) : runs.indices.reversed()
    for index in order where repetitions[index] > 0 {
      // Our own threads spin for less than this before they sleep; a peer waits for its own.
      if peersTakePart { Thread.sleep(forTimeInterval: 2e-3) }
      if let elapsed = runs[index](repetitions[index]) { samples[index].append(elapsed / Double(repetitions[index])) }
    }
    round += 1
  }
  return samples.map { $0.count < 3 ? nil : Timing($0) }
}
