// Unit activations: the value of every unit of a network after each character of a text.

import Foundation
import RecurrentCore
import RecurrentLayers

/// A text, and the value of every unit after each of its characters. Input of `UnitRanking` and
/// `InspectionPage`.
///
/// After Karpathy, Johnson & Fei-Fei, "Visualizing and understanding recurrent networks", 2016, who
/// found cells that follow quotes, the length of a line, or the depth of brackets.
///
/// ```swift
/// let x = model.embedding(Indices(tokens), tape).value.reshaped(to: [tokens.count, 1, 16])
/// let stack = model.lstm.stack(backend: tape.backend)
/// let activations = UnitActivations(text: characters, inputs: x, stack: stack)
/// try InspectionPage(activations, title: "Shakespeare").write(to: "units.html")
/// ```
public struct UnitActivations: Sendable, Equatable {
  /// A group of units, such as a layer's hidden state.
  public struct Group: Sendable, Equatable {
    /// The name of the group.
    public let name: String
    /// The values [T, H]: row t holds the units after character t has been read.
    public let values: Tensor

    /// Creates a group. Precondition: `values` has two dimensions.
    public init(_ name: String, values: Tensor) {
      require(values.shape.rank == 2, "UnitActivations.Group '\(name)': needs values [T, H], got shape \(values.shape)")
      self.name = name
      self.values = values
    }

    /// The number of units, H.
    public var units: Int { values.shape[1] }
  }

  /// The T inputs of the time steps, one or more. For features, an input of several characters
  /// counts as its first character.
  public let characters: [String]
  /// The groups of units.
  public let groups: [Group]

  /// Creates activations from given values. Precondition: one or more characters and groups; every
  /// group has one row per character.
  public init(text characters: [String], groups: [Group]) {
    require(!characters.isEmpty, "UnitActivations: the text is empty; one character or more is needed")
    require(!groups.isEmpty, "UnitActivations: no groups of units given")
    for group in groups {
      require(
        group.values.shape[0] == characters.count,
        """
        UnitActivations: group '\(group.name)' has \(group.values.shape[0]) rows, the text \(characters.count) \
        characters
        """
      )
    }
    self.characters = characters
    self.groups = groups
  }

  /// Runs a unidirectional stack on a text, step by step. The groups are "layer 1 hidden" (h, [T,
  /// O]) and, for an LSTM, "layer 1 cell" (tanh(c), [T, H]), then those of the next layers.
  /// - Parameters:
  ///   - characters: The inputs of the time steps, for display.
  ///   - inputs: The input vectors, [T, 1, I], also with `batchFirst`.
  ///   - stack: The layers to run.
  ///   - state: The initial state of one row; nil for zeros.
  public init(text characters: [String], inputs: Tensor, stack: RecurrentStack, state: RecurrentState? = nil) {
    let (T, I, O) = (characters.count, stack.configuration.inputSize, stack.configuration.outputSize)
    require(inputs.shape == [T, 1, I], "UnitActivations: inputs have shape \(inputs.shape), expected [\(T), 1, \(I)]")
    var state = state ?? stack.initialState(batch: 1)
    var input = Tensor(zeros: [1, I])
    var output = Tensor(zeros: [1, O])
    let workspace = Workspace()
    let (L, H) = (stack.configuration.layers, stack.configuration.hiddenSize)
    var hidden = (0..<L).map { _ in Tensor(zeros: [T, O]) }
    var cell = (0..<(state.cell == nil ? 0 : L)).map { _ in Tensor(zeros: [T, H]) }
    for t in 0..<T {
      input.mutableBase.update(from: inputs.base + t * I, count: I)
      stack.step(input, state: &state, output: &output, workspace: workspace)
      for layer in hidden.indices {
        (hidden[layer].mutableBase + t * O).update(from: state.hidden.base + layer * O, count: O)
      }
      guard let c = state.cell else { continue }
      for layer in cell.indices {
        let row = cell[layer].mutableBase + t * H
        for unit in 0..<H { row[unit] = tanh(c.base[layer * H + unit]) }
      }
    }
    withExtendedLifetime((inputs, state)) {}
    self.init(
      text: characters,
      groups: (0..<L).flatMap { layer in
        [Group("layer \(layer + 1) hidden", values: hidden[layer])]
          + (cell.isEmpty ? [] : [Group("layer \(layer + 1) cell", values: cell[layer])])
      })
  }
}
