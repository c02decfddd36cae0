// What systems that find a text's class have in common.

import Foundation
import RecurrentCore
import RecurrentLayers
import RecurrentTraining

/// A system that reads a text by character and finds its class.
public protocol TextClassifier: SampleSystem
where Sample == LabelledText, Encoded == LabelledTokens, Vocabularies == ClassifierVocabularies {
  /// The scores [B, classes] of texts [B].
  func logits(_ texts: [[Int]], _ tape: Tape) -> Variable
  /// What a class is called before people.
  static func name(ofClass label: String) -> String
}

/// The characters that a classifier knows, and the classes.
public struct ClassifierVocabularies: SystemVocabularies {
  public let characters: Vectoriser
  let labels: Labels
  /// In alphabetical order.
  public var classes: [String] { labels.names }
  public var counts: [Int] { [characters.vocabulary.count, classes.count] }
  public var problem: String? { characters.problem(as: "characters", .character) ?? classes.problem(as: "classes") }

  private enum CodingKeys: String, CodingKey {
    case characters
    case labels = "classes"
  }
}

/// A text's characters and its class by number.
public struct LabelledTokens: Sendable {
  public let tokens: [Int]
  /// -100, which a loss leaves out, for a class that the model does not know.
  public let label: Int
}

extension TextClassifier {
  public static var monitor: TrainingOptions.Monitor { .highest("accuracy") }

  public static func name(ofClass label: String) -> String { label }

  public static var lengthLimit: LengthLimit? { LengthLimit(.character, inTraining: .cut, inUse: .cut) }

  public static func excess(of sample: LabelledText, over limit: Int) -> (length: Int, place: SamplePlace)? {
    Vectoriser.Unit.character.count(of: sample.text, over: limit).map { ($0, sample.place) }
  }

  public static func limited(_ samples: [LabelledText], to limit: Int) -> [LabelledText] {
    samples.map { cut($0, to: limit) }
  }

  public static func cut(_ sample: LabelledText, to limit: Int) -> LabelledText {
    LabelledText(Vectoriser.Unit.character.prefix(of: sample.text, limit), label: sample.label, place: sample.place)
  }

  public static func vocabularies(of samples: [LabelledText], _ settings: SystemSettings) throws(RecurrentError)
    -> ClassifierVocabularies
  {
    let classes = Set(samples.map(\.label)).sorted()
    guard classes.count >= 2 else {
      throw .invalidOption(
        name: "training data", value: "one class, '\(classes.first ?? "")'",
        expected: "texts of two classes or more among those to train on")
    }
    return ClassifierVocabularies(
      characters: Vectoriser(.character, counting: samples.lazy.map(\.text), minimum: settings.minimumCount),
      labels: Labels(classes))
  }

  public func encode(_ sample: LabelledText) -> LabelledTokens {
    LabelledTokens(tokens: vocabularies.characters(sample.text), label: vocabularies.labels[sample.label] ?? -100)
  }

  public static func length(_ sample: LabelledTokens) -> Int { sample.tokens.count }

  public func step(_ batch: [LabelledTokens], _ tape: Tape) -> StepResult {
    let logits = logits(batch.map(\.tokens), tape)
    let labels = Indices(batch.map(\.label))
    return StepResult(
      loss: settings.loss(logits, labels), metrics: ["accuracy": accuracy(logits.value, labels)], weight: batch.count)
  }

  public func unknownClasses(in samples: [LabelledText]) -> [String: Int] {
    samples.reduce(into: [:]) {
      if vocabularies.labels[$1.label] == nil { $0[Self.name(ofClass: $1.label), default: 0] += 1 }
    }
  }

  public func evaluate(_ samples: [LabelledText], _ options: DecodingOptions, backend: any Backend) throws -> Evaluation
  {
    // A class that was not there in training is never found, which counts.
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

  /// Every class with its probability, likeliest first.
  public func classify(_ text: String, backend: any Backend) -> [(label: String, probability: Float)] {
    let probabilities = logits(
      [Array(vocabularies.characters(text).prefix(maxLength))], Tape(.evaluation, backend: backend)
    ).softmax().value.elements
    return zip(vocabularies.classes, probabilities).map { ($0, $1) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
  }

  public func answer(
    _ line: String, _ options: DecodingOptions, backend: any Backend, write: (String) throws(RecurrentError) -> Void
  ) throws(RecurrentError) -> ClassAnswer {
    let encoded = encode(Self.cut(LabelledText(line, label: ""), to: maxLength))
    try checkMemory(floats([encoded], isTraining: false), for: "an answer")
    let found = classify(line, backend: backend).prefix(options.alternatives)
    try checkScores(found.map(\.probability))
    return ClassAnswer(
      text: line, classes: found.map { .init(name: Self.name(ofClass: $0.label), probability: $0.probability) })
  }
}
