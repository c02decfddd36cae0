// Precisions: the numbers that weights are stored in, and that products are computed with.

/// The numbers that a model's matrices are stored in, and that their products are computed with.
///
/// Biases, gates, states and the sums of products are float32 in every precision.
public enum Precision: String, Sendable, Codable, CaseIterable {
  /// IEEE 754 single precision: 4 bytes a weight.
  case float32
  /// bfloat16, the upper half of a float32: 2 bytes a weight. Both factors are rounded to nearest,
  /// ties to even, where the processor multiplies bfloat16; elsewhere only the weights are.
  /// Inference and training.
  case bfloat16
  /// 8-bit integers with a scale for each output: 1 byte a weight. The other factor is quantised at
  /// run time with a scale for each row. Inference only.
  case int8

  /// The bytes of a weight.
  package var bytes: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    case .int8: 1
    }
  }
}
