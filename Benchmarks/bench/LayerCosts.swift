// The suite "layercosts": the time that each kind of recurrent layer takes, as a ratio to the plain
// layer's.

import Foundation
import Recurrent

/// What a layer has beyond the plain one.
enum LayerKind: String, CaseIterable {
  /// The plain layer through the tape, over the same calls of `RecurrentStack`: what the tape costs.
  case engine
  case dropout, locked
  case recurrentDropout = "recurrent dropout"
  case zoneout
  case weightDrop = "weight drop"
  case layerNorm = "layer norm"
  case residual, highway, dense, checkpointing

  /// The layer of this kind for a problem; the plain one for `engine`.
  func layer(of problem: Problem) -> RNN {
    let dropsOutputs = self == .dropout || self == .locked
    return RNN(
      problem.configuration.cell, inputSize: problem.hidden, hiddenSize: problem.hidden, layers: problem.layers,
      layerNorm: self == .layerNorm, skip: RNN.Skip(rawValue: rawValue) ?? .none, dropout: dropsOutputs ? 0.3 : 0,
      lockedDropout: self == .locked, recurrentDropout: self == .recurrentDropout ? 0.3 : 0,
      zoneout: self == .zoneout ? (0.1, 0.1) : (0, 0), weightDrop: self == .weightDrop ? 0.3 : 0,
      checkpointing: self == .checkpointing)
  }
}

/// A layer of some kind on a problem's sequences.
struct LayerProblem {
  let problem: Problem
  let kind: LayerKind

  var name: String { "\(problem.name), \(kind.rawValue)" }

  /// All kinds of layers on each problem; `engine` for training only.
  static func all(_ problems: [Problem]) -> [LayerProblem] {
    problems.flatMap { problem in
      LayerKind.allCases.filter { $0 != .engine || problem.mode == .training }.map {
        LayerProblem(problem: problem, kind: $0)
      }
    }
  }

  /// Times rounds of one run between two of the reference, for about so many seconds.
  ///
  /// The ratio is the median over rounds of the run's time over the mean of the reference's two; nil
  /// if interrupted before the third round.
  func measure(on backend: any Backend, seconds: Double) -> (ratio: Double, rounds: Int)? {
    let plain = tapeRun(LayerKind.engine.layer(of: problem), backend)
    let (run, reference) =
      kind == .engine ? (plain, stackRun(backend)) : (tapeRun(kind.layer(of: problem), backend), plain)
    for _ in 0..<2 where Interruption.signal == 0 {
      run()
      reference()
    }
    let clock = ContinuousClock()
    let start = clock.now
    var ratios: [Double] = []
    while Interruption.signal == 0, ratios.count < 3 || (clock.now - start).seconds < seconds && ratios.count < 1000 {
      let (before, own, after) = (clock.measure(reference), clock.measure(run), clock.measure(reference))
      ratios.append(2 * (own / (before + after)))
    }
    return ratios.count < 3 ? nil : (ratios.median, ratios.count)
  }

  private func random(_ seed: UInt64) -> Tensor {
    var stream = RandomStream(seed: seed)
    return Tensor(normal: 1, shape: [problem.length, problem.batch, problem.hidden], using: &stream)
  }

  /// A forward pass through the tape and, for training, a backward pass, with weights prepared anew as
  /// after an update.
  private func tapeRun(_ layer: RNN, _ backend: any Backend) -> () -> Void {
    let (x, gradient, isTraining) = (random(1), random(2), problem.mode == .training)
    let (tape, input) = (
      Tape(isTraining ? .training : .evaluation, backend: backend, precision: problem.precision), Parameter(x)
    )
    return {
      tape.begin(step: 0)
      guard isTraining else { return _ = layer(tape.constant(x)) }
      for named in layer.parameters {
        named.parameter.zeroGradient()
        named.parameter.value = named.parameter.value
      }
      layer(tape.variable(input)).output.backward(gradient)
    }
  }

  /// The same training step by calls of `RecurrentStack`.
  private func stackRun(_ backend: any Backend) -> () -> Void {
    var stack = RecurrentStack(problem.configuration, backend: backend, precision: problem.precision)
    let (x, gradient, saved) = (random(1), random(2), SavedStackActivations(for: stack))
    var (output, gradients) = (x, stack.zeroGradients())
    var below: Tensor? = x
    return {
      stack.parameters[0].inputWeight = stack.parameters[0].inputWeight
      var (state, stateGradient) = (stack.initialState(batch: problem.batch), stack.initialState(batch: problem.batch))
      stack.forward(x, state: &state, output: &output, saved: saved)
      stack.backward(
        saved, outputGradient: gradient, stateGradient: &stateGradient, inputGradient: &below, gradients: &gradients)
    }
  }
}

extension Bench {
  /// The suite's ratios, on each backend.
  func measureLayers() throws -> Report {
    let backends = try chosenBackends()
    let layers = try chosenLayers()
    let progress = Progress(total: layers.count)
    var report = Report(
      threads: backends[0].pool.threads, progress, precisions: layers.map(\.problem.precision), backends: backends)
    report.notes =
      precisionNotes + [
        "times as ratios to the plain layers' in the same rounds",
        "training: a forward and a backward pass through the tape, with weights prepared anew",
        "engine: the plain training step through the tape over the same calls of RecurrentStack",
      ]
    var costs: [Report.LayerCost] = []
    for layer in layers where Interruption.signal == 0 {
      progress.step(layer.name)
      for backend in backends {
        guard let (ratio, rounds) = layer.measure(on: backend, seconds: secondsEach) else { break }
        costs.append(
          Report.LayerCost(layer, backend: backend.name, threads: backend.pool.threads, ratio: ratio, rounds: rounds))
      }
    }
    progress.finish()
    if Interruption.signal != 0 {
      let measured = costs.count { $0.backend == backends[0].name }
      report.notes.append("interrupted: \(measured) of \(layers.count) problems measured")
    }
    report.layerCosts = costs
    return report
  }
}

extension Report {
  /// One kind of layer beside the plain one.
  struct LayerCost: Codable {
    let cell: CellName
    let mode: Mode
    let kind, backend: String
    let hidden, batch, length, layers, threads, rounds: Int
    /// The time over the plain layer's.
    let ratio: Double
    let precision: Precision

    init(_ layer: LayerProblem, backend: String, threads: Int, ratio: Double, rounds: Int) {
      let problem = layer.problem
      (cell, mode, kind, self.backend) = (problem.cell, problem.mode, layer.kind.rawValue, backend)
      (hidden, batch, length, layers) = (problem.hidden, problem.batch, problem.length, problem.layers)
      (self.threads, self.rounds, self.ratio, precision) = (threads, rounds, ratio, problem.precision)
    }

    /// What the costs of one table have in common.
    var table: String {
      "\(backend)\(precision.suffix): \(counted(layers, "layer")) of \(hidden), batch \(batch), length \(length)"
    }
  }

  /// Comma-separated values, a line for each ratio.
  func layerCSV(_ costs: [LayerCost]) -> String {
    let rows = costs.map { c in
      "\(c.cell),\(c.mode),\(c.kind),\(c.backend),\(c.hidden),\(c.batch),\(c.length),\(c.layers)"
        + ",\(c.threads),\(c.rounds),\(c.ratio),\(c.precision)"
    }
    let header = "cell,mode,kind,backend,hidden,batch,length,layers,threads,rounds,ratio,precision"
    return ([header] + rows).joined(separator: "\n") + "\n"
  }

  /// A table for each backend and size: a row for each kind of layer, a column for each cell and mode.
  func layerTables(_ costs: [LayerCost], _ format: Format, width: Int?) -> String {
    costs.map(\.table).uniqued().map { table in
      let costs = costs.filter { $0.table == table }
      func column(_ cost: LayerCost) -> String { "\(cost.cell.title) \(cost.mode)" }
      let columns = costs.map(column).uniqued()
      let rows = LayerKind.allCases.map(\.rawValue).compactMap { kind -> [String]? in
        let ofKind = costs.filter { $0.kind == kind }
        if ofKind.isEmpty { return nil }
        return [kind]
          + columns.map { title in ofKind.first { column($0) == title }.map { number($0.ratio, 2) } ?? "" }
      }
      return aligned(
        [.text("")] + columns.map { .number($0, beginsGroup: true) }, rows, title: table, format, width: width) + "\n"
    }.joined()
  }
}
