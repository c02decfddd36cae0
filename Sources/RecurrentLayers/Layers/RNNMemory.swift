// The memory of a call of recurrent layers, as a function of its sizes.

import RecurrentCore

extension RNN {
  /// The most floats that a call takes, without those of the parameters: its outputs and, in
  /// training, their gradients and the saved activations (`SavedStackActivations`).
  /// - Parameters:
  ///   - steps: T.
  ///   - batch: B.
  ///   - valid: the sum of the rows' lengths.
  ///   - isTraining: whether activations are saved.
  /// - Returns: the number of floats.
  package func floats(steps: Int, batch: Int, valid: Int, isTraining: Bool) -> Int {
    let all = steps * batch
    var (total, scratch) = (0, 0)
    for part in parts {
      for index in 0..<part.configuration.layers {
        let layer = part.configuration.layer(index)
        let (H, O) = (layer.hiddenSize, layer.outputSize)
        let outputs = all * layer.directions * O
        // The states of a pass and, for each of two threads, its share of the products with the
        // inputs (`ForwardPass`).
        scratch = max(
          scratch,
          layer.directions * (2 * max(96, batch) * (layer.cell.layout.blocks * H + layer.inputSize) + 8 * batch * H))
        guard isTraining else {
          total += outputs
          continue
        }
        var row = layer.cell.layout.blocks * H + O
        if layer.cell.hasCellState { row += H }
        if layer.projectionSize != nil { row += H + O }
        if valid < all { row += layer.inputSize }
        if layer.layerNorm { row += (layer.cell.layout.sums.count + 1) * (H + 1) }
        total += layer.directions * valid * row + 2 * outputs
        // The result of dropout or a skip connection on the output, and its gradient.
        if parts.count > 1 { total += 2 * outputs }
      }
    }
    return total + scratch
  }
}
