// What is measured: single problems, and the suites made of them.

import ArgumentParser
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

enum Suite: String, CaseIterable, ExpressibleByArgument {
  case lengths, grid, deepbench
}

/// One recurrent network on one batch of sequences.
struct Problem {
  var cell: CellName
  var mode: Mode
  var input: Int
  var hidden: Int
  var batch: Int
  var length: Int
  var layers = 1
  var bidirectional = false
  var ragged = false
  /// By DeepBench's rules: the recurrent part only, an Elman cell with relu, and the preparation of weights in the time.
  var isDeepBench = false

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

  /// Each row's valid steps: spread evenly over 1...length, so that half of all steps are valid, in random order; nil unless ragged.
  var lengths: [Int]? {
    guard ragged else { return nil }
    var stream = RandomStream(seed: 7)
    return (0..<batch).map { row in max(1, Int(((Double(row) + 0.5) / Double(batch) * Double(length)).rounded())) }.shuffled(using: &stream)
  }

  /// Floating-point operations: 2 · gates · hidden · (input + hidden) for each valid step, layer and direction, and 2 · hidden · words for
  /// each step of a language model; three times that for training.
  var operations: Double {
    let rows = lengths?.reduce(0, +) ?? length * batch
    let isModel = mode == .languagemodel
    let words = isModel ? 3 * 2 * Double(rows) * Double(configuration.directions * hidden) * Double(Problem.vocabulary) : 0
    return configuration.operations(rows: rows, training: mode == .training || isModel) + words
  }

  /// The words of a language model.
  static let vocabulary = 10_000

  var name: String {
    "\(cell.rawValue) \(mode.rawValue), hidden \(hidden), batch \(batch), length \(length)"
  }
}

extension Suite {
  var defaultHidden: [Int] { self == .grid ? [64, 128, 256, 512, 1024] : [256] }
  var defaultBatch: [Int] { self == .grid ? [1, 8, 32, 64] : [32] }
  var defaultLengths: [Int] { self == .grid ? [16, 64, 256] : [1, 8, 32, 128, 512] }
}

/// Baidu's DeepBench, code/kernels/rnn_problems.h: hidden size, batch, steps.
enum DeepBench {
  static func problems(cells: [CellName], modes: [Mode]) -> [Problem] {
    var all: [(CellName, Mode, Int, Int, Int)] = []
    for hidden in [1760, 2048, 2560] { for batch in [16, 32, 64, 128] { all.append((.elman, .training, hidden, batch, 50)) } }
    for hidden in [512, 1024, 2048, 4096] { for batch in [16, 32, 64, 128] { all.append((.lstm, .training, hidden, batch, 25)) } }
    for batch in [8, 16, 32] { all.append((.lstm, .training, 1536, batch, 50)) }
    for batch in [16, 32, 64] { all.append((.lstm, .training, 256, batch, 150)) }
    for hidden in [2816, 2048, 1536, 2560] { for steps in [1500, 750, 375, 187] { all.append((.gru, .training, hidden, 32, steps)) } }
    all += [(.gru, .training, 512, 32, 1), (.gru, .training, 1024, 32, 1500), (.gru, .training, 1024, 64, 1500)]
    for (hidden, steps) in [(512, 25), (1024, 25), (2048, 25), (1536, 50), (256, 150)] {
      for batch in [1, 2, 4] { all.append((.lstm, .inference, hidden, batch, steps)) }
    }
    for hidden in [2816, 2048, 1536, 2560] {
      for batch in [1, 2, 4] { for steps in [1500, 750, 375, 187] { all.append((.gru, .inference, hidden, batch, steps)) } }
    }
    for batch in [1, 2, 4] { all += [(.gru, .inference, 512, batch, 1), (.gru, .inference, 1024, batch, 1500)] }
    all += [(.elman, .inference, 32, 1, 672), (.elman, .inference, 64, 1, 96)]
    return all.filter { cells.contains($0.0) && modes.contains($0.1) }.map { cell, mode, hidden, batch, steps in
      Problem(cell: cell, mode: mode, input: 0, hidden: hidden, batch: batch, length: steps, isDeepBench: true)
    }
  }

  static let rules =
    "DeepBench's rules: the recurrent part only (the products with the inputs are not in the time), no gradient of the inputs, the preparation of weights in the time, relu in the Elman cell. The GRU's candidate uses tanh, where DeepBench's text says relu."
}
