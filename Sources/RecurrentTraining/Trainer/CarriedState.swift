// The state carried from batch to batch: truncated backpropagation through time.

import RecurrentCore
import RecurrentInterchange
import RecurrentLayers

/// The state of recurrent layers that is carried from batch to batch without gradient: truncated
/// backpropagation through time (Williams & Peng, "An efficient gradient-based algorithm for
/// on-line training of recurrent network trajectories", 1990).
///
/// ```swift
/// let carried = CarriedState(for: model.lstm, rows: 32)
/// try trainer.fit(.streams(tokens, rows: 32, steps: 64), carried: carried) { batch, tape in
///   let (y, state) = model.lstm(model.embedding(batch.tokens, tape), state: carried.state(tape))
///   carried.values = state.values
///   return StepResult(loss: crossEntropy(model.output(y), batch.targets), weight: batch.targets.count)
/// }
/// ```
///
/// A trainer resets the state at the beginning of every epoch, keeps it apart from evaluation, and
/// saves it with its checkpoints.
public final class CarriedState {
  /// The state; nil at the beginning of a sequence. Evaluation may use another number of rows.
  public var values: RecurrentState?
  private let layer: RNN
  private let rows: Int

  /// Creates the state of `layer` for batches of B = `rows` rows.
  public init(for layer: RNN, rows: Int) { (self.layer, self.rows) = (layer, rows) }

  /// The state as variables, to pass to the layers; nil at the beginning of a sequence.
  public func state(_ tape: Tape) -> RNN.State? { values.map { layer.state($0, tape) } }

  /// Adds the state to a checkpoint.
  func save(to file: inout Safetensors) {
    guard let values else { return }
    file.set("carried.hidden", values.hidden)
    if let cell = values.cell { file.set("carried.cell", cell) }
  }

  /// Reads the state from a checkpoint; nil if it holds none. Throws if it has the wrong shape or
  /// is not finite.
  func values(in file: Safetensors) throws(RecurrentError) -> RecurrentState? {
    guard file.contains("carried.hidden") else { return nil }
    let shapes = layer.stateShapes(rows: rows)
    return RecurrentState(
      hidden: try file.finiteTensor("carried.hidden", shape: shapes.hidden),
      cell: try shapes.cell.map { (shape) throws(RecurrentError) in try file.finiteTensor("carried.cell", shape: shape)
      })
  }
}
