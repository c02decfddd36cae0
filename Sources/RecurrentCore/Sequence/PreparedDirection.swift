// Prepared directions: the weights of one direction of a layer, prepared for a backend.

extension LayerEngine {
  /// The prepared weights and the biases of one direction. A class, so that a pass holds one
  /// reference instead of seven; steps are short.
  final class Direction: Sendable {
    /// W' [I, G·H].
    let input: PreparedMatrix
    /// U' [O, G·H], prepared for `Backend.step`, or for products if `stepsAtOnce` is false.
    let recurrent: PreparedMatrix
    /// The transposed projection [H, O].
    let projection: PreparedMatrix?
    /// [G·H]: b and b' of a cell that keeps both products separate; of other cells b + b', both in
    /// the same buffer.
    let inputBias: AlignedBuffer
    let recurrentBias: AlignedBuffer
    /// The peepholes' weights, if the layer has them.
    let peepholes: Tensor?
    /// Layer normalisation, if the layer has it.
    let normalisation: LayerNormalisedCell?

    init(
      input: PreparedMatrix, recurrent: PreparedMatrix, projection: PreparedMatrix?, inputBias: AlignedBuffer,
      recurrentBias: AlignedBuffer, peepholes: Tensor?, normalisation: LayerNormalisedCell?
    ) {
      (self.input, self.recurrent, self.projection) = (input, recurrent, projection)
      (self.inputBias, self.recurrentBias, self.peepholes, self.normalisation) = (
        inputBias, recurrentBias, peepholes, normalisation
      )
    }
  }

  /// The prepared weights of one direction for the backward pass.
  final class TransposedDirection: Sendable {
    /// For each stage, the rows of U of its gates [gates · H, O], in the order of their blocks in
    /// memory.
    let recurrent: [PreparedMatrix]
    /// The projection [O, H].
    let projection: PreparedMatrix?
    /// W [G·H, I].
    let input: PreparedMatrix

    init(recurrent: [PreparedMatrix], projection: PreparedMatrix?, input: PreparedMatrix) {
      (self.recurrent, self.projection, self.input) = (recurrent, projection, input)
    }
  }
}
