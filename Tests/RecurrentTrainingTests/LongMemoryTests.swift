// Tests of long-term dependencies: tasks that gated cells solve and simple ones do not.
//
// Hochreiter & Schmidhuber, "Long short-term memory", 1997 (addition); Arjovsky, Shah & Bengio 2016
// (copying).

import Recurrent
import Testing
import _TestSupport

@Suite struct LongMemoryTests {
  /// A batch of a task.
  struct Batch {
    /// [T, B, I]
    let input: Tensor
    let target: Target
    enum Target {
      /// One of the classes after the last step, [B].
      case last(Indices)
      /// One at some steps, [T, B], -100 at the others.
      case each(Indices)
      /// A number after the last step, [B, 1].
      case number(Tensor)
    }
  }

  enum Task: String, CaseIterable { case recall, addition, copy }

  static let rows = 32
  static let symbols = 8

  static func batch(_ task: Task, _ random: inout RandomStream) -> Batch {
    switch task {
    case .recall:
      // Fifty symbols; the target is the first.
      let T = 50
      let tokens = (0..<T * rows).map { _ in Int.random(in: 0..<symbols, using: &random) }
      return Batch(input: oneHot(tokens, T), target: .last(Indices(Array(tokens.prefix(rows)))))
    case .addition:
      // Sixty numbers, two of them marked; the target is their sum.
      let T = 60
      var (x, sums) = (Tensor(zeros: [T, rows, 2]), [Float](repeating: 0, count: rows))
      for row in 0..<rows {
        let marked = [Int.random(in: 0..<T / 2, using: &random), Int.random(in: T / 2..<T, using: &random)]
        for t in 0..<T {
          x[t, row, 0] = random.uniform()
          if marked.contains(t) {
            x[t, row, 1] = 1
            sums[row] += x[t, row, 0]
          }
        }
      }
      return Batch(input: x, target: .number(Tensor(sums, shape: [rows, 1])))
    case .copy:
      // Three symbols, thirty blanks and a marker; the targets are the symbols.
      let (count, T) = (3, 36)
      var tokens = [Int](repeating: symbols, count: T * rows)
      var targets = [Int](repeating: -100, count: T * rows)
      for row in 0..<rows {
        for place in 0..<count {
          let symbol = Int.random(in: 0..<symbols, using: &random)
          tokens[place * rows + row] = symbol
          targets[(T - count + place) * rows + row] = symbol
        }
        tokens[(T - count - 1) * rows + row] = symbols + 1
      }
      return Batch(input: oneHot(tokens, T), target: .each(Indices(targets, shape: [T, rows])))
    }
  }

  static func oneHot(_ tokens: [Int], _ T: Int) -> Tensor {
    var x = Tensor(zeros: [T, rows, symbols + 2])
    for (place, token) in tokens.enumerated() { x[place / rows, place % rows, token] = 1 }
    return x
  }

  /// Trains until the task is solved, for a limited number of steps. Returns the accuracy, or for
  /// addition the share of the variance (1/6) that is explained, and the number of steps.
  static func solve(_ task: Task, _ cell: Cell, steps: Int) throws -> (score: Float, steps: Int) {
    let hidden = task == .copy ? 48 : 32
    struct Model: Module {
      let layer: RNN
      let output: Linear
    }
    let model = Model(
      layer: RNN(cell, inputSize: task == .addition ? 2 : symbols + 2, hiddenSize: hidden),
      output: Linear(hidden, task == .addition ? 1 : symbols))
    model.initialise(seed: 2)
    var random = RandomStream(seed: 5)
    if cell.gates > 1 { model.layer.initialiseTimescales(upTo: 50, using: &random) }
    let optimiser = try Optimiser(model, Adam(learningRate: 1e-2))
    let tape = try Tape()
    var score: Float = 0
    var step = 0
    while step < steps, score < 0.97 {
      tape.begin(step: step)
      optimiser.zeroGradients()
      let batch = batch(task, &random)
      let (output, state) = model.layer(tape.constant(batch.input))
      let loss: Variable
      let found: Float
      switch batch.target {
      case .last(let targets):
        let logits = model.output(state.last)
        (loss, found) = (crossEntropy(logits, targets), accuracy(logits.value, targets))
      case .each(let targets):
        let logits = model.output(output)
        (loss, found) = (crossEntropy(logits, targets), accuracy(logits.value, targets))
      case .number(let targets):
        loss = meanSquaredError(model.output(state.last), targets)
        found = 1 - 6 * loss.value.elements[0]
      }
      score = step == 0 ? found : 0.95 * score + 0.05 * found
      loss.backward()
      optimiser.clipGradients(toNorm: 1)
      optimiser.step()
      step += 1
    }
    return (score, step)
  }

  @Test(arguments: Task.allCases) func gatedCellsSolveWhatElmanCannot(_ task: Task) throws {
    let gated = try [Cell.lstm, .gru(.after)].map { try LongMemoryTests.solve(task, $0, steps: 4000) }
    #expect(gated.allSatisfy { $0.score >= 0.97 }, "LSTM, GRU: \(gated)")
    // As many steps as the slower one took.
    let elman = try LongMemoryTests.solve(task, .elman(.tanh), steps: gated.map(\.steps).max()!)
    #expect(elman.score < 0.5, "Elman: \(elman), LSTM, GRU: \(gated)")
  }
}
