// Problems: the configurations that `bench` measures, and its suites.

import ArgumentParser
import Foundation
import Recurrent

/// What a run of a problem computes.
enum Mode: String, CaseIterable, Codable, ExpressibleByArgument {
  /// A forward pass.
  case inference
  /// A forward and a backward pass with all gradients.
  case training
  /// `length` calls of one time step each.
  case streaming
  /// A training step of a language model: `LanguageModelStep`.
  case languagemodel
}

/// The cell of a problem.
enum CellName: String, CaseIterable, Codable, ExpressibleByArgument {
  case elman, lstm, gru

  var title: String { self == .elman ? "Elman" : rawValue.uppercased() }
}

/// A recurrent stack on a batch of sequences.
struct Problem: Codable, Hashable {
  var cell: CellName
  var mode: Mode
  var input: Int
  var hidden: Int
  var batch: Int
  var length: Int
  var layers = 1
  var bidirectional = false
  var ragged = false
  /// Whether DeepBench's rules apply: the recurrent part only, an Elman cell with relu, and timed
  /// preparation of weights.
  var isDeepBench = false

  private enum CodingKeys: String, CodingKey {
    case cell, mode, input, hidden, batch, length, layers, bidirectional, ragged
    case isDeepBench = "deepbench"
  }

  var configuration: RecurrentStack.Configuration {
    let kind: Cell =
      switch cell {
      case .elman: .elman(isDeepBench ? .relu : .tanh)
      case .lstm: .lstm
      case .gru: .gru(.after)
      }
    return RecurrentStack.Configuration(
      cell: kind, inputSize: input, hiddenSize: hidden, layers: layers, bidirectional: bidirectional)
  }

  /// The valid steps of each row, spread evenly over 1...length in random order, so that half of
  /// all steps are valid; nil unless ragged.
  var lengths: [Int]? {
    guard ragged else { return nil }
    var stream = RandomStream(seed: 7)
    return (0..<batch).map { row in max(1, Int(((Double(row) + 0.5) / Double(batch) * Double(length)).rounded())) }
      .shuffled(using: &stream)
  }

  /// Floating-point operations of a run: 2 · gates · hidden · (input + hidden) for each valid step,
  /// layer and direction, and 2 · hidden · vocabulary for each step of a language model; three
  /// times that for training.
  var operations: Double {
    let rows = lengths?.reduce(0, +) ?? length * batch
    let isModel = mode == .languagemodel
    let words =
      isModel ? 3 * 2 * Double(rows) * Double(configuration.directions * hidden) * Double(Problem.vocabulary) : 0
    return configuration.operations(rows: rows, training: mode == .training || isModel) + words
  }

  /// The vocabulary size of a language model.
  static let vocabulary = 10_000

  var name: String {
    "\(cell.rawValue) \(mode.rawValue), hidden \(hidden), batch \(batch), length \(length)"
      + (input == hidden ? "" : ", input \(input)")
      + (layers > 1 ? ", \(layers) layers" : "") + (bidirectional ? ", bidirectional" : "") + (ragged ? ", ragged" : "")
      + (isDeepBench ? ", DeepBench's rules" : "")
  }

  /// Whether the run is bound by bandwidth: with a batch of one, every step reads all weights for
  /// one row.
  var isBoundByReading: Bool { batch == 1 && mode != .training && mode != .languagemodel }

  /// The bytes of weights that the steps of a run read: the recurrent weights and, in streaming,
  /// the input weights.
  var bytesRead: Double {
    let c = configuration
    let perStep = (0..<layers).reduce(0.0) { sum, index in
      let layer = c.layer(index)
      return sum + Double(c.cell.gates * hidden * c.directions)
        * Double(c.outputSize + (mode == .streaming ? layer.inputSize : 0))
    }
    return 4 * perStep * Double(length)
  }

  /// An estimate of the working set in bytes: parameters, prepared weights, sequences, and for
  /// training saved activations and gradients.
  var bytes: Double {
    let c = configuration
    let isTraining = mode == .training || mode == .languagemodel
    var (parameters, perRow) = (0.0, Double(input))
    for index in 0..<layers {
      let features = Double(c.layer(index).inputSize)
      parameters += Double(c.directions * c.cell.gates * hidden) * (features + Double(hidden))
      perRow += Double(c.directions * hidden) * (isTraining ? Double(c.cell.layout.blocks) + 4 : 1)
    }
    if mode == .languagemodel {
      parameters += Double(Problem.vocabulary) * Double(input + c.directions * hidden)
      perRow += Double(Problem.vocabulary)
    }
    return 4 * (parameters * (isTraining ? 4 : 2) + perRow * Double(batch) * Double(length))
  }

  static let mostLayers = 1000

  /// The reason why the problem cannot run on this machine; nil if it can.
  var flaw: String? {
    for (name, size, least) in [
      ("input", input, 0), ("hidden", hidden, 1), ("batch", batch, 1), ("length", length, 1), ("layers", layers, 1),
    ] {
      let most = name == "layers" ? Problem.mostLayers : 1_000_000
      if !(least...most).contains(size) { return "\(name) \(size) is out of range; expected \(least) to \(most)" }
    }
    if batch * length > Int(Int32.max) { return "batch \(batch) times length \(length) is more than \(Int32.max)" }
    if mode == .streaming, bidirectional || ragged { return "streaming requires one direction and full lengths" }
    if mode == .languagemodel, input == 0 || isDeepBench {
      return "a language model needs an input, and does not follow DeepBench's rules"
    }
    let memory = Double(ProcessInfo.processInfo.physicalMemory)
    if bytes > memory {
      return
        "\(name) needs about \(number(bytes / 1e9, 0)) GB of memory; this machine has \(number(memory / 1e9, 0)) GB"
    }
    return nil
  }
}

// MARK: Suites

/// A named set of problems.
enum Suite: String, CaseIterable, ExpressibleByArgument {
  case lengths, grid, streaming, layercosts, deepbench, gate

  /// The sizes whose combinations are measured; nil for a suite with a fixed list of problems.
  var sizes: (hidden: [Int], batch: [Int], lengths: [Int])? {
    switch self {
    case .lengths: ([256], [32], [1, 8, 32, 128, 512])
    case .grid: ([64, 128, 256, 512, 1024], [1, 8, 32, 64], [16, 64, 256])
    case .streaming: ([64, 128, 256, 512, 1024], [1, 4], [64])
    case .layercosts: ([256], [32], [64])
    case .deepbench, .gate: nil
    }
  }

  /// The default modes.
  var modes: [Mode] {
    switch self {
    case .lengths, .grid, .deepbench: [.inference, .training]
    case .layercosts: [.training, .inference]
    case .streaming: [.streaming]
    case .gate: [.inference, .training, .streaming]
    }
  }

  /// The default number of layers.
  var layers: Int { self == .layercosts ? 2 : 1 }

  /// The problems of a suite with a fixed list.
  var problems: [Problem] { self == .gate ? GateSuite.problems : DeepBench.problems }
}
