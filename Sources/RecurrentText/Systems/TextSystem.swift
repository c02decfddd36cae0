// Text systems: the protocol of complete models with data, training, evaluation and prediction.

import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// A model with its vocabularies: built from data, trained, saved, evaluated and used for
/// prediction.
///
/// ```swift
/// let samples = try NameClassifier.samples(in: .path("names"))
/// let (model, report) = try NameClassifier.train(on: samples, backend: backend)
/// try model.save(to: "names.safetensors")
/// let loaded = try NameClassifier(contentsOf: "names.safetensors")
/// loaded.classify("Nakamura", backend: backend)   // [("Japanese", 0.98), ...]
/// ```
public protocol TextSystem: Module, Sendable {
  /// One unit of data, as it is read.
  associatedtype Sample: Sendable
  /// The vocabularies of the model.
  associatedtype Vocabularies: SystemVocabularies
  /// The prediction for an input text.
  associatedtype Answer: SystemAnswer

  /// The task of the system.
  static var task: TextTask { get }
  /// The default settings.
  static var defaults: SystemSettings { get }
  /// The metric that selects the best epoch.
  static var monitor: TrainingOptions.Monitor { get }
  /// The settings that the system uses. Other settings are refused.
  static var settingsTaken: Set<SystemSettings.Option> { get }
  /// The decoding options that the system uses. Other options are refused.
  static var decodingTaken: Set<DecodingOptions.Option> { get }

  /// Reads data. Throws if a file is invalid; the error names file, line and reason.
  static func samples(in source: DataSource) throws(RecurrentError) -> [Sample]
  /// The unit of `SystemSettings.maxLength`, and the treatment of longer samples; nil for a system
  /// without a limit.
  static var lengthLimit: LengthLimit? { get }
  /// The length and place of a sample that is longer than `limit`; nil if it is not.
  static func excess(of sample: Sample, over limit: Int) -> (length: Int, place: SamplePlace)?
  /// The length of an input text that is longer than `limit`; nil if it is not.
  static func excess(ofQuestion text: String, over limit: Int) -> Int?
  /// The training samples after the length limit is applied.
  static func limited(_ samples: [Sample], to limit: Int) -> [Sample]
  /// The amount of training data: its count, the unit, and the count below which a warning is
  /// given.
  static func amount(of samples: [Sample]) -> (count: Int, unit: String, little: Int)
  /// The classes that the model does not know, with the number of samples or words that have them.
  func unknownClasses(in samples: [Sample]) -> [String: Int]
  /// Splits samples into training and held-out samples.
  static func split(_ samples: [Sample], heldOut: Double, seed: UInt64) -> (training: [Sample], heldOut: [Sample])
  /// Builds the vocabularies of training samples.
  static func vocabularies(of samples: [Sample], _ settings: SystemSettings) throws(RecurrentError) -> Vocabularies

  /// The settings of the model.
  var settings: SystemSettings { get }
  /// The vocabularies of the model.
  var vocabularies: Vocabularies { get }
  /// The precision of evaluation and prediction: that of the matrices, which `store(as:)` changes.
  /// The default searches all parameters at each call.
  var precision: Precision { get }
  /// Creates a model; `initialise(seed:)` draws its parameters.
  init(_ settings: SystemSettings, _ vocabularies: Vocabularies)

  /// Trains the model with a trainer.
  func fit(_ trainer: Trainer<Self>, training: [Sample], heldOut: [Sample]) throws -> TrainingReport
  /// Evaluates the model on test samples.
  func evaluate(_ samples: [Sample], _ options: DecodingOptions, backend: any Backend) throws -> Evaluation
  /// Predicts from a line of text.
  /// - Parameters:
  ///   - line: The input.
  ///   - options: The decoding options.
  ///   - backend: The backend to compute on.
  ///   - write: Receives the parts of a generated text as soon as they are computed, including the
  ///     line end. Other answers are not written.
  /// - Returns: The prediction.
  /// - Throws: an error if the line is no valid input; the errors of `write`.
  func answer(
    _ line: String, _ options: DecodingOptions, backend: any Backend, write: (String) throws(RecurrentError) -> Void
  ) throws(RecurrentError) -> Answer
}

/// The vocabularies of a system.
public protocol SystemVocabularies: Codable, Sendable, Equatable {
  /// The size of each vocabulary.
  var counts: [Int] { get }
  /// The reason why no model can be built from these vocabularies; nil if they are valid.
  var problem: String? { get }
}
