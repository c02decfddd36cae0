// Fixtures: parameters, inputs, outputs and gradients of a stack as PyTorch computes them.

import Foundation
import RecurrentCore
import RecurrentLayers

/// A stack with inputs, and the results that every backend must reproduce.
///
/// A fixture is a safetensors file:
///
/// - The metadata has `recurrent_fixture` = "1" and `config`, a JSON object with the keys cell,
///   input_size, hidden_size, num_layers, bidirectional, bias, proj_size, nonlinearity,
///   batch_first.
/// - The tensors are `input`, `lengths`, `h0`, `c0`, the parameters, `grad_output`, `grad_hn`,
///   `grad_cn`, `output`, `hn`, `cn`, and the gradients, whose names begin with `grad_`.
public struct Fixture: Sendable {
  /// The tolerance of outputs and states: the largest max|a - b| / max(1, max|b|).
  public static let outputTolerance: Float = 1e-5
  /// The tolerance of gradients: the largest max|a - b| / max(1, max|b|).
  public static let gradientTolerance: Float = 5e-5

  /// The deviation of a result from the expected one.
  public struct Deviation: Sendable {
    /// The tensor's name in the file.
    public let name: String
    /// max|a - b| / max(1, max|b|); NaN if an element is NaN.
    public let error: Float
    /// The largest error that passes.
    public let tolerance: Float
    /// Whether the error is within the tolerance.
    public var isWithinTolerance: Bool { error <= tolerance }
  }

  /// The configuration of the stack.
  public let configuration: RecurrentStack.Configuration
  private let parameters: [DirectionParameters]
  private let input: Tensor
  private let lengths: [Int]?
  private let initialState: RecurrentState?
  private let outputGradient: Tensor
  private let stateGradient: RecurrentState
  private let expected: [(name: String, tensor: Tensor, tolerance: Float)]

  /// Reads a fixture from a file. Throws if the file is not a valid fixture.
  public init(contentsOf path: String) throws(RecurrentError) { try self.init(Safetensors(contentsOf: path)) }

  /// Reads a fixture from a safetensors file. Throws if the file is not a valid fixture.
  public init(_ file: Safetensors) throws(RecurrentError) {
    func fail(_ reason: String) -> RecurrentError {
      .invalidFile(path: file.path, reason: "not a valid fixture: " + reason)
    }
    guard file.metadata["recurrent_fixture"] == "1" else { throw fail("its metadata lacks recurrent_fixture = \"1\"") }
    guard let json = file.metadata["config"] else { throw fail("its metadata lacks config") }
    let config: Config
    do {
      config = try JSONDecoder().decode(Config.self, from: Data(json.utf8))
    } catch {
      throw fail("its config is not a JSON object with the keys that are needed: \(json)")
    }
    let c: RecurrentStack.Configuration
    do { c = try config.configuration() } catch { throw fail(error.description) }
    configuration = c

    guard let dimensions = file.dimensions("input"), dimensions.count == 3, dimensions[2] == c.inputSize else {
      throw fail("'input' is missing or not of shape [T, B, \(c.inputSize)]")
    }
    let (T, B) = (dimensions[0], dimensions[1])
    guard max(1, T) * max(1, B) <= Int(Int32.max) else { throw fail("\(T) steps of \(B) rows are too many") }
    input = try file.tensor("input")
    var lengths: [Int]?
    if file.contains("lengths") {
      let given = try file.integers("lengths")
      guard given.count == B else { throw fail("'lengths' has \(given.count) numbers for \(B) rows") }
      if let wrong = given.firstIndex(where: { $0 < 0 || $0 > T }) {
        throw fail("the length of row \(wrong) is \(given[wrong]), expected 0...\(T)")
      }
      lengths = given
    }
    self.lengths = lengths
    parameters = try file.parameters(c)

    let (slots, features) = (c.layers * c.directions, c.directions * c.outputSize)
    let (hiddenShape, cellShape): (Shape, Shape) = ([slots, B, c.outputSize], [slots, B, c.hiddenSize])
    let isLSTM = c.cell.hasCellState
    func state(_ hidden: String, _ cell: String) throws(RecurrentError) -> RecurrentState {
      RecurrentState(
        hidden: try file.tensor(hidden, shape: hiddenShape),
        cell: isLSTM ? try file.tensor(cell, shape: cellShape) : nil)
    }
    initialState = file.contains("h0") ? try state("h0", "c0") : nil
    outputGradient = try file.tensor("grad_output", shape: [T, B, features])
    stateGradient = try state("grad_hn", "grad_cn")

    var expected: [(String, Shape, Float)] = [
      ("output", [T, B, features], Fixture.outputTolerance), ("hn", hiddenShape, Fixture.outputTolerance),
    ]
    if isLSTM { expected.append(("cn", cellShape, Fixture.outputTolerance)) }
    var gradients: [(String, Shape)] = [("grad_input", input.shape)]
    if initialState != nil { gradients += [("grad_h0", hiddenShape)] + (isLSTM ? [("grad_c0", cellShape)] : []) }
    for slot in 0..<slots {
      for (parameter, shape) in c.layer(slot / c.directions).parameterShapes.all {
        gradients.append(("grad_" + parameter.rawValue + c.suffix(slot: slot), shape))
      }
    }
    expected += gradients.map { ($0.0, $0.1, Fixture.gradientTolerance) }
    var answers: [(String, Tensor, Float)] = []
    for (name, shape, tolerance) in expected { answers.append((name, try file.tensor(name, shape: shape), tolerance)) }
    self.expected = answers
  }

  /// Runs the stack forward for inference, forward for training, and backward. Returns the
  /// deviation of each result; for outputs and states the greater of both runs.
  public func deviations(on backend: any Backend) -> [Deviation] {
    let stack = RecurrentStack(configuration, parameters: parameters, backend: backend)
    let input = configuration.batchFirst ? input.transposedOuter() : input
    let outputGradient = configuration.batchFirst ? outputGradient.transposedOuter() : outputGradient
    func timeMajor(_ tensor: Tensor) -> Tensor { configuration.batchFirst ? tensor.transposedOuter() : tensor }

    let inference = stack(input, lengths: lengths, state: initialState)
    let saved = SavedStackActivations(for: stack)
    let training = stack.forward(input, lengths: lengths, state: initialState, saved: saved)
    var gradients = stack.zeroGradients()
    let below = stack.backward(
      saved, outputGradient: outputGradient, stateGradient: stateGradient, gradients: &gradients)

    var results: [String: [Tensor]] = [
      "output": [timeMajor(inference.output), timeMajor(training.output)],
      "hn": [inference.state.hidden, training.state.hidden],
      "cn": [inference.state.cell, training.state.cell].compactMap { $0 },
      "grad_input": [timeMajor(below.input!)],
      "grad_h0": [below.state.hidden],
      "grad_c0": [below.state.cell].compactMap { $0 },
    ]
    for (slot, gradient) in gradients.enumerated() {
      for (parameter, tensor) in gradient.all {
        results["grad_" + parameter.rawValue + configuration.suffix(slot: slot)] = [tensor]
      }
    }
    return expected.map { name, answer, tolerance in
      let errors = results[name]!.map { Fixture.error($0, answer) }
      return Deviation(name: name, error: errors.contains { $0.isNaN } ? .nan : errors.max()!, tolerance: tolerance)
    }
  }

  private static func error(_ a: Tensor, _ b: Tensor) -> Float {
    var (difference, scale): (Float, Float) = (0, 1)
    for (x, y) in zip(a.elements, b.elements) {
      let d = abs(x - y)
      if d.isNaN { return .nan }
      difference = max(difference, d)
      scale = max(scale, abs(y))
    }
    return difference / scale
  }

  private struct Config: Decodable {
    let cell: String
    let input_size, hidden_size, num_layers: Int
    let bidirectional, bias: Bool
    let proj_size: Int
    let nonlinearity: String
    let batch_first: Bool

    /// The greatest size. Larger ones are refused before anything is computed from them, since no
    /// file that fits in memory has them.
    private static let greatest = 1 << 24

    func configuration() throws(Invalid) -> RecurrentStack.Configuration {
      for (name, value, least) in [
        ("input_size", input_size, 0), ("hidden_size", hidden_size, 1), ("num_layers", num_layers, 1),
        ("proj_size", proj_size, 0),
      ] where value < least || value > Config.greatest {
        throw Invalid(description: "\(name) is \(value), expected \(least)...\(Config.greatest)")
      }
      let kind: Cell
      switch (cell, nonlinearity) {
      case ("elman", "tanh"): kind = .elman(.tanh)
      case ("elman", "relu"): kind = .elman(.relu)
      case ("elman", _): throw Invalid(description: "nonlinearity is '\(nonlinearity)', expected tanh or relu")
      case ("lstm", _): kind = .lstm
      case ("gru", _): kind = .gru(.after)
      default: throw Invalid(description: "cell is '\(cell)', expected elman, lstm or gru")
      }
      guard proj_size == 0 || kind == .lstm else {
        throw Invalid(description: "proj_size is \(proj_size), but only an LSTM has a projection")
      }
      return RecurrentStack.Configuration(
        cell: kind, inputSize: input_size, hiddenSize: hidden_size, layers: num_layers,
        projectionSize: proj_size == 0 ? nil : proj_size,
        bias: bias, bidirectional: bidirectional, batchFirst: batch_first)
    }

    struct Invalid: Error { let description: String }
  }
}
