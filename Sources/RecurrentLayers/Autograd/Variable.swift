// Variables: tensors computed on a tape, and where their gradients go.

import RecurrentCore

/// A tensor computed on a tape, through which gradients can flow back. PyTorch's `Tensor` with
/// `requires_grad`.
public struct Variable {
  /// The value.
  public let value: Tensor
  /// The tape on which it was computed.
  public let tape: Tape
  /// Where the gradient goes.
  package let sink: Tape.Sink
  /// The tape's generation when the variable was computed.
  package let generation: Int

  /// The shape of the value.
  public var shape: Shape { value.shape }

  /// The same value as a constant, through which no gradient flows: for example a state carried to
  /// the next part of a long sequence. PyTorch's `detach`.
  public var detached: Variable { tape.constant(value) }

  /// Computes gradients: adds those with respect to this variable's parameters to
  /// `Parameter.gradient`, and empties the tape. PyTorch's `backward`.
  ///
  /// Preconditions: the tape has not been emptied since this variable was computed; `gradient` has
  /// the variable's shape.
  /// - Parameter gradient: the gradient of the objective with respect to this variable; nil means
  ///   1, for a variable of one element.
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
