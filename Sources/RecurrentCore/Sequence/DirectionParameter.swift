// Direction parameters: the names of the parameters of one direction of a layer.

/// A parameter of one direction of a layer.
///
/// The raw value is the parameter's name in files: PyTorch's without its suffix, in PyTorch's
/// order. PyTorch does not have the last four, those of layer normalisation and of peepholes.
public enum DirectionParameter: String, Sendable, CaseIterable {
  /// W [G·H, I].
  case inputWeight = "weight_ih"
  /// U [G·H, O].
  case recurrentWeight = "weight_hh"
  /// b [G·H].
  case inputBias = "bias_ih"
  /// b' [G·H].
  case recurrentBias = "bias_hh"
  /// The projection [O, H] of an LSTM.
  case projectionWeight = "weight_hr"
  /// gamma [N·H] of layer normalisation, for N sums.
  case normalisationWeight = "weight_ln"
  /// gamma [H] of layer normalisation of an LSTM's c.
  case cellNormalisationWeight = "weight_lc"
  /// beta [H] of layer normalisation of an LSTM's c.
  case cellNormalisationBias = "bias_lc"
  /// The peepholes [3·H] of an LSTM variant.
  case peepholeWeight = "weight_ph"

  /// The constant that the parameter is initialised with: 1 for gamma, 0 for beta; nil for
  /// parameters drawn at random.
  public var constantInitialValue: Float? {
    switch self {
    case .normalisationWeight, .cellNormalisationWeight: 1
    case .cellNormalisationBias: 0
    default: nil
    }
  }
}
