// System training: from samples to a trained model.

import RecurrentCore
import RecurrentInterchange
import RecurrentLayers
import RecurrentTraining

extension TextSystem {
  /// The default settings for a data source. The built-in data is small: more epochs, smaller
  /// batches, a higher learning rate, and a tenth of the samples held out.
  public static func defaults(for source: DataSource) -> SystemSettings {
    var settings = defaults
    if case .builtIn = source {
      settings.epochs = max(20, 2 * settings.epochs)
      settings.batchSize = 16
      settings.learningRate = 4e-3
      settings.minimumCount = 1
      settings.heldOut = 0.1
    }
    return settings
  }

  /// Holds out a random fraction of the samples. Both parts keep the order of the data.
  public static func split(_ samples: [Sample], heldOut: Double, seed: UInt64) -> (
    training: [Sample], heldOut: [Sample]
  ) {
    var random = RandomStream(seed: seed, stream: 1 << 60)
    let order = samples.indices.shuffled(using: &random)
    let count = Int((Double(samples.count) * heldOut).rounded())
    return (order[count...].sorted().map { samples[$0] }, order[..<count].sorted().map { samples[$0] })
  }

  /// Builds a model for samples and trains it.
  /// - Parameters:
  ///   - samples: The samples to train on and to hold out.
  ///   - settings: The settings; nil for the system's defaults.
  ///   - checkpoint: The file for the parameters of the best epoch. The last checkpoint, from which
  ///     a run can be resumed, is saved beside it.
  ///   - resumes: Whether to resume the run of `checkpoint`, if it exists. All settings but the
  ///     number of epochs must be the same.
  ///   - resumesFrom: The file of another run to resume.
  ///   - history: The file for the metrics of every epoch; see `TrainingOptions.history`.
  ///   - overwrites: Whether a new run may replace an existing `checkpoint`.
  ///   - progress: The progress display.
  ///   - backend: The backend to compute on.
  /// - Returns: The model after its best epoch if there is a `checkpoint`, else after the last
  ///   epoch; and the metrics of all epochs.
  /// - Throws: `invalidOption` for settings or samples that cannot be trained on; `diverged` if the
  ///   loss is not finite; errors of reading and writing files.
  public static func train(
    on samples: [Sample], settings: SystemSettings? = nil, checkpoint: String? = nil, resumes: Bool = false,
    resumesFrom: String? = nil, history: String? = nil, overwrites: Bool = false,
    progress: TrainingOptions.Progress = .standardError, backend: any Backend
  ) throws -> (model: Self, report: TrainingReport) {
    let settings = settings ?? defaults
    try settings.check(for: task)
    try settings.checkTaken(by: task)
    guard !samples.isEmpty else {
      throw RecurrentError.invalidOption(name: "samples", value: "none", expected: "one or more to train on")
    }
    let limited = limited(samples, to: maxLength(settings))
    guard !limited.isEmpty else {
      throw RecurrentError.invalidOption(
        name: "max-length", value: "\(maxLength(settings))",
        expected: "a larger value: none of \(counted(samples.count, "sample")) is that short")
    }
    let (training, heldOut) = split(limited, heldOut: settings.heldOut, seed: settings.seed)
    guard !training.isEmpty, settings.heldOut == 0 || !heldOut.isEmpty else {
      throw RecurrentError.invalidOption(
        name: "held-out", value: "\(settings.heldOut)",
        expected: """
          a fraction that leaves training and held-out samples; of \
          \(limited.count) it leaves \(training.count) to train on and \(heldOut.count) held out
          """
      )
    }
    let model = Self(settings, try vocabularies(of: training, settings))
    try model.checkMemory(forTraining: 0)
    model.initialise(seed: settings.seed)

    var options = TrainingOptions()
    (options.epochs, options.patience, options.history) = (settings.epochs, settings.patience, history)
    options.precision = settings.trainingPrecision
    options.seed = settings.seed
    options.clipNorm = settings.clipNorm
    options.checkpoint = checkpoint
    options.metadata = try model.metadata
    (options.resumes, options.resumesFrom, options.overwrites) = (resumes, resumesFrom, overwrites)
    options.progress = progress
    options.monitor = monitor
    if let last = resumesFrom.map({ RunFiles(either: $0).last }) ?? (resumes ? options.lastCheckpoint : nil),
      AtomicFile.exists(last)
    {
      let file = try Safetensors(contentsOf: last)
      try RunFiles.check(file, monitor, hasValidation: !heldOut.isEmpty)
      guard try Self(file, path: last).vocabularies == model.vocabularies else {
        throw RecurrentError.invalidFile(path: last, reason: "was trained on other data: its vocabularies differ")
      }
    }
    let trainer = Trainer(
      model, AdamW(learningRate: settings.learningRate, weightDecay: settings.weightDecay), options, backend: backend)
    let report = try model.fit(trainer, training: training, heldOut: heldOut)
    if let checkpoint, !report.wasInterrupted, report.bestEpoch != nil { try model.load(from: checkpoint) }
    return (model, report)
  }
}

extension SystemSettings {
  /// The cross-entropy of a batch, with label smoothing in training. Targets of -100 are ignored.
  func loss(_ logits: Variable, _ targets: Indices) -> Variable {
    crossEntropy(logits, targets, smoothing: logits.tape.mode == .training ? labelSmoothing : 0)
  }

  /// The learning rate schedule of a run with `batches` batches per epoch.
  func schedule(batches: Int) -> Schedule {
    if schedule == .constant { return .constant }
    let steps = epochs * batches
    let (first, decline) = (2 * steps / 3, Schedule.cosine(over: max(1, steps - 2 * steps / 3)))
    return Schedule { $0 < first ? 1 : Double(decline.factor(at: $0 - first)) }
  }
}
