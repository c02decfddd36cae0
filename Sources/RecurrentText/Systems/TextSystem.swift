// What the systems have in common: how one is made from data, trained, saved, judged and asked.

import Foundation
import RecurrentCore
import RecurrentInterchange
import RecurrentLayers
import RecurrentTraining

/// The systems that introductions to recurrent networks build.
public enum TextTask: String, Sendable, Codable, CaseIterable {
  case names, charlm, sentiment, tagger, translate, caption

  /// The type that does it.
  public var system: any TextSystem.Type {
    switch self {
    case .names: NameClassifier.self
    case .charlm: CharacterModel.self
    case .sentiment: SentimentClassifier.self
    case .tagger: Tagger.self
    case .translate: Translator.self
    case .caption: CaptionWriter.self
    }
  }
}

/// A model with its vocabularies, which can be made from data, trained, judged and asked.
///
/// ```swift
/// let samples = try NameClassifier.samples(in: .path("names"))
/// let (model, report) = try NameClassifier.train(on: samples, backend: backend)
/// try model.save(to: "names.safetensors")
/// try NameClassifier(contentsOf: "names.safetensors").classify("Nakamura", backend: backend)   // [("Japanese", 0.98), ...]
/// ```
public protocol TextSystem: Module, Sendable {
  /// One thing to learn from, as the data has it.
  associatedtype Sample: Sendable
  associatedtype Vocabularies: SystemVocabularies

  static var task: TextTask { get }
  /// The settings with which it does well.
  static var defaults: SystemSettings { get }
  /// The figure that tells which epoch was the best.
  static var monitor: TrainingOptions.Monitor { get }
  /// The settings that it has a use for; others are refused.
  static var settingsTaken: Set<SystemSettings.Option> { get }
  /// What its answers depend on; other options are refused.
  static var decodingTaken: Set<DecodingOptions.Option> { get }

  /// Reads data. Throws, naming file and line, when something in it is not as it should be.
  static func samples(in source: DataSource) throws(RecurrentError) -> [Sample]
  /// What `SystemSettings.maxLength` counts, and what becomes of longer samples; nil for a system
  /// that reads texts of any length.
  static var lengthLimit: LengthLimit? { get }
  /// The length of a sample, and where it comes from; nil when it is no longer than `limit`.
  static func excess(of sample: Sample, over limit: Int) -> (length: Int, place: SamplePlace)?
  /// The length of a text that is asked about; nil when it is no longer than `limit`.
  static func excess(ofQuestion text: String, over limit: Int) -> Int?
  /// What is trained on of samples some of which may be longer than `limit`.
  static func limited(_ samples: [Sample], to limit: Int) -> [Sample]
  /// How much there is to learn from: samples, or, where they are long, parts of them; and how
  /// little is too little.
  static func amount(of samples: [Sample]) -> (count: Int, unit: String, little: Int)
  /// The classes of samples that the model does not know, with the number of samples or words that
  /// have them.
  func unknownClasses(in samples: [Sample]) -> [String: Int]
  /// Some samples to train on, and others to judge by.
  static func split(_ samples: [Sample], heldOut: Double, seed: UInt64) -> (training: [Sample], heldOut: [Sample])
  /// Numbers the tokens of the samples to train on.
  static func vocabularies(of samples: [Sample], _ settings: SystemSettings) throws(RecurrentError) -> Vocabularies

  var settings: SystemSettings { get }
  var vocabularies: Vocabularies { get }
  /// A model with initial values for its parameters.
  init(_ settings: SystemSettings, _ vocabularies: Vocabularies)

  func fit(_ trainer: Trainer<Self>, training: [Sample], heldOut: [Sample]) throws -> TrainingReport
  func evaluate(_ samples: [Sample], _ options: DecodingOptions, backend: any Backend) throws -> Evaluation
  associatedtype Answer: SystemAnswer
  /// What it makes of a line of text. Throws when it is nothing that the system can take, and what
  /// `write` throws.
  /// - Parameter write: gets an answer that is drawn piece by piece, a text, as soon as there is
  ///   more of it, with its line's end; other answers are not written.
  func answer(
    _ line: String, _ options: DecodingOptions, backend: any Backend, write: (String) throws(RecurrentError) -> Void
  ) throws(RecurrentError) -> Answer
}

/// The vocabularies of a system.
public protocol SystemVocabularies: Codable, Sendable, Equatable {
  /// How many tokens each has.
  var counts: [Int] { get }
  /// Why no model can be made with these, which a file may hold; nil when one can.
  var problem: String? { get }
}

/// How answers are made. Each system takes what it has a use for.
public struct DecodingOptions: Sendable {
  /// Classes to name, most likely first.
  public var alternatives = 3
  /// Hypotheses that are followed at once; 1 takes the likeliest word every time.
  public var beams = 5
  /// Hypotheses to answer with, up to as many as there are beams, each by number and
  /// log-probability; nil for the text of the best alone.
  public var hypotheses: Int?
  /// How far long hypotheses are favoured; see `BeamSearch.lengthPenalty`.
  public var lengthPenalty: Float = 1
  /// Characters to write.
  public var length = 500
  public var sampling = Sampling()
  /// Of sampling.
  public var seed: UInt64 = 1

  public init() {}
}

/// What an evaluation found.
public struct Evaluation: Sendable {
  /// Under their names in JSON: "accuracy", "macro_f1"...
  public let figures: [(name: String, value: Double)]
  /// What was judged: samples, words or characters.
  public let count: Int
  public let unit: String
  /// More for people; empty when there is no more.
  public let details: String

  public init(_ figures: [(name: String, value: Double)], count: Int, of unit: String, details: String = "") {
    (self.figures, self.count, self.unit, self.details) = (figures, count, unit, details)
  }

  public subscript(name: String) -> Double? { figures.first { $0.name == name }?.value }
}

// MARK: Training

extension TextSystem {
  /// The settings for some data: for the small set that comes with this package, more and smaller
  /// steps, and a tenth that is held out.
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

  /// Every sample may be held out, by chance.
  public static func split(_ samples: [Sample], heldOut: Double, seed: UInt64) -> (
    training: [Sample], heldOut: [Sample]
  ) {
    var random = RandomStream(seed: seed, stream: 1 << 60)
    let order = samples.indices.shuffled(using: &random)
    let count = Int((Double(samples.count) * heldOut).rounded())
    // In the order of the data, both.
    return (order[count...].sorted().map { samples[$0] }, order[..<count].sorted().map { samples[$0] })
  }

  /// Makes a model of samples and trains it.
  /// - Parameters: - settings: nil for the system's defaults, or those of the run that is resumed.
  ///   - checkpoint: the file for the best epoch's parameters; beside it stands one from which the
  ///   run can be resumed. - resumes: goes on from there, if there is one; settings but for the
  ///   number of epochs are then to be the same. - resumesFrom: goes on likewise with the run of
  ///   another model's file. - history: a file for the figures of every epoch; see
  ///   `TrainingOptions.history`. - overwrites: whether a new run replaces what is at `checkpoint`
  ///   already; else that is an error.
  /// - Returns: the model as it was after its best epoch, if there is a `checkpoint`, else as it is
  ///   after the last one.
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
        expected: "more: of \(counted(samples.count, "sample")) none is that short")
    }
    let (training, heldOut) = split(limited, heldOut: settings.heldOut, seed: settings.seed)
    guard !training.isEmpty, settings.heldOut == 0 || !heldOut.isEmpty else {
      throw RecurrentError.invalidOption(
        name: "held-out", value: "\(settings.heldOut)",
        expected:
          "a share that leaves samples to train on, and some to judge by; of \(limited.count) it leaves \(training.count) and \(heldOut.count)"
      )
    }
    let model = Self(settings, try vocabularies(of: training, settings))
    try model.checkMemory(forTraining: 0)
    model.initialise(seed: settings.seed)

    var options = TrainingOptions()
    (options.epochs, options.patience, options.history) = (settings.epochs, settings.patience, history)
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
        throw RecurrentError.invalidFile(path: last, reason: "is of a run on other data: its vocabularies differ")
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
  /// The cross-entropy of a batch, smoothed in training; targets of -100 do not count.
  func loss(_ logits: Variable, _ targets: Indices) -> Variable {
    crossEntropy(logits, targets, smoothing: logits.tape.mode == .training ? labelSmoothing : 0)
  }

  /// The schedule of a training run with so many batches an epoch.
  func schedule(batches: Int) -> Schedule {
    if schedule == .constant { return .constant }
    let steps = epochs * batches
    let (first, decline) = (2 * steps / 3, Schedule.cosine(over: max(1, steps - 2 * steps / 3)))
    return Schedule { $0 < first ? 1 : Double(decline.factor(at: $0 - first)) }
  }
}

// MARK: Files

/// What a model's file says of the model, as JSON beside the parameters.
private struct SystemDescription<Vocabularies: SystemVocabularies>: Codable {
  static var key: String { "recurrent.system" }
  var format = 1
  let task: TextTask
  let settings: SystemSettings
  let vocabularies: Vocabularies
}

extension TextSystem {
  /// What makes a file of parameters this model: settings and vocabularies.
  var metadata: [String: String] {
    get throws(RecurrentError) {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      do {
        let description = SystemDescription(task: Self.task, settings: settings, vocabularies: vocabularies)
        return [SystemDescription<Vocabularies>.key: String(decoding: try encoder.encode(description), as: UTF8.self)]
      } catch {
        // Infinite numbers have no JSON.
        throw .invalidOption(name: "settings", value: "\(settings)", expected: "finite numbers")
      }
    }
  }

  /// Writes settings, vocabularies and parameters to a safetensors file, whole or not at all;
  /// nothing when a parameter is not finite.
  public func save(to path: String) throws(RecurrentError) {
    try checkFinite(toSave: path)
    var file = Safetensors()
    file.set(self)
    file.metadata = try metadata
    try file.write(to: path)
  }

  /// Reads a model that `save` or a training run has written. Throws when it is one for another
  /// task, or not one at all.
  public init(contentsOf path: String) throws(RecurrentError) {
    try self.init(Safetensors(contentsOf: path), path: path)
  }

  fileprivate init(_ file: Safetensors, path: String) throws(RecurrentError) {
    func fail(_ reason: String) -> RecurrentError { .invalidFile(path: path, reason: reason) }
    let task = try TextTask(of: file, path: path)
    guard task == Self.task else { throw fail("is a model for \(task.rawValue), not for \(Self.task.rawValue)") }
    let description: SystemDescription<Vocabularies>
    do {
      let text = file.metadata[SystemDescription<Vocabularies>.key]!
      description = try JSON.decode(SystemDescription<Vocabularies>.self, from: Data(text.utf8))
      try description.settings.check(for: task)
    } catch {
      throw fail("its settings cannot be read: \((error as? RecurrentError)?.description ?? JSON.reason(error))")
    }
    guard description.format == 1 else { throw fail("has format \(description.format), expected 1") }
    guard description.vocabularies.counts.allSatisfy({ $0 > 0 }) else { throw fail("has an empty vocabulary") }
    if let problem = description.vocabularies.problem { throw fail(problem) }
    self.init(description.settings, description.vocabularies)
    // Shapes first: no parameter takes memory before it is set. A run's last checkpoint has more in
    // it: moments, a carried state.
    let (missing, _) = try compare(with: file, prefix: "", strict: false)
    guard missing.isEmpty else { throw fail("lacks \(missing.joined(separator: ", "))") }
    try load(from: file, strict: false)
  }
}

extension TextTask {
  /// The task of the model in a file.
  fileprivate init(of file: Safetensors, path: String) throws(RecurrentError) {
    struct Head: Decodable { let task: TextTask }
    guard let text = file.metadata["recurrent.system"] else {
      throw .invalidFile(
        path: path, reason: "is not a model that `recurrent train` has written: its metadata has no 'recurrent.system'")
    }
    guard let head = try? JSONDecoder().decode(Head.self, from: Data(text.utf8)) else {
      throw .invalidFile(path: path, reason: "is a model for no task that is known here")
    }
    self = head.task
  }
}

/// Reads a model for whatever task it is.
public func loadSystem(contentsOf path: String) throws(RecurrentError) -> any TextSystem {
  let file = try Safetensors(contentsOf: path)
  return try TextTask(of: file, path: path).system.init(file, path: path)
}
