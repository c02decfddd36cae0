// Text classifiers: what the systems that predict the class of a text share.

import Foundation
import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// A system that predicts the class of a text from its characters.
public protocol TextClassifier: SampleSystem
where Sample == LabelledText, Encoded == LabelledTokens, Vocabularies == ClassifierVocabularies {
  /// The logits [B, classes] of B texts, which are lists of character indices.
  func logits(_ texts: [[Int]], _ tape: Tape) -> Variable
  /// The name of a class in answers and tables.
  static func name(ofClass label: String) -> String
}

/// The characters and classes of a text classifier.
public struct ClassifierVocabularies: SystemVocabularies {
  /// Splits texts into characters, and maps them to indices.
  public let characters: Vectoriser
  let labels: Labels
  /// The names of the classes, in alphabetical order.
  public var classes: [String] { labels.names }
  /// The size of each vocabulary.
  public var counts: [Int] { [characters.vocabulary.count, classes.count] }
  /// The reason why no model can be built from these vocabularies; nil if they are valid.
  public var problem: String? { characters.problem(as: "characters", .character) ?? classes.problem(as: "classes") }

  private enum CodingKeys: String, CodingKey {
    case characters
    case labels = "classes"
  }
}

/// The characters of a text and its class, as indices.
public struct LabelledTokens: Sendable {
  /// The indices of the characters.
  public let tokens: [Int]
  /// The index of the class; -100, which losses ignore, for an unknown class.
  public let label: Int
}

extension TextClassifier {
  /// The best epoch has the highest accuracy.
  public static var monitor: TrainingOptions.Monitor { .highest("accuracy") }

  /// The label itself.
  public static func name(ofClass label: String) -> String { label }

  /// The length limit of the system's texts.
  public static var lengthLimit: LengthLimit? { LengthLimit(.character, inTraining: .cut, inUse: .cut) }

  /// The length and place of a sample that is longer than `limit`; nil if it is not.
  public static func excess(of sample: LabelledText, over limit: Int) -> (length: Int, place: SamplePlace)? {
    Vectoriser.Unit.character.count(of: sample.text, over: limit).map { ($0, sample.place) }
  }

  /// The training samples after the length limit is applied.
  public static func limited(_ samples: [LabelledText], to limit: Int) -> [LabelledText] {
    samples.map { cut($0, to: limit) }
  }

  /// The part of a sample that is read if it is longer than `limit`.
  public static func cut(_ sample: LabelledText, to limit: Int) -> LabelledText {
    LabelledText(Vectoriser.Unit.character.prefix(of: sample.text, limit), label: sample.label, place: sample.place)
  }

  /// Builds the vocabularies of training samples.
  public static func vocabularies(of samples: [LabelledText], _ settings: SystemSettings) throws(RecurrentError)
    -> ClassifierVocabularies
  {
    let classes = Set(samples.map(\.label)).sorted()
    guard classes.count >= 2 else {
      throw .invalidOption(
        name: "training data", value: "one class, '\(classes.first ?? "")'",
        expected: "training texts of two or more classes")
    }
    return ClassifierVocabularies(
      characters: Vectoriser(.character, counting: samples.lazy.map(\.text), minimum: settings.minimumCount),
      labels: Labels(classes))
  }

  /// Maps a sample to token indices.
  public func encode(_ sample: LabelledText) -> LabelledTokens {
    LabelledTokens(tokens: vocabularies.characters(sample.text), label: vocabularies.labels[sample.label] ?? -100)
  }

  /// The length by which samples are batched.
  public static func length(_ sample: LabelledTokens) -> Int { sample.tokens.count }

  /// The loss of a batch, with the metrics of the progress display.
  public func step(_ batch: [LabelledTokens], _ tape: Tape) -> StepResult {
    let logits = logits(batch.map(\.tokens), tape)
    let labels = Indices(batch.map(\.label))
    return StepResult(
      loss: settings.loss(logits, labels), metrics: ["accuracy": accuracy(logits.value, labels)], weight: batch.count)
  }

  /// The classes that the model does not know, with the number of samples or words that have them.
  public func unknownClasses(in samples: [LabelledText]) -> [String: Int] {
    samples.reduce(into: [:]) {
      if vocabularies.labels[$1.label] == nil { $0[Self.name(ofClass: $1.label), default: 0] += 1 }
    }
  }

  /// Accuracy and macro F1 on test samples, with a confusion matrix.
  public func evaluate(_ samples: [LabelledText], _ options: DecodingOptions, backend: any Backend) throws -> Evaluation
  {
    // A class that the model does not know is never predicted; its samples count as errors.
    let labels = vocabularies.labels.extended(by: samples.lazy.map(\.label))
    var matrix = ConfusionMatrix(classes: labels.names.map(Self.name(ofClass:)))
    try forEachBatch(samples, backend: backend) { batch, places, tape throws(RecurrentError) in
      let scores = logits(batch.map(\.tokens), tape).value
      try checkScores(scores.elements)
      let found = argmax(scores)
      for (place, label) in zip(places, found.elements) {
        matrix.add(truth: labels[samples[place].label]!, prediction: label)
      }
    }
    return Evaluation(
      [("accuracy", matrix.accuracy), ("macro_f1", matrix.macroF1)], count: samples.count, of: "texts",
      details: matrix.description)
  }

  /// All classes with their probabilities, most probable first.
  public func classify(_ text: String, backend: any Backend) -> [(label: String, probability: Float)] {
    let probabilities = logits(
      [Array(vocabularies.characters(text).prefix(maxLength))], evaluationTape(backend)
    ).softmax().value.elements
    return zip(vocabularies.classes, probabilities).map { ($0, $1) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
  }

  /// The most probable classes of a text. Throws if a score is not a number, or if memory is too
  /// small.
  public func answer(
    _ line: String, _ options: DecodingOptions, backend: any Backend, write: (String) throws(RecurrentError) -> Void
  ) throws(RecurrentError) -> ClassAnswer {
    let encoded = encode(Self.cut(LabelledText(line, label: ""), to: maxLength))
    try checkMemory(floats([encoded], isTraining: false), for: "prediction")
    let found = classify(line, backend: backend).prefix(options.alternatives)
    try checkScores(found.map(\.probability))
    return ClassAnswer(
      text: line, classes: found.map { .init(name: Self.name(ofClass: $0.label), probability: $0.probability) })
  }
}
