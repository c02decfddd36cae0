// `recurrent gradient-flow`: plots gradient norms against time steps for each cell.

import ArgumentParser
import Foundation
import Recurrent

struct GradientFlowCommand: ParsableCommand, OptionDeclaring {
  static let configuration = CommandConfiguration(
    commandName: "gradient-flow",
    abstract: "Plots vanishing gradients in an Elman network, an LSTM and a GRU.",
    discussion: """
      Runs one untrained layer of each cell on noise. The plot shows the norm of the gradient of the last output with \
      respect to the state of each earlier step; the table has some of its points. Gated cells are shown with \
      PyTorch's initialisation, and with gates initialised to time scales of up to --steps steps (chrono \
      initialisation).
      """)

  @Option(help: "The plot to write (SVG).", completion: .file(extensions: ["svg"])) var output: String
  @Option(help: "Hidden units, 1 to 4096.") var hidden = 64
  @Option(help: "Time steps, 2 to 10000.") var steps = 200
  @Option(help: "Batch size, 1 to 1024; norms are means over the batch.") var batch = 8
  @Option(help: "Seed of the parameters and the noise, 0 or above.") var seed: UInt64 = 0
  @Flag(inversion: .prefixedNo, help: "Also show gated cells with time scales.") var timescales = true
  @OptionGroup var engine: EngineOptions

  var caller: String { "gradient-flow" }
  var options: [String] {
    ["output", "hidden", "steps", "batch", "seed", "timescales", "no-timescales"] + CommandOptions.engine
  }

  func validate() throws {
    for (name, value, range) in [
      ("hidden", hidden, 1...4096), ("steps", steps, 2...10_000), ("batch", batch, 1...1024),
    ] {
      guard range.contains(value) else {
        throw ValidationError(
          "--\(name): '\(value)' is not valid; expected a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
    }
    // The states of all steps are stored: at most about a gigabyte.
    guard hidden * steps * batch <= 100_000_000 else {
      throw ValidationError(
        "--hidden times --steps times --batch is \(hidden * steps * batch); expected at most 100000000")
    }
  }

  func run() throws {
    try checkOutput(output, reading: [], extensions: ["svg"])
    let backend = try engine.makeBackend()
    try MemoryLimits.current().check(
      4 * 16 * hidden * steps * batch + 4 * 200 * hidden * hidden, for: "this plot",
      advice: "fewer --hidden units, --steps or --batch rows take less")
    var curves: [(name: String, cell: Cell, hasTimescales: Bool)] = [
      ("Elman", .elman(.tanh), false), ("LSTM", .lstm, false), ("GRU", .gru(.after), false),
    ]
    if timescales { curves += [("LSTM, time scales", .lstm, true), ("GRU, time scales", .gru(.after), true)] }
    var random = RandomStream(seed: seed)
    let noise = Tensor(normal: 1, shape: [steps, batch, 16], using: &random)
    let flows = curves.map { name, cell, hasTimescales in
      let layer = RNN(cell, inputSize: 16, hiddenSize: hidden)
      layer.initialise(seed: seed)
      if hasTimescales { layer.initialiseTimescales(upTo: steps, using: &random) }
      return (name: name, flow: GradientFlow(layer.stack(backend: backend), input: noise))
    }
    try LinePlot(gradientFlows: flows, title: "Gradient flow, \(hidden) units").write(to: output)

    try StandardOutput.writeLine("Gradient norm of the state, relative to the last step:")
    let distances = [1, 10, 50, 100, 200, 500, 1000, 2000, 5000].filter { $0 < steps - 1 } + [steps - 1]
    var table = TextTable([.number("steps back")] + flows.map { .number($0.name, beginsGroup: true) })
    for distance in distances {
      table.add([String(distance)] + flows.map { number($0.flow.relativeNorms[distance], "%.1e") })
    }
    try StandardOutput.writeLine(table.text(width: StandardOutput.columns))
    try StandardOutput.writeLine("Written to \(output).")
  }
}
