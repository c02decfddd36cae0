// Variables: tensors computed on a tape, and where their gradients go.

import RecurrentCore

/// A tensor that was computed on a tape.
public struct Variable {
  public let value: Tensor
  public let tape: Tape
  package let sink: Tape.Sink
  package let generation: Int

  public var shape: Shape { value.shape }

  /// The same value, through which no gradient goes: a state carried to the next part of a long
  /// sequence.
  public var detached: Variable { tape.constant(value) }

  /// Adds the gradients of this variable to those of every parameter that it depends on, and
  /// empties the tape.
  /// - Parameter gradient: of what is minimised with respect to this, of its shape; may be left out
  ///   for a single number.
  public func backward(_ gradient: Tensor? = nil) {
    require(
      gradient != nil || shape.count == 1,
      "Variable.backward: of shape \(shape), not a single number: give the gradient to begin with")
    if let gradient {
      require(gradient.shape == shape, "Variable.backward: the gradient has shape \(gradient.shape), expected \(shape)")
    }
    require(generation == tape.generation, "Variable.backward: the tape has been emptied since this was computed")
    tape.backward(from: sink, gradient ?? Tensor([1], shape: shape))
  }
}
