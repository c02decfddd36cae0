// Which systems can be looked into, and how.

import RecurrentCore
import RecurrentLayers

/// A system that reads a text character by character.
public protocol InspectableSystem: TextSystem {
  /// The value of every recurrent unit after each character of a text, which has one or more.
  func activations(reading text: String, backend: any Backend) -> UnitActivations
  /// Some of its samples as one text.
  static func text(of samples: [Sample]) -> String
}

extension InspectableSystem {
  /// The data to judge by that come with this package.
  public static func ownText() throws(RecurrentError) -> String { text(of: try samples(in: .builtIn(isTest: true))) }
}

extension TextClassifier where Self: InspectableSystem {
  public static func text(of samples: [LabelledText]) -> String { samples.map(\.text).joined(separator: "\n") }
}

extension CharacterModel: InspectableSystem {
  public static func text(of texts: [String]) -> String { texts.joined() }

  public func activations(reading text: String, backend: any Backend) -> UnitActivations {
    let tokens = Indices(vocabularies.characters(text))
    return UnitActivations(
      text: Vectoriser.tokens(of: text, .character),
      vectors: vectors(tokens, Tape(.evaluation, backend: backend)).value, recurrent, backend)
  }
}

extension NameClassifier: InspectableSystem {
  public func activations(reading text: String, backend: any Backend) -> UnitActivations {
    let tokens = Indices(vocabularies.characters(text))
    return UnitActivations(
      text: Vectoriser.tokens(of: text, .character),
      vectors: embedding(tokens, Tape(.evaluation, backend: backend)).value, recurrent, backend)
  }
}

extension SentimentClassifier: InspectableSystem {
  /// Of both directions, of the last layer alone: the units of the other one have read what follows
  /// a character.
  public func activations(reading text: String, backend: any Backend) -> UnitActivations {
    let tape = Tape(.evaluation, backend: backend)
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
  /// Of layers in one direction that read vectors [T, I].
  fileprivate init(text: [String], vectors: Tensor, _ recurrent: RNN, _ backend: any Backend) {
    self.init(
      text: text, inputs: vectors.reshaped(to: [text.count, 1, recurrent.inputSize]),
      stack: recurrent.stack(backend: backend))
  }
}
