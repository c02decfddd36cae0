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
  private let directions: Int
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

  /// The state of every layer between steps.
  public struct State {
    /// h: [L·D, B, O], at layer·D + direction.
    public var hidden: Variable
    /// c: [L·D, B, H]; nil unless the cell is an LSTM.
    public var cell: Variable?
    package let directions: Int

    package init(hidden: Variable, cell: Variable?, directions: Int) {
      (self.hidden, self.cell, self.directions) = (hidden, cell, directions)
    }

    /// The same numbers, through which no gradient goes: for the next part of a long sequence
    /// (truncated backpropagation through time).
    public var detached: State { State(hidden: hidden.detached, cell: cell?.detached, directions: directions) }

    /// The last layer's h, its directions side by side: [B, D·O]. What it is after each row's own
    /// last step.
    public var last: Variable {
      let top = hidden.slice(hidden.shape[0] - directions..<hidden.shape[0])
      return top.transposed(0, 1).reshaped(to: [hidden.shape[1], directions * hidden.shape[2]])
    }

    /// The states of some rows, which may be named more than once: B becomes their number.
    public func gathered(_ rows: [Int]) -> State {
      func gather(_ x: Variable) -> Variable { x.transposed(0, 1).gathered(Indices(rows)).transposed(0, 1) }
      return State(hidden: gather(hidden), cell: cell.map(gather), directions: directions)
    }

    /// The numbers alone.
    public var values: RecurrentState { RecurrentState(hidden: hidden.value, cell: cell?.value) }
  }

  /// The shapes of a state of `rows` rows.
  package func stateShapes(rows: Int) -> (hidden: Shape, cell: Shape?) {
    let slots = layers * directions
    return ([slots, rows, outputSize / directions], cell.hasCellState ? [slots, rows, hiddenSize] : nil)
  }

  /// A state of given numbers.
  public func state(_ values: RecurrentState, _ tape: Tape) -> State {
    State(hidden: tape.constant(values.hidden), cell: values.cell.map(tape.constant), directions: directions)
  }

  /// A state that is x, [B, H], in every layer and direction, h as well as c: for a decoder that is
  /// to go on from what something else has made of its input. Stops for layers with a projection.
  public func state(from x: Variable) -> State {
    require(
      x.shape.rank == 2 && x.shape[1] == hiddenSize && outputSize == directions * hiddenSize,
      "RNN.state: shape \(x.shape), expected [B, \(hiddenSize)], and layers without projection")
    let all = stacked([Variable](repeating: x, count: layers * directions))
    return State(hidden: all, cell: cell.hasCellState ? all : nil, directions: directions)
  }

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

  /// Has every LSTM's forget gate begin with the bias `value`, so that states persist at first.
  /// Jozefowicz, Zaremba & Sutskever 2015 (with 1). Stops for other cells, and without biases.
  public func setForgetGateBias(_ value: Float) {
    require(cell.gateIndex("f") != nil, "RNN.setForgetGateBias: the cell is \(cell.name), which has no forget gate")
    setForgetGates("setForgetGateBias") { _ in value }
  }

  /// Has the gates that keep an LSTM's or a GRU's state begin with time scales spread from 1 to
  /// `longest` steps, and an LSTM's input gates with the opposite: for dependencies over about that
  /// many steps. Tallec & Ollivier, "Can recurrent neural networks warp time?" (chrono
  /// initialisation), 2018. Stops for other cells, and without biases.
  public func initialiseTimescales(upTo longest: Int, using random: inout RandomStream) {
    require(longest >= 2, "RNN.initialiseTimescales: \(longest) steps, expected two or more")
    require(cell.gates > 1, "RNN.initialiseTimescales: the cell is \(cell.name), which has no gates")
    let scales = (0..<hiddenSize).map { _ in logarithm(random.uniform(in: 1...Float(longest - 1))) }
    guard cell.gateIndex("f") != nil else {
      return setBiases("initialiseTimescales", gate: cell.gateIndex("z")!) { scales[$0] }
    }
    setForgetGates("initialiseTimescales") { scales[$0] }
    setBiases("initialiseTimescales", gate: cell.gateIndex("i")!) { -scales[$0] }
  }

  /// Sets the biases of an LSTM's forget gates; where f is 1 - i, the opposite ones of its input
  /// gates.
  private func setForgetGates(_ function: StaticString, _ value: (_ unit: Int) -> Float) {
    if case .lstmVariant(let variant) = cell, variant.couplesInputAndForget {
      setBiases(function, gate: cell.gateIndex("i")!) { -value($0) }
    } else {
      setBiases(function, gate: cell.gateIndex("f")!, value)
    }
  }

  /// Sets one gate's sum of both biases.
  private func setBiases(_ function: StaticString, gate: Int, _ value: (_ unit: Int) -> Float) {
    let biases = parts.flatMap(\.named).filter { $0.name.hasPrefix("bias_ih") || $0.name.hasPrefix("bias_hh") }
    require(!biases.isEmpty, "RNN.\(function): the layers have no biases")
    for named in biases {
      named.parameter.update { tensor, _ in
        for unit in 0..<hiddenSize {
          tensor[gate * hiddenSize + unit] = named.name.hasPrefix("bias_ih") ? value(unit) : 0
        }
      }
    }
  }
}

extension RNN.State {
  /// One layer's.
  fileprivate func slice(_ layer: Int) -> Self {
    let slots = layer * directions..<(layer + 1) * directions
    return Self(hidden: hidden.slice(slots), cell: cell?.slice(slots), directions: directions)
  }
}

/// t · f + (1 - t) · x with t = sigmoid(z), all of one shape.
private func highway(_ z: Variable, _ f: Variable, _ x: Variable) -> Variable {
  let (tape, count) = (x.tape, x.shape.count)
  var (y, t) = (tape.tensor(x.shape), tape.tensor(x.shape))
  let dense = tape.backend.dense
  let (gate, target, zBase, fBase, xBase) = (t.mutableBase, y.mutableBase, z.value.base, f.value.base, x.value.base)
  tape.backend.pool.forEachPart(of: count, least: Tape.least / 4, grain: 16) { part, _ in
    dense.sigmoid(zBase + part.lowerBound, gate + part.lowerBound, count: part.count)
    for k in part { target[k] = xBase[k] + gate[k] * (fBase[k] - xBase[k]) }
  }
  withExtendedLifetime((z, f, x)) {}
  let (fValue, xValue) = (f.value, x.value)
  return tape.record(y, from: [z, f, x]) {
    [zSink = z.sink, fSink = f.sink, xSink = x.sink, t, fValue, xValue] gradient, tape in
    var (atZ, atF) = (tape.tensor(gradient.shape), tape.tensor(gradient.shape))
    let (g, dz, df) = (gradient.mutableBase, atZ.mutableBase, atF.mutableBase)
    let (t, f, x) = (t.base, fValue.base, xValue.base)
    tape.backend.pool.forEachPart(of: count, least: Tape.least / 2, grain: 16) { part, _ in
      for k in part {
        df[k] = g[k] * t[k]
        g[k] -= df[k]
        dz[k] = df[k] * (1 - t[k]) * (f[k] - x[k])
      }
    }
    // g is now that of x.
    for (part, sink) in [(atZ, zSink), (atF, fSink), (gradient, xSink)] { tape.add(part, to: sink) }
    withExtendedLifetime((fValue, xValue)) {}
  }
}
