// What is measured: single problems, and the suites made of them.

import ArgumentParser
import Foundation
import Recurrent

enum Mode: String, CaseIterable, Codable, ExpressibleByArgument {
  case inference, training
  /// One step at a time, `length` of them.
  case streaming
  /// A whole training step of a language model around the layers.
  case languagemodel
}

enum CellName: String, CaseIterable, Codable, ExpressibleByArgument {
  case elman, lstm, gru

  var title: String { self == .elman ? "Elman" : rawValue.uppercased() }
}

/// One recurrent network on one batch of sequences.
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
  /// By DeepBench's rules: the recurrent part only, an Elman cell with relu, and the preparation of
  /// weights in the time.
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

  /// Each row's valid steps: spread evenly over 1...length, so that half of all steps are valid, in
  /// random order; nil unless ragged.
  var lengths: [Int]? {
    guard ragged else { return nil }
    var stream = RandomStream(seed: 7)
    return (0..<batch).map { row in max(1, Int(((Double(row) + 0.5) / Double(batch) * Double(length)).rounded())) }
      .shuffled(using: &stream)
  }

  /// Floating-point operations: 2 · gates · hidden · (input + hidden) for each valid step, layer
  /// and direction, and 2 · hidden · words for each step of a language model; three times that for
  /// training.
  var operations: Double {
    let rows = lengths?.reduce(0, +) ?? length * batch
    let isModel = mode == .languagemodel
    let words =
      isModel ? 3 * 2 * Double(rows) * Double(configuration.directions * hidden) * Double(Problem.vocabulary) : 0
    return configuration.operations(rows: rows, training: mode == .training || isModel) + words
  }

  /// The words of a language model.
  static let vocabulary = 10_000

  var name: String {
    "\(cell.rawValue) \(mode.rawValue), hidden \(hidden), batch \(batch), length \(length)"
      + (input == hidden ? "" : ", input \(input)")
      + (layers > 1 ? ", \(layers) layers" : "") + (bidirectional ? ", bidirectional" : "") + (ragged ? ", ragged" : "")
      + (isDeepBench ? ", DeepBench's rules" : "")
  }

  /// A batch of one does little but read the weights again for every step: its limit is the
  /// bandwidth, not the multiply-adds.
  var isBoundByReading: Bool { batch == 1 && mode != .training && mode != .languagemodel }

  /// The bytes of weights that every step needs anew: the recurrent ones, and those for the inputs
  /// when they come one by one.
  var bytesRead: Double {
    let c = configuration
    let perStep = (0..<layers).reduce(0.0) { sum, index in
      let layer = c.layer(index)
      return sum + Double(c.cell.gates * hidden * c.directions)
        * Double(c.outputSize + (mode == .streaming ? layer.inputSize : 0))
    }
    return 4 * perStep * Double(length)
  }

  /// About the bytes that it works on: parameters, what is made of them, sequences, and for
  /// training the tape and the gradients.
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

  /// Why it cannot be run on this machine; nil when it can.
  static let mostLayers = 1000

  var flaw: String? {
    for (name, size, least) in [
      ("input", input, 0), ("hidden", hidden, 1), ("batch", batch, 1), ("length", length, 1), ("layers", layers, 1),
    ] {
      let most = name == "layers" ? Problem.mostLayers : 1_000_000
      if !(least...most).contains(size) { return "\(name) \(size) is out of range; expected \(least) to \(most)" }
    }
    if batch * length > Int(Int32.max) { return "batch \(batch) times length \(length) is more than \(Int32.max)" }
    if mode == .streaming, bidirectional || ragged { return "streaming goes with one direction and full lengths only" }
    if mode == .languagemodel, input == 0 || isDeepBench {
      return "a language model needs an input, and rules of its own"
    }
    let memory = Double(ProcessInfo.processInfo.physicalMemory)
    if bytes > memory {
      return "\(name) needs about \(number(bytes / 1e9, 0)) GB of memory, of which there are \(number(memory / 1e9, 0))"
    }
    return nil
  }
}

// MARK: Suites

enum Suite: String, CaseIterable, ExpressibleByArgument {
  case lengths, grid, streaming, layercosts, deepbench, gate

  /// Crossed with one another; nil for a suite whose problems are given.
  var sizes: (hidden: [Int], batch: [Int], lengths: [Int])? {
    switch self {
    case .lengths: ([256], [32], [1, 8, 32, 128, 512])
    case .grid: ([64, 128, 256, 512, 1024], [1, 8, 32, 64], [16, 64, 256])
    case .streaming: ([64, 128, 256, 512, 1024], [1, 4], [64])
    case .layercosts: ([256], [32], [64])
    case .deepbench, .gate: nil
    }
  }

  var modes: [Mode] {
    switch self {
    case .lengths, .grid, .deepbench: [.inference, .training]
    case .layercosts: [.training, .inference]
    case .streaming: [.streaming]
    case .gate: [.inference, .training, .streaming]
    }
  }

  /// Layers unless others are asked for.
  var layers: Int { self == .layercosts ? 2 : 1 }

  /// The problems of a suite whose problems are given.
  var problems: [Problem] { self == .gate ? GateSuite.problems : DeepBench.problems }
}

/// Few problems in which every kernel takes most of the time of at least one. They are small: for a
/// core's own caches, so that a neighbour disturbs them little, and so short, a tenth of a
/// millisecond or so, that some runs fall between any disturbances.
enum GateSuite {
  static let problems: [Problem] =
    CellName.allCases.flatMap { cell in
      // As many weights in an Elman cell as in the others.
      let hidden = cell == .elman ? 128 : 64
      return [
        Problem(cell: cell, mode: .inference, input: hidden, hidden: hidden, batch: 16, length: 4),
        // Steps alone: the product with so few inputs takes no time.
        Problem(cell: cell, mode: .inference, input: 1, hidden: hidden, batch: 16, length: 8),
        // A single step, which has to pay for the call.
        Problem(cell: cell, mode: .inference, input: hidden, hidden: hidden, batch: 8, length: 1),
        Problem(cell: cell, mode: .inference, input: 1, hidden: hidden, batch: 1, length: 64),
        Problem(cell: cell, mode: .streaming, input: hidden, hidden: hidden, batch: 1, length: 16),
        Problem(cell: cell, mode: .training, input: hidden, hidden: hidden, batch: 8, length: 4),
      ]
    } + [
      // The product with the inputs alone.
      Problem(cell: .lstm, mode: .inference, input: 512, hidden: 32, batch: 8, length: 4),
      Problem(cell: .lstm, mode: .training, input: 64, hidden: 64, batch: 8, length: 8, ragged: true),
      Problem(cell: .gru, mode: .training, input: 48, hidden: 48, batch: 4, length: 4, layers: 2, bidirectional: true),
      // With the preparation of weights.
      Problem(cell: .lstm, mode: .training, input: 0, hidden: 64, batch: 8, length: 4, isDeepBench: true),
    ]
}

/// Baidu's DeepBench, code/kernels/rnn_problems.h: hidden size, batch, steps.
enum DeepBench {
  static let problems: [Problem] = {
    var all: [(CellName, Mode, Int, Int, Int)] = []
    for hidden in [1760, 2048, 2560] {
      for batch in [16, 32, 64, 128] { all.append((.elman, .training, hidden, batch, 50)) }
    }
    for hidden in [512, 1024, 2048, 4096] {
      for batch in [16, 32, 64, 128] { all.append((.lstm, .training, hidden, batch, 25)) }
    }
    for batch in [8, 16, 32] { all.append((.lstm, .training, 1536, batch, 50)) }
    for batch in [16, 32, 64] { all.append((.lstm, .training, 256, batch, 150)) }
    for hidden in [2816, 2048, 1536, 2560] {
      for steps in [1500, 750, 375, 187] { all.append((.gru, .training, hidden, 32, steps)) }
    }
    all += [(.gru, .training, 512, 32, 1), (.gru, .training, 1024, 32, 1500), (.gru, .training, 1024, 64, 1500)]
    for (hidden, steps) in [(512, 25), (1024, 25), (2048, 25), (1536, 50), (256, 150)] {
      for batch in [1, 2, 4] { all.append((.lstm, .inference, hidden, batch, steps)) }
    }
    for hidden in [2816, 2048, 1536, 2560] {
      for batch in [1, 2, 4] {
        for steps in [1500, 750, 375, 187] { all.append((.gru, .inference, hidden, batch, steps)) }
      }
    }
    for batch in [1, 2, 4] { all += [(.gru, .inference, 512, batch, 1), (.gru, .inference, 1024, batch, 1500)] }
    all += [(.elman, .inference, 32, 1, 672), (.elman, .inference, 64, 1, 96)]
    return all.map { cell, mode, hidden, batch, steps in
      Problem(cell: cell, mode: mode, input: 0, hidden: hidden, batch: batch, length: steps, isDeepBench: true)
    }
  }()

  static let rules =
    "DeepBench's rules: the recurrent part only (the products with the inputs are not in the time), no gradient of the inputs, the preparation of weights in the time, relu in the Elman cell. The GRU's candidate uses tanh, where DeepBench's text says relu."
}
