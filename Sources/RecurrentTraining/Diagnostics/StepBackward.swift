// The backward pass of a single step of a stack.

import RecurrentCore
import RecurrentLayers

/// The forward and backward pass of a single step, for a stack of one direction. Its memory is
/// reused from step to step.
struct StepBackward {
  private let stack: RecurrentStack
  private let batch: Int
  private let saved: SavedStackActivations
  private let outputGradient: Tensor
  private var output: Tensor
  /// The parameters' gradients, which are not used.
  private var gradients: [DirectionParameters]

  init(_ stack: RecurrentStack, batch: Int) {
    self.stack = stack
    self.batch = batch
    saved = SavedStackActivations(for: stack)
    output = Tensor(zeros: StepBackward.sequence(stack, batch, stack.configuration.outputSize))
    outputGradient = output
    gradients = stack.zeroGradients()
  }

  /// The shape of a sequence of one step.
  private static func sequence(_ stack: RecurrentStack, _ batch: Int, _ features: Int) -> Shape {
    stack.configuration.batchFirst ? [batch, 1, features] : [1, batch, features]
  }

  /// Runs the step and its backward pass. `input` is [B, I], `state` is the state before the step;
  /// `gradient` is the gradient with respect to the state after the step and becomes that with
  /// respect to the state before it.
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
  /// Visits every element of every row. The elements of a row are numbered from 0: h of every
  /// layer, then c of every layer.
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
