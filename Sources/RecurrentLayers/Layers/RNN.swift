// Recurrent layers as a module: Elman, LSTM and GRU, with dropout, zoneout and skip connections.

import RecurrentCore

/// Stacked Elman, LSTM or GRU layers: [T, B, I] to [T, B, D·O], where D is the number of directions
/// and O is `projectionSize` or `hiddenSize`. PyTorch's `nn.RNN`, `nn.LSTM` and `nn.GRU`:
/// parameters have the same names, shapes and initial values.
///
/// ```swift
/// let lstm = RNN(.lstm, inputSize: 64, hiddenSize: 256, layers: 2, bidirectional: true, dropout: 0.3)
/// let (output, state) = lstm(x, lengths: lengths)
/// ```
public struct RNN: Module, Sendable {
  /// The connection that passes a layer's input around the layer.
  public enum Skip: String, Sendable, CaseIterable {
    /// No connection.
    case none
    /// y = f(x) + x, where x has the size of f(x). He et al. 2016; in recurrent stacks, Wu et al.
    /// 2016.
    case residual
    /// y = t · f(x) + (1 - t) · x with t = sigmoid(W x + b), where x has the size of f(x).
    /// Srivastava, Greff & Schmidhuber, "Highway networks", 2015. b starts at -1.
    case highway
    /// Each layer reads the input and the outputs of all layers below. Huang et al. 2017; in
    /// recurrent stacks, Kim, Kang & Kwak 2019.
    case dense
  }

  /// The cell.
  public let cell: Cell
  /// I, the features of an input.
  public let inputSize: Int
  /// H, the hidden units of a layer and direction.
  public let hiddenSize: Int
  /// L, the number of layers.
  public let layers: Int
  /// The skip connections.
  public let skip: Skip
  /// Dropout on the output of every layer but the last.
  public let dropout: Dropout
  /// The probability with which a unit of h is dropped from the recurrent products; the same units
  /// at all steps of a call. Gal & Ghahramani 2016.
  public let recurrentDropout: Float
  /// The probabilities with which a unit of h, and of an LSTM's c, keeps its value for a step.
  /// Krueger et al. 2017.
  public let zoneout: (hidden: Float, cell: Float)
  /// The probability with which an element of the recurrent weights is dropped, once per call. Wan
  /// et al. 2013, "Regularization of neural networks using DropConnect"; on recurrent weights,
  /// Merity, Keskar & Socher 2018.
  public let weightDrop: Float
  /// Whether training saves the states of some steps only, and recomputes the others in the
  /// backward pass. Chen et al., "Training deep nets with sublinear memory cost", 2016; Gruslys et
  /// al. 2016.
  ///
  /// - Memory grows with √T, rounded to blocks of 64 steps. The cost is a second forward pass.
  /// - Gradients have the same bits, with two exceptions that are summed in another order: those of
  ///   a layer-normalised cell's biases and gamma, and those of more than 16384 rows over all
  ///   steps.
  public let checkpointing: Bool
  /// The features of an output: D·O.
  public let outputSize: Int
  /// D, the number of directions.
  let directions: Int
  /// The stacks that run in turn: one for all layers, or one for each if something happens between
  /// or within them.
  let parts: [StackOperation]
  /// The gate of each part's highway connection.
  private let gates: [Linear?]

  /// Creates the layers. The parameters are those of PyTorch, and the properties of the same names.
  ///
  /// Preconditions:
  ///
  /// - `layers` is 1 or more, and the sizes are valid for `LayerConfiguration`.
  /// - Probabilities are in 0..<1.
  /// - `checkpointing` is used with one direction and without zoneout.
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
      "RNN: checkpointing needs a single direction")
    require(!checkpointing || !zones, "RNN: checkpointing cannot be combined with zoneout")
    (self.cell, self.inputSize, self.hiddenSize, self.layers, self.skip) = (cell, inputSize, hiddenSize, layers, skip)
    self.dropout = Dropout(dropout, locked: lockedDropout)
    (self.recurrentDropout, self.zoneout, self.weightDrop) = (recurrentDropout, zoneout, weightDrop)
    self.checkpointing = checkpointing
    directions = bidirectional ? 2 : 1
    let outputSize = directions * (projectionSize ?? hiddenSize)
    self.outputSize = outputSize
    // Each layer is a stack of its own if something happens between layers or within one.
    let isDivided = skip != .none || dropout > 0 || recurrentDropout > 0 || zones
    let counts = isDivided ? [Int](repeating: 1, count: layers) : [layers]
    var first = 0
    parts = counts.enumerated().map { index, count in
      let width = index == 0 ? inputSize : skip == .dense ? inputSize + index * outputSize : outputSize
      defer { first += count }
      return StackOperation(
        .init(
          cell: cell, inputSize: width, hiddenSize: hiddenSize, layers: count, projectionSize: projectionSize,
          bias: bias, bidirectional: bidirectional, layerNorm: layerNorm), firstLayer: first)
    }
    gates = (0..<parts.count).map { index in
      skip == .highway && (index > 0 || inputSize == outputSize)
        ? Linear(outputSize, outputSize, biasInitialiser: .constant(-1)) : nil
    }
  }

  /// The parameters of all layers with PyTorch's names, and those of highway connections:
  /// "weight_skip_l0", "bias_skip_l0".
  public var parameters: [NamedParameter] {
    parts.flatMap(\.named)
      + gates.enumerated().flatMap { index, gate in
        (gate?.parameters ?? []).map { NamedParameter("\($0.name)_skip_l\(index)", $0.parameter) }
      }
  }

  /// The same layers as a `RecurrentStack`: to serve a trained model without a tape and without
  /// allocation, step by step (`RecurrentStack.step`) or a sequence at a time.
  ///
  /// The stack holds the parameters' values as they are now, in `precision`. Precondition: no skip
  /// connections and no zoneout, which a stack does not run by itself.
  public func stack(backend: any Backend, precision: Precision = .float32) -> RecurrentStack {
    require(skip == .none, "RNN.stack: the layers have \(skip) connections between them")
    require(zoneout.hidden == 0 && zoneout.cell == 0, "RNN.stack: zoneout needs its expectation at every step")
    var configuration = parts[0].configuration
    configuration.layers = layers
    return RecurrentStack(
      configuration, stored: parts.flatMap { $0.stored.map { $0.map { $0.converted(to: precision) } } },
      backend: backend, precision: precision)
  }

  /// The bytes that the layers hold for activations saved between a forward and a backward pass.
  public var savedBytes: Int { parts.reduce(0) { $0 + $1.savedBytes } }

  /// Runs the layers over a sequence.
  /// - Parameters:
  ///   - input: the inputs, [T, B, I].
  ///   - lengths: the number of valid steps of each row, 0...T, in any order; nil means T for all.
  ///   - state: the initial state; nil means zeros.
  /// - Returns: the outputs [T, B, D·O], zero beyond a row's length, and the state after each row's
  ///   last valid step.
  public func callAsFunction(_ input: Variable, lengths: [Int]? = nil, state: State? = nil) -> (
    output: Variable, state: State
  ) {
    var x = input
    if let lengths, skip == .residual || skip == .highway {
      // Residual and highway connections pass the input on, so its padding must be zero.
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
