// Inspectable systems: the systems whose unit activations can be recorded for each character.

import RecurrentCore
import RecurrentLayers

/// A system that reads text character by character, and records its unit activations.
public protocol InspectableSystem: TextSystem {
  /// The value of every recurrent unit after each character of a text. Precondition: the text is
  /// not empty.
  func activations(reading text: String, backend: any Backend) -> UnitActivations
  /// Samples joined to one text.
  static func text(of samples: [Sample]) -> String
}

extension InspectableSystem {
  /// The built-in test data as one text.
  package static func builtInText() throws(RecurrentError) -> String {
    text(of: try samples(in: .builtIn(isTest: true)))
  }
}

extension TextClassifier where Self: InspectableSystem {
  /// The texts, one per line.
  public static func text(of samples: [LabelledText]) -> String { samples.map(\.text).joined(separator: "\n") }
}

extension CharacterModel: InspectableSystem {
  /// The texts, concatenated.
  public static func text(of texts: [String]) -> String { texts.joined() }

  /// The value of every recurrent unit after each character of a text.
  public func activations(reading text: String, backend: any Backend) -> UnitActivations {
    let tokens = Indices(vocabularies.characters(text))
    return UnitActivations(
      text: Vectoriser.tokens(of: text, .character),
      vectors: vectors(tokens, evaluationTape(backend)).value,
      stack: recurrent.stack(backend: backend, precision: precision))
  }
}

extension NameClassifier: InspectableSystem {
  /// The value of every recurrent unit after each character of a text.
  public func activations(reading text: String, backend: any Backend) -> UnitActivations {
    let tokens = Indices(vocabularies.characters(text))
    return UnitActivations(
      text: Vectoriser.tokens(of: text, .character),
      vectors: embedding(tokens, evaluationTape(backend)).value,
      stack: recurrent.stack(backend: backend, precision: precision))
  }
}

extension SentimentClassifier: InspectableSystem {
  /// The units of the last layer, in both directions. A backward unit has read the text after a
  /// character.
  public func activations(reading text: String, backend: any Backend) -> UnitActivations {
    let tape = evaluationTape(backend)
    let tokens = vocabularies.characters(text)
    let (T, H) = (tokens.count, settings.hiddenSize)
    let y = recurrent(embedding(Indices(tokens, shape: [T, 1]), tape)).output.reshaped(to: [T, 2 * H])
    return UnitActivations(
      text: Vectoriser.tokens(of: text, .character),
      groups: [
        .init("forward hidden", values: y.slice(0..<H, along: 1).value),
        .init("backward hidden", values: y.slice(H..<2 * H, along: 1).value),
      ])
  }
}

extension UnitActivations {
  /// Runs unidirectional layers on vectors [T, I].
  fileprivate init(text: [String], vectors: Tensor, stack: RecurrentStack) {
    self.init(
      text: text, inputs: vectors.reshaped(to: [text.count, 1, stack.configuration.inputSize]), stack: stack)
  }
}
