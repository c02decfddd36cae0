// Decoding options: how a system computes its predictions.

/// The options of prediction. Each system uses a subset (`TextSystem.decodingTaken`).
public struct DecodingOptions: Sendable {
  /// The maximum number of classes in an answer.
  public var alternatives = 3
  /// The number of beams; 1 is greedy search.
  public var beams = 5
  /// The number of hypotheses in an answer, at most `beams`; nil for the text of the best one only.
  public var hypotheses: Int?
  /// The length penalty α; see `BeamSearch.lengthPenalty`.
  public var lengthPenalty: Float = 1
  /// The number of characters to generate.
  public var length = 500
  /// The sampling rule of generated characters.
  public var sampling = Sampling()
  /// The seed of sampling.
  public var seed: UInt64 = 1

  /// Creates the default options.
  public init() {}
}

extension DecodingOptions {
  /// A decoding option. The raw value is the name of the option of `recurrent predict`.
  public enum Option: String, Sendable, CaseIterable {
    /// `alternatives`
    case top
    /// `beams`
    case beam
    /// `lengthPenalty`
    case lengthPenalty = "length-penalty"
    /// `length`
    case length
    /// `sampling.temperature`
    case temperature
    /// `sampling.topK`
    case topK = "top-k"
    /// `sampling.topP`
    case topP = "top-p"
    /// `seed`
    case seed
    /// `hypotheses`
    case nBest = "n-best"

    /// The options that evaluation uses.
    package static let evaluation: Set<Option> = [.beam, .lengthPenalty]
  }
}
