// System settings: the hyperparameters of a model and of its training.

import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// The hyperparameters of a model and of its training. They are saved in the model's file. Each
/// system has its own defaults (`TextSystem.defaults`) and uses a subset
/// (`TextSystem.settingsTaken`).
public struct SystemSettings: Sendable, Equatable, Codable {
  /// The kind of recurrent cell.
  public enum CellKind: String, Sendable, Codable, CaseIterable {
    /// Elman network with tanh.
    case elman
    /// LSTM.
    case lstm
    /// GRU, with the reset gate after the recurrent product, as in PyTorch.
    case gru

    /// The engine's cell.
    public var cell: Cell {
      switch self {
      case .elman: .elman(.tanh)
      case .lstm: .lstm
      case .gru: .gru(.after)
      }
    }
  }

  /// The learning rate schedule.
  public enum RateSchedule: String, Sendable, Codable, CaseIterable {
    /// A constant learning rate.
    case constant
    /// Constant for two thirds of the steps, then half a cosine down to zero at the end of the last
    /// epoch. Hägele et al., "Scaling laws and compute-optimal training beyond fixed training
    /// durations", 2024.
    case cooldown
  }

  // MARK: Model

  /// The kind of cell.
  public var cell = CellKind.lstm
  /// The size of embeddings; 0 for one-hot vectors, which only the character model supports.
  public var embeddingSize = 64
  /// The number of hidden units per layer.
  public var hiddenSize = 128
  /// The number of recurrent layers.
  public var layers = 1
  /// The dropout probability.
  public var dropout: Float = 0.3
  /// Token dropout: the probability with which an input token becomes the unknown token in
  /// training. Dai & Le 2015; Gal & Ghahramani 2016.
  public var tokenDropout: Float = 0
  /// The attention score of the decoder; nil for no attention.
  public var attention: Attention.Score?
  /// The minimum number of occurrences of a token in the vocabulary.
  public var minimumCount = 1
  /// The maximum length of a text in characters or words (`LengthLimit.unit`); nil for the system's
  /// default.
  public var maxLength: Int?

  // MARK: Training

  /// The precision of the products with parameters in training: float32 or bfloat16. The
  /// parameters of a trained model are float32 in both.
  public var trainingPrecision: Precision {
    get { precision ?? .float32 }
    set { precision = newValue == .float32 ? nil : newValue }
  }
  /// `trainingPrecision`; nil for float32, as in files of earlier versions.
  private var precision: Precision?
  /// The number of epochs.
  public var epochs = 10
  /// Early stopping: the number of consecutive epochs without improvement; nil for none.
  public var patience: Int?
  /// Samples per batch; for a language model, parallel streams.
  public var batchSize = 64
  /// Time steps of truncated backpropagation through time.
  public var steps = 64
  /// The initial learning rate of AdamW.
  public var learningRate: Float = 2e-3
  /// The learning rate schedule.
  public var schedule = RateSchedule.cooldown
  /// Label smoothing of the training loss: the probability that is spread over all classes. Szegedy
  /// et al. 2016.
  public var labelSmoothing: Float = 0
  /// The weight decay of AdamW.
  public var weightDecay: Float = 0
  /// The maximum gradient norm; larger gradients are scaled down to it.
  public var clipNorm: Float = 5
  /// The fraction of the data that is held out to select the best epoch. With 0, all samples are
  /// trained on and the training metrics select it. Of equal epochs, the first is the best.
  public var heldOut = 0.0
  /// The seed of initial parameters, sample order and dropout.
  public var seed: UInt64 = 1

  /// Creates the common default settings; systems change some of them.
  public init() {}

  /// Throws `invalidOption` if a value is out of the range of a task.
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
        name: "hidden", value: "\(hiddenSize)", expected: "an even number, for dot attention to a bidirectional encoder"
      )
    }
    try check("minimum-count", minimumCount, 1...1_000_000)
    if let maxLength {
      guard task.system.lengthLimit != nil else {
        throw .invalidOption(
          name: "max-length", value: "\(maxLength)", expected: "none for \(task.rawValue), which has no length limit"
        )
      }
      try check("max-length", maxLength, 1...1_000_000)
    }
    if trainingPrecision == .int8 {
      throw .invalidOption(
        name: "precision", value: "int8",
        expected: "float32 or bfloat16; for int8, train in float32, then run `recurrent convert --precision int8`")
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
      throw .invalidOption(name: "held-out", value: "\(heldOut)", expected: "a fraction from 0 to 0.9")
    }
  }
}
