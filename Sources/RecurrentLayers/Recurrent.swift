// Recurrent layers as one operation of a model: the engine runs them, forward and backward.

import RecurrentCore

/// Elman, LSTM or GRU layers on top of one another: [T, B, I] to [T, B, D·O], where D is the number of directions and O is
/// `projectionSize` or `hiddenSize`. Parameters have the names, shapes and initial values of PyTorch's `nn.RNN`, `nn.LSTM` and `nn.GRU`.
///
/// ```swift
/// let lstm = Recurrent(.lstm, inputSize: 64, hiddenSize: 256, layers: 2, bidirectional: true, dropout: 0.3)
/// let (output, state) = lstm(x, lengths: lengths)
/// ```
public struct Recurrent: Module, Sendable {
  /// How a layer's output goes on beside what the layer makes of it.
  public enum Skip: String, Sendable, CaseIterable {
    case none
    /// y = f(x) + x, wherever x has the size of f(x). He et al. 2016; in recurrent stacks, Wu et al. 2016.
    case residual
    /// y = t · f(x) + (1 - t) · x with t = sigmoid(W x + b), wherever x has the size of f(x). Srivastava, Greff & Schmidhuber, "Highway
    /// networks", 2015. b begins at -1.
    case highway
    /// Each layer reads the input and the outputs of all layers below. Huang et al. 2017; in recurrent stacks, Kim, Kang & Kwak 2019.
    case dense
  }

  public let cell: Cell
  public let inputSize: Int
  public let hiddenSize: Int
  public let layers: Int
  public let skip: Skip
  /// Dropout of every layer's output but the last one's.
  public let dropout: Dropout
  /// The probability with which an element of the recurrent weights is dropped, once per call. Wan et al. 2013, "Regularization of neural networks
  /// using DropConnect"; on recurrent weights, Merity, Keskar & Socher 2018.
  public let weightDrop: Float
  /// The features of an output: D·O.
  public let outputSize: Int
  private let directions: Int
  private let parts: [Part]
  private let gates: [Linear?]

  /// Stops on sizes that no stack can have, and on probabilities outside 0..<1.
  public init(
    _ cell: Cell, inputSize: Int, hiddenSize: Int, layers: Int = 1, projectionSize: Int? = nil, bias: Bool = true,
    bidirectional: Bool = false, skip: Skip = .none, dropout: Float = 0, lockedDropout: Bool = false, weightDrop: Float = 0
  ) {
    require(weightDrop >= 0 && weightDrop < 1, "Recurrent: weightDrop \(weightDrop) must be at least 0 and below 1")
    (self.cell, self.inputSize, self.hiddenSize, self.layers, self.skip) = (cell, inputSize, hiddenSize, layers, skip)
    self.dropout = Dropout(dropout, locked: lockedDropout)
    self.weightDrop = weightDrop
    directions = bidirectional ? 2 : 1
    let outputSize = directions * (projectionSize ?? hiddenSize)
    self.outputSize = outputSize
    // Where something happens between layers, each is a stack of its own.
    let isDivided = skip != .none || dropout > 0
    let counts = isDivided ? [Int](repeating: 1, count: layers) : [layers]
    var first = 0
    parts = counts.enumerated().map { index, count in
      let width = index == 0 ? inputSize : skip == .dense ? inputSize + index * outputSize : outputSize
      defer { first += count }
      return Part(
        .init(
          cell: cell, inputSize: width, hiddenSize: hiddenSize, layers: count, projectionSize: projectionSize, bias: bias,
          bidirectional: bidirectional), firstLayer: first)
    }
    gates = (0..<parts.count).map { index in
      skip == .highway && (index > 0 || inputSize == outputSize) ? Linear(outputSize, outputSize, biasInitialiser: .constant(-1)) : nil
    }
  }

  public var parameters: [NamedParameter] {
    parts.flatMap(\.named)
      + gates.enumerated().flatMap { index, gate in
        (gate?.parameters ?? []).map { NamedParameter("\($0.name)_skip_l\(index)", $0.parameter) }
      }
  }

  /// The state of every layer between steps.
  public struct State {
    /// h: [L·D, B, O], at layer·D + direction.
    public var hidden: Variable
    /// c: [L·D, B, H]; nil unless the cell is an LSTM.
    public var cell: Variable?
    let directions: Int

    /// The same numbers, through which no gradient goes: for the next part of a long sequence (truncated backpropagation through time).
    public var detached: State { State(hidden: hidden.detached, cell: cell?.detached, directions: directions) }

    /// The last layer's h, its directions side by side: [B, D·O]. What it is after each row's own last step.
    public var last: Variable {
      let top = hidden.slice(hidden.shape[0] - directions..<hidden.shape[0])
      return top.transposed(0, 1).reshaped(to: [hidden.shape[1], directions * hidden.shape[2]])
    }

    /// The numbers alone.
    public var values: RecurrentState { RecurrentState(hidden: hidden.value, cell: cell?.value) }
  }

  /// A state of given numbers.
  public func state(_ values: RecurrentState, _ tape: Tape) -> State {
    State(hidden: tape.constant(values.hidden), cell: values.cell.map(tape.constant), directions: directions)
  }

  /// Runs the layers over a sequence.
  /// - Parameters:
  ///   - input: [T, B, I].
  ///   - lengths: for each row the number of its valid steps, 0...T, in any order; nil when all are T.
  ///   - state: the initial state; nil for zeros.
  /// - Returns: the outputs [T, B, D·O], zero beyond a row's length, and the state after each row's last valid step.
  public func callAsFunction(_ input: Variable, lengths: [Int]? = nil, state: State? = nil) -> (output: Variable, state: State) {
    var x = input
    if let lengths, skip == .residual || skip == .highway {
      // These pass the input on, and its padding with it.
      require(
        x.shape.rank == 3 && lengths.count == x.shape[1], "Recurrent: \(lengths.count) lengths given for an input of shape \(x.shape)")
      let isPadding = (0..<x.shape[0]).flatMap { step in lengths.map { step < $0 ? Float(0) : 1 } }
      x = x.filled(with: 0, where: Tensor(isPadding, shape: [x.shape[0], x.shape[1], 1]))
    }
    var below = [input]
    var states: [State] = []
    for (index, part) in parts.enumerated() {
      let own = state.map { parts.count == 1 ? $0 : $0.slice(index) }
      let source = skip == .dense && index > 0 ? concatenated(below, along: 2) : x
      var (y, final) = part.run(source, lengths: lengths, state: own, weightDrop: weightDrop)
      states.append(final)
      if skip == .residual, x.shape == y.shape { y = y + x }
      if let gate = gates[index] {
        let t = gate(x).sigmoid()
        y = t * (y - x) + x
      }
      if index < parts.count - 1 { y = dropout(y) }
      if skip == .dense { below.append(y) }
      x = y
    }
    if states.count == 1 { return (x, states[0]) }
    let cells = states.compactMap(\.cell)
    return (
      x, State(hidden: concatenated(states.map(\.hidden)), cell: cells.isEmpty ? nil : concatenated(cells), directions: directions)
    )
  }

  /// The first bias of every LSTM's forget gate becomes `value` and the second 0, so that the state persists at first. Jozefowicz, Zaremba &
  /// Sutskever 2015 (with 1). Stops for other cells, and without biases.
  public func setForgetGateBias(_ value: Float) {
    require(cell == .lstm, "Recurrent.setForgetGateBias: the cell is \(cell.name), which has no forget gate")
    var count = 0
    for (name, parameter) in parts.flatMap(\.named).map({ ($0.name, $0.parameter) }) where name.hasPrefix("bias_") {
      parameter.update { tensor, _ in
        for k in hiddenSize..<2 * hiddenSize { tensor[k] = name.hasPrefix("bias_ih") ? value : 0 }
      }
      count += 1
    }
    require(count > 0, "Recurrent.setForgetGateBias: the layers have no biases")
  }
}

extension Recurrent.State {
  /// One layer's.
  fileprivate func slice(_ layer: Int) -> Self {
    let slots = layer * directions..<(layer + 1) * directions
    return Self(hidden: hidden.slice(slots), cell: cell?.slice(slots), directions: directions)
  }
}

// MARK: One stack of the engine

/// Layers that the engine runs in one go.
private struct Part {
  let configuration: RecurrentStack.Configuration
  /// By slot, in PyTorch's order.
  let slots: [[Parameter]]
  let named: [NamedParameter]
  private let prepared: Prepared<RecurrentStack>
  private let tapes = Locked<[StackTape]>([])

  init(_ configuration: RecurrentStack.Configuration, firstLayer: Int) {
    self.configuration = configuration
    let initialiser = Initialiser.uniform(1 / Float(configuration.hiddenSize).squareRoot())
    var slots: [[Parameter]] = []
    var named: [NamedParameter] = []
    for slot in 0..<configuration.layers * configuration.directions {
      let suffix = configuration.suffix(slot: slot + firstLayer * configuration.directions)
      let ours = configuration.layer(slot / configuration.directions).parameterShapes.map { name, _, shape in
        NamedParameter(name + suffix, Parameter(initialiser, shape: shape))
      }
      slots.append(ours.map(\.parameter))
      named += ours
    }
    (self.slots, self.named) = (slots, named)
    prepared = Prepared(for: named.map(\.parameter))
  }

  /// What the engine takes for each slot, from a tensor for each parameter.
  private func directionParameters(_ tensor: (_ slot: Int, _ parameter: Int) -> Tensor) -> [DirectionParameters] {
    slots.indices.map { slot in
      var index = 0
      return DirectionParameters(configuration.layer(slot / configuration.directions)) { _ in
        defer { index += 1 }
        return tensor(slot, index)
      }
    }
  }

  /// The place of "weight_hh" among a slot's parameters.
  private static let recurrentWeight = 1

  func run(_ x: Variable, lengths: [Int]?, state: Recurrent.State?, weightDrop: Float) -> (Variable, Recurrent.State) {
    let tape = x.tape
    require(
      x.shape.rank == 3 && x.shape[2] == configuration.inputSize,
      "Recurrent: input has shape \(x.shape), expected [T, B, \(configuration.inputSize)]")
    let isTraining = tape.mode == .training
    let drops = isTraining && weightDrop > 0
    // A dropout stream for each slot, so that the backward pass finds the same elements.
    let streams = drops ? slots.map { _ in tape.nextStream() } : []
    let stack: RecurrentStack
    if drops {
      stack = RecurrentStack(
        configuration,
        parameters: directionParameters { slot, index in
          var tensor = slots[slot][index].value
          if index == Part.recurrentWeight {
            let base = tensor.mutableBase
            tape.drop(weightDrop, streams[slot], base, base, tensor.count)
          }
          return tensor
        }, backend: tape.backend)
    } else {
      stack = prepared.value(where: { $0.backend.name == tape.backend.name && $0.backend.pool === tape.backend.pool }) {
        RecurrentStack(configuration, parameters: directionParameters { slots[$0][$1].value }, backend: tape.backend)
      }
    }

    let (T, B) = (x.shape[0], x.shape[1])
    var output = tape.tensor([T, B, configuration.directions * configuration.outputSize])
    var final = state?.values ?? stack.initialState(batch: B)
    func constant() -> Recurrent.State {
      Recurrent.State(
        hidden: tape.constant(final.hidden), cell: final.cell.map(tape.constant), directions: configuration.directions)
    }
    guard isTraining else {
      stack.forward(x.value, lengths: lengths, state: &final, output: &output, workspace: tape.workspace)
      return (tape.constant(output), constant())
    }

    let record = tapes.withLock { $0.popLast() } ?? StackTape(for: stack)
    stack.forward(x.value, lengths: lengths, state: &final, output: &output, tape: record)
    // The final state's gradient, if someone uses that state, arrives before the outputs' one is passed on.
    let finalGradient = StateGradient()
    let inputs = [x] + (state.map { [$0.hidden] + ($0.cell.map { [$0] } ?? []) } ?? []) + named.map { tape.variable($0.parameter) }
    let (inputShape, inputSink, hiddenSink, cellSink) = (x.shape, x.sink, state?.hidden.sink, state?.cell?.sink)
    let outputVariable = tape.record(output, from: inputs) { [slots, tapes] gradient, tape in
      var stateGradient = finalGradient.value ?? stack.initialState(batch: B)
      var inputGradient = inputSink.isWanted ? tape.tensor(inputShape) : nil
      var gradients = directionParameters { slot, index in
        drops && index == Part.recurrentWeight ? Tensor(zeros: slots[slot][index].shape) : slots[slot][index].takeGradient()
      }
      stack.backward(
        record, outputGradient: gradient, stateGradient: &stateGradient, inputGradient: &inputGradient, gradients: &gradients)
      tapes.withLock { $0.append(record) }
      for slot in slots.indices {
        for (index, var tensor) in gradients[slot].named.map(\.tensor).enumerated() {
          if drops && index == Part.recurrentWeight {
            let base = tensor.mutableBase
            tape.drop(weightDrop, streams[slot], base, base, tensor.count)
            tape.add(tensor, to: .parameter(slots[slot][index]))
          } else {
            slots[slot][index].returnGradient(tensor)
          }
        }
      }
      if let inputGradient { tape.add(inputGradient, to: inputSink) }
      if let hiddenSink { tape.add(stateGradient.hidden, to: hiddenSink) }
      if let cellSink, let gradient = stateGradient.cell { tape.add(gradient, to: cellSink) }
    }
    let outputSink = outputVariable.sink
    guard outputSink.isWanted else { return (outputVariable, constant()) }
    let outputShape = output.shape
    func recorded(_ value: Tensor, _ path: WritableKeyPath<RecurrentState, Tensor>) -> Variable {
      tape.record(value, from: [outputVariable]) { gradient, tape in
        finalGradient.add(gradient, at: path, zeros: { stack.initialState(batch: B) })
        // Has the operation itself go back even if nobody uses its outputs.
        tape.add(to: outputSink, shape: outputShape) { target, accumulating in
          if !accumulating { target.update(repeating: 0, count: outputShape.count) }
        }
      }
    }
    return (
      outputVariable,
      Recurrent.State(
        hidden: recorded(final.hidden, \.hidden), cell: final.cell.map { recorded($0, \.cell!) }, directions: configuration.directions)
    )
  }
}

/// The gradient of a final state, on its way to the operation that made that state.
private final class StateGradient {
  private(set) var value: RecurrentState?

  func add(_ gradient: Tensor, at path: WritableKeyPath<RecurrentState, Tensor>, zeros: () -> RecurrentState) {
    if value == nil { value = zeros() }
    value![keyPath: path] = gradient
  }
}
