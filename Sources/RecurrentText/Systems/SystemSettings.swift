// What a system is made of, and how it is trained.

import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// The settings of a model and of its training; they are saved in the model's file. Each system has
/// defaults of its own (`TextSystem.defaults`) and takes what it has a use for.
public struct SystemSettings: Sendable, Equatable, Codable {
  /// The kinds of cells that introductions compare.
  public enum CellKind: String, Sendable, Codable, CaseIterable {
    case elman, lstm, gru

    /// With tanh, and the reset after the recurrent product, as in PyTorch.
    public var cell: Cell {
      switch self {
      case .elman: .elman(.tanh)
      case .lstm: .lstm
      case .gru: .gru(.after)
      }
    }
  }

  /// How the learning rate goes on from its first value.
  public enum RateSchedule: String, Sendable, Codable, CaseIterable {
    case constant
    /// Constant for two thirds of the steps, and then along half a cosine to zero at the end of the
    /// last epoch. Hägele et al., "Scaling laws and compute-optimal training beyond fixed training
    /// durations", 2024.
    case cooldown
  }

  // MARK: The model

  public var cell = CellKind.lstm
  /// The numbers of an embedding; 0 for one-hot vectors, where a system can do with them.
  public var embeddingSize = 64
  public var hiddenSize = 128
  public var layers = 1
  public var dropout: Float = 0.3
  /// The probability with which a token that is read is unknown in training, so that the model
  /// learns to do without it. Dai & Le 2015; Gal & Ghahramani 2016.
  public var tokenDropout: Float = 0
  /// How a decoder looks back; nil for not at all.
  public var attention: Attention.Score?
  /// How often a token must occur to be in the vocabulary.
  public var minimumCount = 1
  /// The characters or words (`LengthLimit.unit`) that are read of a text; nil for the system's
  /// default.
  public var maxLength: Int?

  // MARK: Its training

  public var epochs = 10
  /// The epochs in a row without a better one after which training stops early; nil for none.
  public var patience: Int?
  /// Samples at once; the streams side by side of a language model.
  public var batchSize = 64
  /// The steps of truncated backpropagation through time.
  public var steps = 64
  public var learningRate: Float = 2e-3
  public var schedule = RateSchedule.cooldown
  /// The share of the right answer that the loss spreads over all answers, in training. Szegedy et
  /// al. 2016.
  public var labelSmoothing: Float = 0
  /// AdamW's.
  public var weightDecay: Float = 0
  /// Gradients whose norm is above this are scaled down to it.
  public var clipNorm: Float = 5
  /// The share of the data that is not trained on, but tells which epoch was the best, the first of
  /// equal ones. With 0, all is learnt from, and the figures of training tell, which are best at
  /// the end: a share of little data would choose by chance.
  public var heldOut = 0.0
  /// Of initial values, of the order of samples, and of dropout.
  public var seed: UInt64 = 1

  public init() {}

  /// Throws for values that no system for a task can be made of.
  public func check(for task: TextTask) throws(RecurrentError) {
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws(RecurrentError) {
      guard range ~= value else {
        throw .invalidOption(name: name, value: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
      }
    }
    try check("embedding", embeddingSize, (task == .charlm ? 0 : 1)...4096)
    try check("hidden", hiddenSize, 1...8192)
    try check("layers", layers, 1...32)
    if task == .translate, attention == .dot, hiddenSize % 2 != 0 {
      throw .invalidOption(
        name: "hidden", value: "\(hiddenSize)", expected: "an even number, for dot attention over both directions")
    }
    try check("minimum-count", minimumCount, 1...1_000_000)
    if let maxLength {
      guard task.system.lengthLimit != nil else {
        throw .invalidOption(
          name: "max-length", value: "\(maxLength)", expected: "none for \(task.rawValue), which has no limit on length"
        )
      }
      try check("max-length", maxLength, 1...1_000_000)
    }
    try check("epochs", epochs, 1...100_000)
    if let patience { try check("patience", patience, 1...100_000) }
    try check("batch", batchSize, 1...65_536)
    try check("steps", steps, 1...65_536)
    for (name, probability) in [
      ("dropout", dropout), ("token-dropout", tokenDropout), ("label-smoothing", labelSmoothing),
    ]
    where !(probability >= 0 && probability < 1) {
      throw .invalidOption(name: name, value: "\(probability)", expected: "at least 0 and below 1")
    }
    guard learningRate > 0, learningRate.isFinite else {
      throw .invalidOption(name: "learning-rate", value: "\(learningRate)", expected: "a number above 0")
    }
    guard weightDecay >= 0, weightDecay.isFinite else {
      throw .invalidOption(name: "weight-decay", value: "\(weightDecay)", expected: "a number of 0 or above")
    }
    guard clipNorm > 0, clipNorm.isFinite else {
      throw .invalidOption(name: "clip", value: "\(clipNorm)", expected: "a number above 0")
    }
    guard heldOut >= 0, heldOut <= 0.9 else {
      throw .invalidOption(name: "held-out", value: "\(heldOut)", expected: "a share of 0 to 0.9")
    }
  }
}
