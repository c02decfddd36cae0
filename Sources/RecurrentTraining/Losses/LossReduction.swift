// The reduction of the losses of elements or rows to one number.

/// How the losses of elements or rows are reduced to one number. PyTorch's `reduction`.
public enum LossReduction: Sendable {
  /// The weighted mean; 0 if the weights are all zero.
  case mean
  /// The weighted sum.
  case sum
}
