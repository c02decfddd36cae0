// Recurrent layers as one operation of a model: the engine runs them, forward and backward.

import RecurrentCore

/// Elman, LSTM or GRU layers on top of one another: [T, B, I] to [T, B, D·O], where D is the number
/// of directions and O is `projectionSize` or `hiddenSize`. Parameters have the names, shapes and
/// initial values of PyTorch's `nn.RNN`, `nn.LSTM` and `nn.GRU`.
///
/// ```swift
/// let lstm = RNN(.lstm, inputSize: 64, hiddenSize: 256, layers: 2, bidirectional: true, dropout: 0.3)
/// let (output, state) = lstm(x, lengths: lengths)
/// ```
public struct RNN: Module, Sendable {
  /// How a layer's output goes on beside what the layer makes of it.
  public enum Skip: String, Sendable, CaseIterable {
    case none
    /// y = f(x) + x, wherever x has the size of f(x). He et al. 2016; in recurrent stacks, Wu et
    /// al. 2016.
    case residual
    /// y = t · f(x) + (1 - t) · x with t = sigmoid(W x + b), wherever x has the size of f(x).
    /// Srivastava, Greff & Schmidhuber, "Highway networks", 2015. b begins at -1.
    case highway
    /// Each layer reads the input and the outputs of all layers below. Huang et al. 2017; in
    /// recurrent stacks, Kim, Kang & Kwak 2019.
    case dense
  }

  public let cell: Cell
  public let inputSize: Int
  public let hiddenSize: Int
  public let layers: Int
  public let skip: Skip
  /// Dropout of every layer's output but the last one's.
  public let dropout: Dropout
  /// The probability with which a unit of h is dropped on its way into the recurrent products, the
  /// same units at every step of a call. Gal & Ghahramani 2016.
  public let recurrentDropout: Float
  /// The probabilities with which a unit of h, and of an LSTM's c, keeps its value for a step.
  /// Krueger et al. 2017.
  public let zoneout: (hidden: Float, cell: Float)
  /// The probability with which an element of the recurrent weights is dropped, once per call. Wan
  /// et al. 2013, "Regularization of neural networks using DropConnect"; on recurrent weights,
  /// Merity, Keskar & Socher 2018.
  public let weightDrop: Float
  /// Whether training keeps the states at some steps only, and makes the rest again on its way
  /// back: memory grows with the square root of T, as near as blocks of 64 steps come to it, for
  /// another forward pass. The gradients have the same bits (but for those of a layer-normalised
  /// cell's biases and gamma, and those of more than 16384 rows in all steps together, which are
  /// added up in another order). Chen et al., "Training deep nets with sublinear memory cost",
  /// 2016; Gruslys et al. 2016.
  public let checkpointing: Bool
  /// The features of an output: D·O.
  public let outputSize: Int
  let directions: Int
  let parts: [StackOperation]
  private let gates: [Linear?]

  /// Stops on sizes that no stack can have, and on probabilities outside 0..<1.
  public init(
    _ cell: Cell, inputSize: Int, hiddenSize: Int, layers: Int = 1, projectionSize: Int? = nil, bias: Bool = true,
    bidirectional: Bool = false, layerNorm: Bool = false, skip: Skip = .none, dropout: Float = 0,
    lockedDropout: Bool = false,
    recurrentDropout: Float = 0, zoneout: (hidden: Float, cell: Float) = (0, 0), weightDrop: Float = 0,
    checkpointing: Bool = false
  ) {
    require(layers >= 1, "RNN: layers \(layers) must be one or more")
    for (name, probability) in [
      ("recurrentDropout", recurrentDropout), ("zoneout.hidden", zoneout.hidden), ("zoneout.cell", zoneout.cell),
      ("weightDrop", weightDrop),
    ] {
      require(probability >= 0 && probability < 1, "RNN: \(name) \(probability) must be at least 0 and below 1")
    }
    let zones = zoneout.hidden > 0 || zoneout.cell > 0
    require(
      !checkpointing || !bidirectional,
      "RNN: checkpointing needs one direction, the other one comes from the end of the sequence")
    require(!checkpointing || !zones, "RNN: checkpointing and zoneout do not go together")
    (self.cell, self.inputSize, self.hiddenSize, self.layers, self.skip) = (cell, inputSize, hiddenSize, layers, skip)
    self.dropout = Dropout(dropout, locked: lockedDropout)
    (self.recurrentDropout, self.zoneout, self.weightDrop) = (recurrentDropout, zoneout, weightDrop)
    self.checkpointing = checkpointing
    directions = bidirectional ? 2 : 1
    let outputSize = directions * (projectionSize ?? hiddenSize)
    self.outputSize = outputSize
    // Where something happens between layers, or within one, each is a stack of its own.
    let isDivided = skip != .none || dropout > 0 || recurrentDropout > 0 || zones
    let counts = isDivided ? [Int](repeating: 1, count: layers) : [layers]
    var first = 0
    parts = counts.enumerated().map { index, count in
      let width = index == 0 ? inputSize : skip == .dense ? inputSize + index * outputSize : outputSize
      defer { first += count }
      return StackOperation(
        .init(
          cell: cell, inputSize: width, hiddenSize: hiddenSize, layers: count, projectionSize: projectionSize,
          bias: bias,
          bidirectional: bidirectional, layerNorm: layerNorm), firstLayer: first)
    }
    gates = (0..<parts.count).map { index in
      skip == .highway && (index > 0 || inputSize == outputSize)
        ? Linear(outputSize, outputSize, biasInitialiser: .constant(-1)) : nil
    }
  }

  public var parameters: [NamedParameter] {
    parts.flatMap(\.named)
      + gates.enumerated().flatMap { index, gate in
        (gate?.parameters ?? []).map { NamedParameter("\($0.name)_skip_l\(index)", $0.parameter) }
      }
  }

  /// The same layers for the engine alone: to serve a trained model without a tape, step by step
  /// (`RecurrentStack.step`) or a sequence at a time, and without allocating. Shares the
  /// parameters' values, and keeps them when they change here. Stops for layers with skip
  /// connections or zoneout, which the engine does not run by itself; dropout is not there in
  /// evaluation.
  public func stack(backend: any Backend) -> RecurrentStack {
    require(skip == .none, "RNN.stack: the layers have \(skip) connections between them")
    require(zoneout.hidden == 0 && zoneout.cell == 0, "RNN.stack: zoneout needs its expectation at every step")
    var configuration = parts[0].configuration
    configuration.layers = layers
    return RecurrentStack(configuration, parameters: parts.flatMap(\.values), backend: backend)
  }

  /// The bytes that the layers hold for the way back, between calls.
  public var tapeBytes: Int { parts.reduce(0) { $0 + $1.tapeBytes } }

  /// Runs the layers over a sequence.
  /// - Parameters: - input: [T, B, I]. - lengths: for each row the number of its valid steps,
  ///   0...T, in any order; nil when all are T. - state: the initial state; nil for zeros.
  /// - Returns: the outputs [T, B, D·O], zero beyond a row's length, and the state after each row's
  ///   last valid step.
  public func callAsFunction(_ input: Variable, lengths: [Int]? = nil, state: State? = nil) -> (
    output: Variable, state: State
  ) {
    var x = input
    if let lengths, skip == .residual || skip == .highway {
      // These pass the input on, and its padding with it.
      require(
        x.shape.rank == 3 && lengths.count == x.shape[1],
        "RNN: \(lengths.count) lengths given for an input of shape \(x.shape)")
      let isPadding = (0..<x.shape[0]).flatMap { step in lengths.map { step < $0 ? Float(0) : 1 } }
      x = x.filled(with: 0, where: Tensor(isPadding, shape: [x.shape[0], x.shape[1], 1]))
    }
    var below = [input]
    var states: [State] = []
    for (index, part) in parts.enumerated() {
      let own = state.map { parts.count == 1 ? $0 : $0.slice(index) }
      let source = skip == .dense && index > 0 ? concatenated(below, along: 2) : x
      var (y, final) = part.run(source, lengths: lengths, state: own, self)
      states.append(final)
      if skip == .residual, x.shape == y.shape { y = y + x }
      if let gate = gates[index] { y = highway(gate(x), y, x) }
      if index < parts.count - 1 { y = dropout(y) }
      if skip == .dense { below.append(y) }
      x = y
    }
    if states.count == 1 { return (x, states[0]) }
    let cells = states.compactMap(\.cell)
    return (
      x,
      State(
        hidden: concatenated(states.map(\.hidden)), cell: cells.isEmpty ? nil : concatenated(cells),
        directions: directions)
    )
  }
}
