// Memory that is planned before it is taken.

import RecurrentCore
import RecurrentLayers

extension TextSystem {
  /// Throws when training would need more memory than there is.
  /// - Parameter floats: those of the greatest batch.
  func checkMemory(forTraining floats: Int) throws(RecurrentError) {
    // Values, gradients, two moments; all but the gradients twice more when a checkpoint is
    // written; and what backends make of the weights.
    try MemoryLimits.current().check(
      bytes(floats) + 12 * 4 * parameterCount, for: "training",
      advice: Self.lengthLimit == nil
        ? "a smaller batch or fewer hidden units take less" : "a smaller batch, max-length or hidden takes less")
  }

  /// Throws when computing so many floats, as one batch, would need more memory than there is.
  func checkMemory(_ floats: Int, for what: String) throws(RecurrentError) {
    // Asking takes longer than a small batch does.
    if bytes(floats) > 16 << 20 {
      try MemoryLimits.current().check(bytes(floats), for: what, advice: "shorter texts or fewer beams take less")
    }
  }

  /// With the quarter that a tape's memory is rounded up by, and what it keeps of batches of other
  /// shapes.
  private func bytes(_ floats: Int) -> Int { floats * 4 * 3 / 2 }
}
