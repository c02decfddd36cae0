// One stack of the engine as an operation on a tape.

import RecurrentCore

/// Layers that the engine runs in one go: all of an `RNN`, or one of them.
struct StackOperation: Sendable {
  let configuration: RecurrentStack.Configuration
  let named: [NamedParameter]
  /// By slot.
  private let slots: [PerDirection<Parameter>]
  private let prepared: Prepared<RecurrentStack>
  private let tapes = Locked<[SavedStackActivations]>([])

  init(_ configuration: RecurrentStack.Configuration, firstLayer: Int) {
    self.configuration = configuration
    let drawn = Initialiser.uniform(1 / Float(configuration.hiddenSize).squareRoot())
    var slots: [PerDirection<Parameter>] = []
    var named: [NamedParameter] = []
    for slot in 0..<configuration.layers * configuration.directions {
      let suffix = configuration.suffix(slot: slot + firstLayer * configuration.directions)
      let shapes = configuration.layer(slot / configuration.directions).parameterShapes
      let ours = PerDirection { parameter in
        shapes[parameter].map {
          Parameter(parameter.constantInitialValue.map(Initialiser.constant) ?? drawn, shape: $0)
        }
      }
      slots.append(ours)
      named += ours.all.map { NamedParameter($0.parameter.rawValue + suffix, $0.value) }
    }
    (self.slots, self.named) = (slots, named)
    prepared = Prepared(for: named.map(\.parameter))
  }

  /// What the engine takes for each slot.
  var values: [DirectionParameters] { slots.map { $0.map(\.value) } }

  var tapeBytes: Int { tapes.withLock { $0.reduce(0) { $0 + $1.bytes } } }

  /// Runs the layers with the regularisation that `layer` asks for.
  func run(_ x: Variable, lengths: [Int]?, state: RNN.State?, _ layer: RNN) -> (Variable, RNN.State) {
    let tape = x.tape
    require(
      x.shape.rank == 3 && x.shape[2] == configuration.inputSize,
      "RNN: input has shape \(x.shape), expected [T, B, \(configuration.inputSize)]")
    let (T, B) = (x.shape[0], x.shape[1])
    let weights = Weights(self, tape, drop: layer.weightDrop)
    let regularisation = regularisation(of: layer, tape, batch: B)
    var output = tape.tensor([T, B, configuration.directions * configuration.outputSize])
    var final = state?.values ?? weights.stack.initialState(batch: B)
    func result(_ variable: (Tensor, WritableKeyPath<RecurrentState, Tensor>) -> Variable) -> RNN.State {
      RNN.State(
        hidden: variable(final.hidden, \.hidden), cell: final.cell.map { variable($0, \.cell!) },
        directions: configuration.directions)
    }
    guard tape.mode == .training else {
      weights.stack.forward(
        x.value, lengths: lengths, state: &final, output: &output, regularisation: regularisation,
        workspace: tape.workspace)
      return (tape.constant(output), result { value, _ in tape.constant(value) })
    }

    let goBack: (Tensor, inout RecurrentState, inout Tensor?, inout [DirectionParameters], Tape) -> Void
    // One segment would keep as much as all steps do.
    if layer.checkpointing, case let steps = segmentSteps(T, batch: B), steps < T {
      goBack = forwardInSegments(of: steps, weights.stack, x.value, lengths, &final, &output, regularisation, tape)
    } else {
      let record = tapes.withLock { $0.popLast() } ?? SavedStackActivations(for: weights.stack)
      weights.stack.forward(
        x.value, lengths: lengths, state: &final, output: &output, regularisation: regularisation, tape: record)
      goBack = { outputGradient, stateGradient, inputGradient, gradients, _ in
        weights.stack.backward(
          record, outputGradient: outputGradient, stateGradient: &stateGradient, inputGradient: &inputGradient,
          gradients: &gradients)
        tapes.withLock { $0.append(record) }
      }
    }

    // The final state's gradient, if someone uses that state, arrives before the outputs' one is
    // passed on.
    let finalGradient = StateGradient()
    let inputs =
      [x] + (state.map { [$0.hidden] + ($0.cell.map { [$0] } ?? []) } ?? []) + named.map { tape.variable($0.parameter) }
    let (inputShape, inputSink, hiddenSink, cellSink) = (x.shape, x.sink, state?.hidden.sink, state?.cell?.sink)
    let outputVariable = tape.record(output, from: inputs) { gradient, tape in
      var stateGradient = finalGradient.value ?? weights.stack.initialState(batch: B)
      var inputGradient = inputSink.isWanted ? tape.tensor(inputShape) : nil
      var gradients = weights.takeGradients()
      goBack(gradient, &stateGradient, &inputGradient, &gradients, tape)
      weights.returnGradients(gradients, tape)
      if let inputGradient { tape.add(inputGradient, to: inputSink) }
      if let hiddenSink { tape.add(stateGradient.hidden, to: hiddenSink) }
      if let cellSink, let gradient = stateGradient.cell { tape.add(gradient, to: cellSink) }
    }
    let (outputSink, outputShape) = (outputVariable.sink, output.shape)
    guard outputSink.isWanted else { return (outputVariable, result { value, _ in tape.constant(value) }) }
    return (
      outputVariable,
      result { value, path in
        tape.record(value, from: [outputVariable]) { gradient, tape in
          finalGradient.add(gradient, at: path) { weights.stack.initialState(batch: B) }
          // Has the operation itself go back even if nobody uses its outputs.
          tape.add(to: outputSink, shape: outputShape) { target, accumulating in
            if !accumulating { target.update(repeating: 0, count: outputShape.count) }
          }
        }
      }
    )
  }

  private func regularisation(of layer: RNN, _ tape: Tape, batch: Int) -> RecurrentRegularisation? {
    let isTraining = tape.mode == .training
    var regularisation = RecurrentRegularisation()
    if isTraining, layer.recurrentDropout > 0 {
      regularisation.recurrentMask = tape.dropoutMask(
        layer.recurrentDropout, shape: [configuration.directions, batch, configuration.outputSize])
    }
    if layer.zoneout.hidden > 0 || layer.zoneout.cell > 0 {
      regularisation.zoneout = .init(
        hidden: layer.zoneout.hidden, cell: layer.zoneout.cell, seed: tape.seed,
        stream: isTraining ? tape.nextStream() : 0,
        isTraining: isTraining)
    }
    return regularisation.recurrentMask == nil && regularisation.zoneout == nil ? nil : regularisation
  }

  // MARK: Weights

  /// The weights of one call: as they are, or with some of the recurrent ones dropped.
  private struct Weights {
    let part: StackOperation
    let stack: RecurrentStack
    private let probability: Float
    /// By slot, so that the way back finds the same elements; nil when none are dropped.
    private let streams: [UInt64]?

    init(_ part: StackOperation, _ tape: Tape, drop probability: Float) {
      self.part = part
      self.probability = probability
      guard tape.mode == .training, probability > 0 else {
        streams = nil
        stack = part.prepared.value(where: { $0.backend.isSame(as: tape.backend) }) {
          RecurrentStack(part.configuration, parameters: part.values, backend: tape.backend)
        }
        return
      }
      let streams = part.slots.map { _ in tape.nextStream() }
      self.streams = streams
      var values = part.values
      for slot in values.indices { Weights.drop(probability, streams[slot], from: &values[slot].recurrentWeight, tape) }
      stack = RecurrentStack(part.configuration, parameters: values, backend: tape.backend)
    }

    private static func drop(_ probability: Float, _ stream: UInt64, from tensor: inout Tensor, _ tape: Tape) {
      let base = tensor.mutableBase
      tape.drop(probability, stream, base, base, tensor.count)
    }

    /// The parameters' gradients, to add to.
    func takeGradients() -> [DirectionParameters] {
      part.slots.map { parameters in
        DirectionParameters { name in
          parameters[name].map {
            streams != nil && name == .recurrentWeight ? Tensor(zeros: $0.shape) : $0.takeGradient()
          }
        }
      }
    }

    func returnGradients(_ gradients: [DirectionParameters], _ tape: Tape) {
      for (slot, parameters) in part.slots.enumerated() {
        for (name, parameter) in parameters.all {
          if let streams, name == .recurrentWeight {
            var gradient = gradients[slot].recurrentWeight
            Weights.drop(probability, streams[slot], from: &gradient, tape)
            tape.add(gradient, to: .parameter(parameter))
          } else {
            parameter.returnGradient(gradients[slot][name]!)
          }
        }
      }
    }
  }

  // MARK: Checkpointing over time

  /// About the square root of T, in whole blocks that gradients are summed over.
  private func segmentSteps(_ T: Int, batch: Int) -> Int {
    let unit = PackedSequence.blockSteps(batch: batch)
    return unit * max(1, Int((Double(T).squareRoot() / Double(unit)).rounded()))
  }

  /// Runs the sequence in segments of so many steps, of which only the initial states are kept, and
  /// returns what goes back through them.
  ///
  /// Rows go from the longest to the shortest, as they do within the engine; then sums over them
  /// have the same order in a segment as in the whole.
  private func forwardInSegments(
    of steps: Int, _ stack: RecurrentStack, _ x: Tensor, _ lengths: [Int]?, _ final: inout RecurrentState,
    _ output: inout Tensor,
    _ regularisation: RecurrentRegularisation?, _ tape: Tape
  ) -> (Tensor, inout RecurrentState, inout Tensor?, inout [DirectionParameters], Tape) -> Void {
    let (T, B) = (x.shape[0], x.shape[1])
    let rows = SegmentRows(lengths, batch: B)
    var state: RecurrentState = rows.sorted(final)
    var regularisation = regularisation
    if let mask = regularisation?.recurrentMask { regularisation!.recurrentMask = rows.sorted(mask) }
    var segments: [(range: Range<Int>, state: RecurrentState)] = []
    for start in stride(from: 0, to: T, by: steps) {
      let range = start..<min(start + steps, T)
      segments.append((range, state))
      var part = tape.tensor([range.count, B, output.shape[2]])
      stack.forward(
        rows.sorted(x, range, tape), lengths: rows.lengths(range), state: &state, output: &part,
        regularisation: regularisation,
        workspace: tape.workspace)
      rows.put(part, range, into: &output)
    }
    final = rows.unsorted(state)
    return { [tapes] outputGradient, stateGradient, inputGradient, gradients, tape in
      let record = tapes.withLock { $0.popLast() } ?? SavedStackActivations(for: stack)
      var gradient = rows.sorted(stateGradient)
      // Where there are very many rows, errors would grow with the segments.
      var compensation = T * B > stack.backend.longestSum ? Compensation(stack) : nil
      while let (range, state) = segments.popLast() {
        var (state, part) = (state, tape.tensor([range.count, B, outputGradient.shape[2]]))
        stack.forward(
          rows.sorted(x, range, tape), lengths: rows.lengths(range), state: &state, output: &part,
          regularisation: regularisation, tape: record)
        var below = inputGradient.map { _ in tape.tensor([range.count, B, x.shape[2]]) }
        stack.backward(
          record, outputGradient: rows.sorted(outputGradient, range, tape), stateGradient: &gradient,
          inputGradient: &below,
          gradients: &gradients)
        compensation?.exchange(&gradients, stack)
        if let below { rows.put(below, range, into: &inputGradient!) }
      }
      compensation?.finish(&gradients)
      stateGradient = rows.unsorted(gradient)
      tapes.withLock { $0.append(record) }
    }
  }
}

/// The rows of a batch from the longest to the shortest, those of one length in their own order.
private struct SegmentRows {
  private let order: [Int]
  private let sortedLengths: [Int]?

  init(_ lengths: [Int]?, batch: Int) {
    require(
      lengths == nil || lengths!.count == batch,
      "RNN: \(lengths?.count ?? 0) lengths given for a batch of \(batch) rows")
    let order =
      lengths.map { lengths in (0..<batch).sorted { (-lengths[$0], $0) < (-lengths[$1], $1) } } ?? Array(0..<batch)
    self.order = order
    sortedLengths = lengths.map { lengths in order.map { lengths[$0] } }
  }

  /// The valid steps of each row within a segment.
  func lengths(_ range: Range<Int>) -> [Int]? { sortedLengths?.map { min(max($0 - range.lowerBound, 0), range.count) } }

  /// A segment of a sequence [T, B, F], its rows in this order.
  func sorted(_ sequence: Tensor, _ range: Range<Int>, _ tape: Tape) -> Tensor {
    var result = tape.tensor([range.count, order.count, sequence.shape[2]])
    copy(
      sequence.base + range.lowerBound * order.count * sequence.shape[2], to: result.mutableBase, range.count,
      sequence.shape[2]
    ) { ($0, $1) }
    withExtendedLifetime(sequence) {}
    return result
  }

  /// The opposite.
  func put(_ segment: Tensor, _ range: Range<Int>, into sequence: inout Tensor) {
    copy(
      segment.base, to: sequence.mutableBase + range.lowerBound * order.count * segment.shape[2], range.count,
      segment.shape[2]
    ) { ($1, $0) }
    withExtendedLifetime(segment) {}
  }

  /// [slots, B, F], its rows in this order.
  func sorted(_ tensor: Tensor) -> Tensor { permuted(tensor) { ($0, $1) } }

  func sorted(_ state: RecurrentState) -> RecurrentState {
    RecurrentState(hidden: sorted(state.hidden), cell: state.cell.map { sorted($0) })
  }

  func unsorted(_ state: RecurrentState) -> RecurrentState {
    RecurrentState(hidden: permuted(state.hidden) { ($1, $0) }, cell: state.cell.map { permuted($0) { ($1, $0) } })
  }

  private func permuted(_ tensor: Tensor, _ pair: (Int, Int) -> (Int, Int)) -> Tensor {
    var result = Tensor(uninitialised: tensor.shape)
    copy(tensor.base, to: result.mutableBase, tensor.shape[0], tensor.shape[2], pair)
    withExtendedLifetime(tensor) {}
    return result
  }

  /// `pair` makes places of the source and the target from a row and its rank.
  private func copy(
    _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ outer: Int, _ width: Int,
    _ pair: (Int, Int) -> (Int, Int)
  ) {
    for o in 0..<outer {
      for (rank, row) in order.enumerated() {
        let (from, to) = pair(row, rank)
        (target + (o * order.count + to) * width).update(from: source + (o * order.count + from) * width, count: width)
      }
    }
  }
}

/// Gradients of parameters that are added up with compensation.
private struct Compensation {
  private var totals: [DirectionParameters]?
  private var lost: [DirectionParameters]

  init(_ stack: RecurrentStack) { lost = stack.zeroGradients() }

  /// Takes what was added to gradients, and leaves zeros.
  mutating func exchange(_ gradients: inout [DirectionParameters], _ stack: RecurrentStack) {
    defer { gradients = stack.zeroGradients() }
    guard var totals = self.totals.take() else { return self.totals = gradients }
    for slot in totals.indices {
      let (totals, lost) = (totals[slot].view(), lost[slot].view())
      for (parameter, gradient) in gradients[slot].all {
        addCompensated(gradient.base, to: totals[parameter]!, lost: lost[parameter]!, gradient.count)
      }
    }
    self.totals = totals
  }

  func finish(_ gradients: inout [DirectionParameters]) { gradients = totals ?? gradients }
}

/// The gradient of a final state, on its way to the operation that made that state.
private final class StateGradient {
  private(set) var value: RecurrentState?

  func add(_ gradient: Tensor, at path: WritableKeyPath<RecurrentState, Tensor>, zeros: () -> RecurrentState) {
    if value == nil { value = zeros() }
    value![keyPath: path] = gradient
  }
}
