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
  /// A forward pass of a language model and its loss.
  case evaluation
  // Parts of that training step, and layers that other models have: `TrainingPart`.
  /// An update of all parameters of the language model by Adam.
  case adam
  /// The loss of the language model and its gradient.
  case crossentropy
  /// Forward and backward on the outputs of the layers.
  case dropout, layernorm, attention
  /// `length` steps of three operations on one small array, forward and backward.
  case tape

  /// Whether a run is of recurrent layers alone.
  var isOfLayers: Bool { self == .inference || self == .training || self == .streaming }

  /// Whether every element takes a few operations, so that memory bounds the run.
  var isElementwise: Bool {
    switch self {
    case .adam, .crossentropy, .dropout, .layernorm, .tape: true
    case .inference, .training, .streaming, .languagemodel, .evaluation, .attention: false
    }
  }

  /// Whether a run depends on the size of the vocabulary.
  var hasWords: Bool { self == .languagemodel || self == .evaluation || self == .adam || self == .crossentropy }
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
  /// The number of words of a language model; nil means 10,000.
  var vocabulary: Int?
  /// The precision of the products.
  var precision = Precision.float32

  private enum CodingKeys: String, CodingKey {
    case cell, mode, input, hidden, batch, length, layers, bidirectional, ragged, vocabulary, precision
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

  /// Operations of a run: 2 · gates · hidden · (input + hidden) for each valid step, layer and
  /// direction, and 2 · hidden · vocabulary for each step of a language model; three times that for
  /// training. Attention has three products; of the other parts of a training step, a few operations
  /// for each element.
  var operations: Double {
    let rows = lengths?.reduce(0, +) ?? length * batch
    let features = Double(configuration.directions * hidden)
    let perWord = 2 * Double(rows) * features
    switch mode {
    case .inference, .streaming: return configuration.operations(rows: rows, training: false)
    case .training: return configuration.operations(rows: rows, training: true)
    case .languagemodel: return configuration.operations(rows: rows, training: true) + 3 * perWord * Double(words)
    case .evaluation: return configuration.operations(rows: rows, training: false) + perWord * Double(words)
    case .attention: return 3 * perWord * (features + 2 * Double(length))
    case .adam: return 12 * elements
    case .layernorm: return 14 * elements
    case .crossentropy, .dropout, .tape: return 4 * elements
    }
  }

  /// The number of words of a language model.
  var words: Int { vocabulary ?? Problem.usualVocabulary }
  static let usualVocabulary = 10_000

  /// The elements that an element-wise part of a training step works on: parameters, logits or
  /// activations.
  private var elements: Double {
    let outputs = Double(configuration.directions * hidden)
    switch mode {
    case .adam: return weights + Double(words) * (Double(input) + outputs)
    case .crossentropy: return Double(length * batch) * Double(words)
    case .tape: return 3 * Double(length * batch) * outputs
    default: return Double(length * batch) * outputs
    }
  }

  /// The weights of the recurrent layers.
  private var weights: Double {
    let c = configuration
    return (0..<layers).reduce(0) { sum, index in
      sum + Double(c.directions * c.cell.gates * hidden) * Double(c.layer(index).inputSize + hidden)
    }
  }

  var name: String {
    "\(cell.rawValue) \(mode.rawValue), hidden \(hidden), batch \(batch), length \(length)"
      + (input == hidden ? "" : ", input \(input)")
      + (layers > 1 ? ", \(layers) layers" : "") + (bidirectional ? ", bidirectional" : "") + (ragged ? ", ragged" : "")
      + (vocabulary.map { ", vocabulary \($0)" } ?? "") + (isDeepBench ? ", DeepBench's rules" : "")
      + (precision == .float32 ? "" : ", \(precision)")
  }

  /// Whether the run is bound by bandwidth: with a batch of one, every step reads all weights for
  /// one row; and element-wise work does little but read and write.
  var isBoundByReading: Bool { mode.isElementwise || batch == 1 && (mode == .inference || mode == .streaming) }

  /// The bytes of weights that the steps of a run read: the recurrent weights and, in streaming,
  /// the input weights. For element-wise work, the bytes that it reads and writes.
  var bytesRead: Double {
    let c = configuration
    switch mode {
    case .adam: return 4 * 7 * elements  // value, gradient and two moments; all but the gradient written
    case .layernorm: return 4 * 6 * elements
    case .crossentropy, .dropout, .tape: return 4 * 4 * elements
    default: break
    }
    let perStep = (0..<layers).reduce(0.0) { sum, index in
      let layer = c.layer(index)
      return sum + Double(c.cell.gates * hidden * c.directions)
        * Double(c.outputSize + (mode == .streaming ? layer.inputSize : 0))
    }
    return Double(precision.bytes) * perStep * Double(length)
  }

  /// An estimate of the working set in bytes: parameters, prepared weights, sequences, and for
  /// training saved activations and gradients.
  var bytes: Double {
    let c = configuration
    if mode.isElementwise { return 4 * 4 * elements }
    let isTraining = mode == .training || mode == .languagemodel || mode == .attention
    var (parameters, perRow) = (weights, Double(input))
    for _ in 0..<layers {
      perRow += Double(c.directions * hidden) * (isTraining ? Double(c.cell.layout.blocks) + 4 : 1)
    }
    if mode.hasWords {
      parameters += Double(words) * Double(input + c.directions * hidden)
      perRow += Double(words)
    }
    return 4 * (parameters * (isTraining ? 4 : 2) + perRow * Double(batch) * Double(length))
  }

  static let mostLayers = 1000

  /// The reason why the problem cannot run on this machine; nil if it can.
  var flaw: String? {
    for (name, size, least) in [
      ("input", input, 0), ("hidden", hidden, 1), ("batch", batch, 1), ("length", length, 1), ("layers", layers, 1),
      ("vocabulary", words, 1),
    ] {
      let most = name == "layers" ? Problem.mostLayers : 1_000_000
      if !(least...most).contains(size) { return "\(name) \(size) is out of range; expected \(least) to \(most)" }
    }
    if batch * length > Int(Int32.max) { return "batch \(batch) times length \(length) is more than \(Int32.max)" }
    if mode == .streaming, bidirectional || ragged { return "streaming requires one direction and full lengths" }
    if !mode.isOfLayers, input == 0 || isDeepBench {
      return "\(mode) needs an input, and does not follow DeepBench's rules"
    }
    if !mode.runs(in: precision) { return "\(mode) does not run in \(precision)" }
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
  case lengths, grid, streaming, scaling, serving, layercosts, deepbench, gate

  /// The sizes whose combinations are measured; nil for a suite with a fixed list of problems.
  var sizes: (hidden: [Int], batch: [Int], lengths: [Int])? {
    switch self {
    case .lengths: ([256], [32], [1, 8, 32, 128, 512])
    case .grid: ([64, 128, 256, 512, 1024], [1, 8, 32, 64], [16, 64, 256])
    case .streaming: ([64, 128, 256, 512, 1024], [1, 4], [64])
    case .scaling: ([256, 512, 1024], [1, 32], [64])
    case .layercosts: ([256], [32], [64])
    case .serving: ([256], [1], [1])
    case .deepbench, .gate: nil
    }
  }

  /// The default modes.
  var modes: [Mode] {
    switch self {
    case .lengths, .grid, .scaling, .deepbench: [.inference, .training]
    case .layercosts: [.training, .inference]
    case .streaming, .serving: [.streaming]
    case .gate: Mode.allCases
    }
  }

  /// The default cells.
  var cells: [CellName] {
    switch self {
    case .scaling: [.lstm, .gru]
    case .serving: [.lstm]
    default: CellName.allCases
    }
  }

  /// The default number of layers.
  var layers: Int { self == .layercosts ? 2 : 1 }

  /// The problems of a suite with a fixed list.
  var problems: [Problem] { self == .gate ? GateSuite.problems : DeepBench.problems }
}
