// Memory plan: checks the memory that training and evaluation need before they allocate it.

import RecurrentCore
import RecurrentLayers

extension TextSystem {
  /// Throws if training needs more memory than is free. `floats` is the number of floats of the
  /// largest batch.
  func checkMemory(forTraining floats: Int) throws(RecurrentError) {
    // Values, gradients, two moments; two more copies of all but the gradients while a checkpoint
    // is written; and the backend's prepared weights.
    try MemoryLimits.current().check(
      bytes(floats) + 12 * 4 * parameterCount, for: "training",
      advice: Self.lengthLimit == nil
        ? "a smaller batch or fewer hidden units take less" : "a smaller batch, max-length or hidden takes less")
  }

  /// Throws if a batch of `floats` floats needs more memory than is free.
  func checkMemory(_ floats: Int, for what: String) throws(RecurrentError) {
    // The query takes longer than a small batch.
    if bytes(floats) > 16 << 20 {
      try MemoryLimits.current().check(bytes(floats), for: what, advice: "shorter texts or fewer beams take less")
    }
  }

  /// Bytes of `floats` floats on a tape, which rounds allocations up by a quarter and keeps buffers
  /// of other batch shapes.
  private func bytes(_ floats: Int) -> Int { floats * 4 * 3 / 2 }
}
