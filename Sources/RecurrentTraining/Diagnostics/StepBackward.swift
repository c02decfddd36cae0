// The backward pass of a single step: what the state's gradient becomes as it passes through.

import RecurrentCore
import RecurrentLayers

/// One step of a stack of one direction, run and gone back through; its memory is reused from step
/// to step.
struct StepBackward {
  private let stack: RecurrentStack
  private let batch: Int
  private let saved: SavedStackActivations
  private let outputGradient: Tensor
  private var output: Tensor
  /// The parameters' gradients, which the engine adds up and nobody reads.
  private var gradients: [DirectionParameters]

  init(_ stack: RecurrentStack, batch: Int) {
    self.stack = stack
    self.batch = batch
    saved = SavedStackActivations(for: stack)
    output = Tensor(zeros: StepBackward.sequence(stack, batch, stack.configuration.outputSize))
    outputGradient = output
    gradients = stack.zeroGradients()
  }

  /// A sequence of one step.
  private static func sequence(_ stack: RecurrentStack, _ batch: Int, _ features: Int) -> Shape {
    stack.configuration.batchFirst ? [batch, 1, features] : [1, batch, features]
  }

  /// - Parameters:
  ///   - input: [B, I].
  ///   - state: before the step.
  ///   - gradient: of the state after the step; becomes that of the state before it.
  mutating func callAsFunction(_ input: Tensor, state: RecurrentState, gradient: inout RecurrentState) {
    var state = state
    let input = input.reshaped(to: StepBackward.sequence(stack, batch, stack.configuration.inputSize))
    stack.forward(input, state: &state, output: &output, saved: saved)
    var inputGradient: Tensor?
    stack.backward(
      saved, outputGradient: outputGradient, stateGradient: &gradient, inputGradient: &inputGradient,
      gradients: &gradients)
  }
}

extension RecurrentState {
  /// Visits every number of every row. A row's numbers count from 0: h of every layer, then c of
  /// every layer.
  mutating func forEachNumber(
    of configuration: RecurrentStack.Configuration, _ body: (_ row: Int, _ number: Int, inout Float) -> Void
  ) {
    func visit(_ tensor: inout Tensor, from first: Int) {
      let (layers, batch, features) = (tensor.shape[0], tensor.shape[1], tensor.shape[2])
      tensor.withUnsafeMutableBufferPointer { values in
        for layer in 0..<layers {
          for row in 0..<batch {
            for feature in 0..<features {
              body(row, first + layer * features + feature, &values[(layer * batch + row) * features + feature])
            }
          }
        }
      }
    }
    visit(&hidden, from: 0)
    if var cell {
      self.cell = nil
      visit(&cell, from: configuration.layers * configuration.outputSize)
      self.cell = cell
    }
  }
}
