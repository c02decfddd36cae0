// How losses of elements are reduced to one number.

/// How the losses of single elements become one number.
public enum LossReduction: Sendable {
  /// Their weighted mean; 0 when nothing has weight.
  case mean
  case sum
}
