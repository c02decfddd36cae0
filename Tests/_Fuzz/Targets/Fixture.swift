// Fuzz target: fixtures, as `recurrent verify` reads them.

import Foundation
import Recurrent

extension FuzzTarget {
  static let fixture = FuzzTarget(
    name: "fixture", share: 100, format: .tensors,
    words: ["elman", "lstm", "gru", "tanh", "relu", "input", "lengths", "h0", "c0", "output", "hn", "cn"]
  ) {
    try ["elman", "lstm", "gru"].flatMap { cell in
      try [false, true].map { Array(try file(cell, isLarge: $0).encoded()) }
    }
  } reader: { _ in
    let backend = try Backends.make(threads: 1)
    return { _ = try Fixture(Safetensors($0, path: "input")).deviations(on: backend) }
  }

  /// A valid fixture with wrong results. The larger one has two layers, both directions and an
  /// initial state.
  private static func file(_ cell: String, isLarge: Bool) throws -> Safetensors {
    var file = Safetensors()
    file.metadata["recurrent_fixture"] = "1"
    let (T, B, I, H) = (3, 2, 2, 2)
    let (layers, directions) = isLarge ? (2, 2) : (1, 1)
    let projection = isLarge && cell == "lstm" ? 1 : 0
    file.metadata["config"] = """
      {"cell": "\(cell)", "input_size": \(I), "hidden_size": \(H), "num_layers": \(layers), \
      "bidirectional": \(isLarge), "bias": true, "proj_size": \(projection), "nonlinearity": "tanh", \
      "batch_first": \(isLarge)}
      """
    let kind: Cell = cell == "elman" ? .elman(.tanh) : cell == "lstm" ? .lstm : .gru(.after)
    let c = RecurrentStack.Configuration(
      cell: kind, inputSize: I, hiddenSize: H, layers: layers, projectionSize: projection == 0 ? nil : projection,
      bidirectional: isLarge, batchFirst: isLarge)
    var random = RandomStream(seed: 1)
    func set(_ name: String, _ shape: Shape) { file.set(name, Tensor(normal: 1, shape: shape, using: &random)) }
    let edges: [(String, Int)] = [("input", I), ("output", directions * c.outputSize)]
    for (name, features) in edges {
      set(name, [T, B, features])
      set("grad_" + name, [T, B, features])
    }
    for prefix in ["", "grad_"] {
      for state in ["hn"] + (isLarge ? ["h0"] : []) { set(prefix + state, [layers * directions, B, c.outputSize]) }
      for state in cell == "lstm" ? ["cn"] + (isLarge ? ["c0"] : []) : [] {
        set(prefix + state, [layers * directions, B, H])
      }
      for slot in 0..<layers * directions {
        for (parameter, shape) in c.layer(slot / directions).parameterShapes.all {
          set(prefix + parameter.rawValue + c.suffix(slot: slot), shape)
        }
      }
    }
    file.set("lengths", [T, 1])
    return file
  }
}
