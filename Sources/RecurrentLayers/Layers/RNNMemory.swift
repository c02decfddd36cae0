// How much memory a call of recurrent layers takes, told from its sizes.

import RecurrentCore

extension RNN {
  /// The floats that a call over `steps` steps of `batch` rows takes at most, without those of its
  /// parameters: its outputs, and in training their gradients and what each layer keeps for the way
  /// back (`SavedActivations`).
  /// - Parameter valid: the sum of the rows' lengths.
  package func floats(steps: Int, batch: Int, valid: Int, isTraining: Bool) -> Int {
    let all = steps * batch
    var (total, scratch) = (0, 0)
    for part in parts {
      for index in 0..<part.configuration.layers {
        let layer = part.configuration.layer(index)
        let (H, O) = (layer.hiddenSize, layer.outputSize)
        let outputs = all * layer.directions * O
        // A pass's states, and for each of its threads, two being usual, a part of the products
        // with the inputs (`ForwardPass`).
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
        // Of the output: what dropout or a skip makes of it, and the gradient of that.
        if parts.count > 1 { total += 2 * outputs }
      }
    }
    return total + scratch
  }
}
