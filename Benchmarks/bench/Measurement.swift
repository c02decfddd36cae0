// How a problem is timed: warm-up, then rounds in which the backends take turns.

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
  private let input: Tensor
  private let lengths: [Int]?
  private var state: RecurrentState
  private var output: Tensor
  private let workspace = Workspace()
  private let tape: Tape
  private let outputGradient: Tensor
  private var stateGradient: RecurrentState
  private var inputGradient: Tensor?
  private var gradients: [DirectionParameters]

  init(_ problem: Problem, backend: any Backend) {
    self.problem = problem
    let configuration = problem.configuration
    stack = RecurrentStack(configuration, seed: 1, backend: backend)
    var stream = RandomStream(seed: 2)
    input = Tensor(normal: 1, shape: [problem.length, problem.batch, problem.input], using: &stream)
    lengths = problem.lengths
    state = stack.initialState(batch: problem.batch)
    let shape: Shape = [problem.length, problem.batch, configuration.directions * configuration.outputSize]
    output = Tensor(zeros: shape)
    tape = Tape(for: stack)
    let training = problem.mode == .training
    outputGradient = training ? Tensor(normal: 1, shape: shape, using: &stream) : Tensor(zeros: [0])
    stateGradient = stack.initialState(batch: problem.batch)
    inputGradient = training && !problem.isDeepBench ? Tensor(zeros: input.shape) : nil
    gradients = training ? stack.zeroGradients() : []
  }

  /// One forward pass for inference; or, for training, a forward and a backward pass with all gradients.
  func callAsFunction() {
    if problem.isDeepBench { stack.parameters[0].inputWeight = stack.parameters[0].inputWeight }
    if problem.mode == .inference {
      stack.forward(input, lengths: lengths, state: &state, output: &output, workspace: workspace)
    } else {
      stack.forward(input, lengths: lengths, state: &state, output: &output, tape: tape)
      stack.backward(
        tape, outputGradient: outputGradient, stateGradient: &stateGradient, inputGradient: &inputGradient, gradients: &gradients)
    }
  }
}

/// What takes part in a comparison.
enum Contestant {
  case backend(any Backend)
  #if OpenBLAS
    /// The bare products of the OpenBLAS backend, "sgemm".
    case sgemmChain(threads: Int)
  #endif

  var name: String {
    switch self {
    case .backend(let backend): backend.name
    #if OpenBLAS
      case .sgemmChain: "sgemm"
    #endif
    }
  }
}

/// Times one problem on several backends.
/// - Parameter seconds: about how long to take for all of them together; at least three rounds are done.
/// - Returns: a timing for each backend.
func measure(_ problem: Problem, on contestants: [Contestant], seconds: Double) -> [Timing] {
  let runs: [() -> Void] = contestants.map { contestant in
    switch contestant {
    case .backend(let backend):
      let run = Run(problem, backend: backend)
      return { run() }
    #if OpenBLAS
      case .sgemmChain(let threads):
        let chain = SgemmChain(problem, threads: threads)
        return { chain() }
    #endif
    }
  }
  let clock = ContinuousClock()
  // Warm-up, which also tells how many repetitions make a sample long enough for the clock.
  let repetitions = runs.map { run in
    run()
    let once = clock.measure { run() }.seconds
    return max(1, Int(5e-4 / max(once, 1e-7)))
  }
  var samples = [[Double]](repeating: [], count: runs.count)
  let start = clock.now
  var round = 0
  while round < 3 || (clock.now - start).seconds < seconds && round < 1000 {
    // Forwards and backwards in turn, so that no backend always follows the same other.
    let order = round % 2 == 0 ? Array(runs.indices) : runs.indices.reversed()
    for index in order {
      let elapsed = clock.measure { for _ in 0..<repetitions[index] { runs[index]() } }
      samples[index].append(elapsed.seconds / Double(repetitions[index]))
    }
    round += 1
  }
  return samples.map(Timing.init)
}
