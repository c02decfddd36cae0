// Gate suite: small problems that together exercise every kernel.

import Recurrent

/// A few problems, such that every kernel takes most of the time of at least one.
///
/// They fit into a core's private caches, so that other load disturbs them little, and take about a
/// tenth of a millisecond, so that some runs fall between disturbances. The language model of 10,000
/// words is the exception: it is there since its optimiser and loss are most of a step.
enum GateSuite {
  static let problems: [Problem] = layers + inPrecision(.bfloat16) + inPrecision(.int8) + training

  /// Recurrent layers in float32.
  private static let layers: [Problem] =
    CellName.allCases.flatMap { cell in
      let hidden = hidden(cell)
      return [
        Problem(cell: cell, mode: .inference, input: hidden, hidden: hidden, batch: 16, length: 4),
        steps(cell),
        // A single step, which includes the cost of the call.
        Problem(cell: cell, mode: .inference, input: hidden, hidden: hidden, batch: 8, length: 1),
        Problem(cell: cell, mode: .inference, input: 1, hidden: hidden, batch: 1, length: 64),
        Problem(cell: cell, mode: .streaming, input: hidden, hidden: hidden, batch: 1, length: 16),
        Problem(cell: cell, mode: .training, input: hidden, hidden: hidden, batch: 8, length: 4),
      ]
    } + [
      inputProduct(512),
      Problem(cell: .lstm, mode: .training, input: 64, hidden: 64, batch: 8, length: 8, ragged: true),
      Problem(cell: .gru, mode: .training, input: 48, hidden: 48, batch: 4, length: 4, layers: 2, bidirectional: true),
      // Includes the preparation of weights.
      Problem(cell: .lstm, mode: .training, input: 0, hidden: 64, batch: 8, length: 4, isDeepBench: true),
    ]

  /// About as many weights in an Elman cell as in the others.
  private static func hidden(_ cell: CellName) -> Int { cell == .elman ? 128 : 64 }

  /// The steps alone: the product with one input takes little time.
  private static func steps(_ cell: CellName) -> Problem {
    Problem(cell: cell, mode: .inference, input: 1, hidden: hidden(cell), batch: 16, length: 8)
  }

  /// Mostly the input product.
  private static func inputProduct(_ input: Int) -> Problem {
    Problem(cell: .lstm, mode: .inference, input: input, hidden: 32, batch: 8, length: 4)
  }

  /// Recurrent layers in a lower precision, which has products and steps of its own.
  private static func inPrecision(_ precision: Precision) -> [Problem] {
    var problems =
      CellName.allCases.map(steps) + [
        inputProduct(1024),
        Problem(cell: .lstm, mode: .inference, input: 1, hidden: 64, batch: 1, length: 64),
        Problem(cell: .lstm, mode: .streaming, input: 64, hidden: 64, batch: 1, length: 16),
      ]
    if precision == .bfloat16 {
      problems += [.lstm, .gru].map {
        Problem(cell: $0, mode: .training, input: 64, hidden: 64, batch: 8, length: 4)
      }
    }
    for index in problems.indices { problems[index].precision = precision }
    return problems
  }

  /// What trainers run besides recurrent layers.
  private static let training: [Problem] = {
    let small = Problem(
      cell: .lstm, mode: .languagemodel, input: 32, hidden: 32, batch: 4, length: 8, vocabulary: 100)
    func part(_ mode: Mode, _ change: (inout Problem) -> Void = { _ in }) -> Problem {
      var part = small
      (part.mode, part.vocabulary) = (mode, mode.hasWords ? small.vocabulary : nil)
      change(&part)
      return part
    }
    return [
      small,
      part(.languagemodel) { $0.precision = .bfloat16 },
      Problem(
        cell: .lstm, mode: .languagemodel, input: 16, hidden: 16, batch: 2, length: 4,
        vocabulary: Problem.usualVocabulary),
      part(.evaluation),
      part(.adam) { ($0.input, $0.hidden) = (64, 64) },
      part(.crossentropy) { ($0.length, $0.vocabulary) = (16, 1000) },
      part(.dropout) { $0.hidden = 256 },
      part(.layernorm) { $0.hidden = 256 },
      part(.attention),
      part(.tape) { ($0.hidden, $0.batch, $0.length) = (8, 1, 32) },
    ]
  }()
}
