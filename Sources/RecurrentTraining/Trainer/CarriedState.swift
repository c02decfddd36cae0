// Truncated backpropagation through time: states that outlive a batch.

import RecurrentCore
import RecurrentInterchange
import RecurrentLayers

/// The state of recurrent layers that goes on from batch to batch, without gradient: truncated
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
/// A trainer forgets it at the beginning of every epoch, keeps evaluation apart, and saves it with
/// its checkpoints.
public final class CarriedState {
  /// nil at the beginning of a sequence. Evaluation may run another number of rows.
  public var values: RecurrentState?
  private let layer: RNN
  private let rows: Int

  /// - Parameter rows: B, the rows of a batch.
  public init(for layer: RNN, rows: Int) { (self.layer, self.rows) = (layer, rows) }

  /// What to give to the layers; nil at the beginning of a sequence.
  public func state(_ tape: Tape) -> RNN.State? { values.map { layer.state($0, tape) } }

  func save(to file: inout Safetensors) {
    guard let values else { return }
    file.set("carried.hidden", values.hidden)
    if let cell = values.cell { file.set("carried.cell", cell) }
  }

  /// The state in a file, nil when there is none. Throws when it is one of other layers, of another
  /// number of rows, or not finite.
  func values(in file: Safetensors) throws(RecurrentError) -> RecurrentState? {
    guard file.contains("carried.hidden") else { return nil }
    let shapes = layer.stateShapes(rows: rows)
    return RecurrentState(
      hidden: try file.finiteTensor("carried.hidden", shape: shapes.hidden),
      cell: try shapes.cell.map { (shape) throws(RecurrentError) in try file.finiteTensor("carried.cell", shape: shape)
      })
  }
}
