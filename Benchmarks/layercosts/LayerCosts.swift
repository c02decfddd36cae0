// `swift run -c release layercosts`: what each kind of recurrent layer costs beside the plain one.

import ArgumentParser
import Recurrent

@main
struct LayerCosts: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layercosts",
    abstract: "Times kinds of recurrent layers as ratios to plain ones.",
    discussion: """
      A training step is a forward and a backward pass through the tape, with weights prepared anew; evaluation a forward pass. In every round each kind runs
      between two plain runs; what is printed is the median of its time over theirs. "engine" is the plain step through the tape over the
      same calls of RecurrentStack.
      """,
    version: RecurrentVersion.current)

  @Option(help: "Hidden and input size.") var hidden = 256
  @Option(help: "Rows of the batch.") var batch = 32
  @Option(help: "Steps.") var length = 64
  @Option(help: "Layers.") var layers = 2
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Kinds of layers (default: all): \(kinds.joined(separator: ", ")).", valueName: "kind"))
  var kinds: [String] = []
  @Option(help: "Rounds.") var rounds = 21
  @Option(help: "Backend (default: RECURRENT_BACKEND, else auto).") var backend: String?
  @Option(help: "Threads (default: RECURRENT_THREADS, else the cores that the container may use).") var threads: Int?

  static let cells: [(name: String, cell: Cell)] = [("Elman", .elman(.tanh)), ("LSTM", .lstm), ("GRU", .gru(.after))]
  static let kinds = [
    "dropout", "locked", "recurrent dropout", "zoneout", "weight drop", "layer norm", "residual", "highway", "dense",
    "checkpointing",
  ]

  func validate() throws {
    if let unknown = kinds.first(where: { !LayerCosts.kinds.contains($0) }) {
      throw ValidationError("--kinds: '\(unknown)' is none of \(LayerCosts.kinds.joined(separator: ", "))")
    }
    for (name, value) in [
      ("hidden", hidden), ("batch", batch), ("length", length), ("layers", layers), ("rounds", rounds),
    ] {
      if !(1...100_000).contains(value) {
        throw ValidationError("--\(name): \(value) is out of range; expected 1 to 100000")
      }
    }
  }

  static func main() {
    Program.run(describe: { (fullMessage(for: $0), exitCode(for: $0).rawValue) }) {
      var command = try parseAsRoot(CommandOptions.arguments())
      try command.run()
    }
  }

  func run() throws {
    let backend = try Backends.make(backend, threads: threads)
    try StandardOutput.writeLine(
      "\(backend.name), \(counted(backend.pool.threads, "thread")); \(counted(layers, "layer")) of \(hidden), batch \(batch), length \(length); \(counted(rounds, "round"))"
    )
    for (name, cell) in LayerCosts.cells {
      for mode in [Tape.Mode.training, .evaluation] {
        let plain = runner(layer(cell, "plain"), mode, backend)
        var ratios = mode == .training ? ["engine \(ratio(plain, over: engine(cell, backend)))"] : []
        for kind in kinds.isEmpty ? LayerCosts.kinds : kinds {
          ratios.append("\(kind) \(ratio(runner(layer(cell, kind), mode, backend), over: plain))")
        }
        try StandardOutput.writeLine("\(name) \(mode): \(ratios.joined(separator: ", "))")
      }
    }
  }

  private func layer(_ cell: Cell, _ kind: String) -> RNN {
    RNN(
      cell, inputSize: hidden, hiddenSize: hidden, layers: layers, layerNorm: kind == "layer norm",
      skip: RNN.Skip(rawValue: kind) ?? .none,
      dropout: kind == "dropout" || kind == "locked" ? 0.3 : 0, lockedDropout: kind == "locked",
      recurrentDropout: kind == "recurrent dropout" ? 0.3 : 0, zoneout: kind == "zoneout" ? (0.1, 0.1) : (0, 0),
      weightDrop: kind == "weight drop" ? 0.3 : 0, checkpointing: kind == "checkpointing")
  }

  private func random(_ seed: UInt64) -> Tensor {
    var stream = RandomStream(seed: seed)
    return Tensor(normal: 1, shape: [length, batch, hidden], using: &stream)
  }

  private func runner(_ layer: RNN, _ mode: Tape.Mode, _ backend: any Backend) -> () -> Void {
    let (x, gradient) = (random(1), random(2))
    let (tape, input) = (Tape(mode, backend: backend), Parameter(x))
    return {
      tape.begin(step: 0)
      guard mode == .training else { return _ = layer(tape.constant(x)) }
      for named in layer.parameters {
        named.parameter.zeroGradient()
        // As after an update.
        named.parameter.value = named.parameter.value
      }
      layer(tape.variable(input)).output.backward(gradient)
    }
  }

  private func engine(_ cell: Cell, _ backend: any Backend) -> () -> Void {
    var stack = RecurrentStack(
      .init(cell: cell, inputSize: hidden, hiddenSize: hidden, layers: layers), backend: backend)
    let (x, gradient, tape) = (random(1), random(2), SavedStackActivations(for: stack))
    var (output, gradients) = (x, stack.zeroGradients())
    var below: Tensor? = x
    return {
      stack.parameters[0].inputWeight = stack.parameters[0].inputWeight
      var (state, stateGradient) = (stack.initialState(batch: batch), stack.initialState(batch: batch))
      stack.forward(x, state: &state, output: &output, saved: tape)
      stack.backward(
        tape, outputGradient: gradient, stateGradient: &stateGradient, inputGradient: &below, gradients: &gradients)
    }
  }

  /// The median of one's time over the mean of the other's before and after it, to two digits.
  private func ratio(_ run: () -> Void, over other: () -> Void) -> String {
    let clock = ContinuousClock()
    for _ in 0..<2 { run() }
    let ratios = (0..<rounds).map { _ in
      let (before, own, after) = (clock.measure(other), clock.measure(run), clock.measure(other))
      return 2 * (own / (before + after))
    }.sorted()
    let hundredths = Int((100 * ratios[rounds / 2]).rounded())
    return "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)"
  }
}
