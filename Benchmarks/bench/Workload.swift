// Workloads: a problem set up on a backend, ready to run.

import Foundation
import Recurrent

/// A problem that is set up on a backend.
protocol Workload {
  /// One run.
  func callAsFunction()
  /// Times `turns` turns of `count` runs each. With several turns, as in a gate, also counts the
  /// time that threads waited for a processor.
  func turns(_ turns: Int, of count: Int) -> Sample
  /// Bytes of scratch memory and of saved activations.
  var workspaceBytes: Int { get }
}

extension Workload {
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
  /// The workload on a backend. With `denormals`, inputs and initial states are denormal numbers.
  func run(on backend: any Backend, denormals: Bool = false) -> any Workload {
    switch mode {
    case .inference, .training, .streaming: Run(self, backend: backend, denormals: denormals)
    case .languagemodel, .evaluation: LanguageModelStep(self, backend: backend)
    case .adam, .crossentropy, .dropout, .layernorm, .attention, .tape: TrainingPart(self, backend: backend)
    }
  }
}

/// A run of the recurrent layers alone.
private final class Run: Workload {
  private let problem: Problem
  private var stack: RecurrentStack
  private let denormals: Bool
  private let input: Tensor
  /// The inputs of the steps, for streaming.
  private let steps: [Tensor]
  private let lengths: [Int]?
  private var state: RecurrentState
  private var output: Tensor
  private let workspace = Workspace()
  private let saved: SavedStackActivations
  private let outputGradient: Tensor
  private var stateGradient: RecurrentState
  private var inputGradient: Tensor?
  private var gradients: [DirectionParameters]

  private static let denormal = Float.leastNormalMagnitude / 100

  init(_ problem: Problem, backend: any Backend, denormals: Bool) {
    self.problem = problem
    self.denormals = denormals
    let configuration = problem.configuration
    stack = RecurrentStack(configuration, seed: 1, backend: backend, precision: problem.precision)
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
    saved = SavedStackActivations(for: stack)
    let training = problem.mode == .training
    outputGradient = training ? Tensor(normal: 1, shape: shape, using: &stream) : Tensor(zeros: [0])
    stateGradient = stack.initialState(batch: problem.batch)
    inputGradient = training && !problem.isDeepBench ? Tensor(zeros: input.shape) : nil
    gradients = training ? stack.zeroGradients() : []
  }

  var workspaceBytes: Int { workspace.bytes + saved.bytes }

  /// Inference: a forward pass. Training: a forward and a backward pass with all gradients.
  /// Streaming: all steps one by one.
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
      stack.forward(input, lengths: lengths, state: &state, output: &output, saved: saved)
      stack.backward(
        saved, outputGradient: outputGradient, stateGradient: &stateGradient, inputGradient: &inputGradient,
        gradients: &gradients)
    case .streaming:
      for step in steps { stack.step(step, state: &state, output: &output, workspace: workspace) }
    default: fatalError("not recurrent layers alone: \(problem.mode)")
    }
  }
}
