// A stack as an operation on a tape, with its parameters.

import RecurrentCore

/// Layers that run as one operation on a tape: all of an `RNN`, or one of them.
struct StackOperation: Sendable {
  let configuration: RecurrentStack.Configuration
  /// The parameters with their names.
  let named: [NamedParameter]
  /// The parameters of each layer and direction.
  let slots: [PerDirection<Parameter>]
  /// The stack of the current values, for the backend and precision used last.
  let prepared: Prepared<RecurrentStack>
  /// Saved activations that are not in use.
  let saved = Locked<[SavedStackActivations]>([])

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

  /// The parameters' values in float32.
  var values: [DirectionParameters] { slots.map { $0.map(\.value) } }

  /// The parameters' values as they are stored.
  var stored: [PerDirection<StoredTensor>] { slots.map { $0.map { StoredTensor($0.value) } } }

  /// The bytes of the saved activations that are not in use.
  var savedBytes: Int { saved.withLock { $0.reduce(0) { $0 + $1.bytes } } }

  /// Runs the layers, regularised as `layer` says. Returns the outputs and the final state.
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

    let backwardPass: (Tensor, inout RecurrentState, inout Tensor?, inout [DirectionParameters], Tape) -> Void
    // A single segment would save as much as all steps do.
    if layer.checkpointing, case let steps = segmentSteps(T, batch: B), steps < T {
      backwardPass = forwardInSegments(
        of: steps, weights.stack, x.value, lengths, &final, &output, regularisation, tape)
    } else {
      let activations = saved.withLock { $0.popLast() } ?? SavedStackActivations(for: weights.stack)
      weights.stack.forward(
        x.value, lengths: lengths, state: &final, output: &output, regularisation: regularisation, saved: activations)
      backwardPass = { outputGradient, stateGradient, inputGradient, gradients, _ in
        weights.stack.backward(
          activations, outputGradient: outputGradient, stateGradient: &stateGradient, inputGradient: &inputGradient,
          gradients: &gradients)
        saved.withLock { $0.append(activations) }
      }
    }

    // Operations that use the final state run their backward step before this one, and leave its
    // gradient here.
    let finalGradient = StateGradient()
    let inputs =
      [x] + (state.map { [$0.hidden] + ($0.cell.map { [$0] } ?? []) } ?? []) + named.map { tape.variable($0.parameter) }
    let (inputShape, inputSink, hiddenSink, cellSink) = (x.shape, x.sink, state?.hidden.sink, state?.cell?.sink)
    let outputVariable = tape.record(output, from: inputs) { gradient, tape in
      var stateGradient = finalGradient.value ?? weights.stack.initialState(batch: B)
      var inputGradient = inputSink.isWanted ? tape.tensor(inputShape) : nil
      var gradients = weights.takeGradients()
      backwardPass(gradient, &stateGradient, &inputGradient, &gradients, tape)
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
          // Makes sure that the operation's backward step runs even if its outputs are not used.
          tape.add(to: outputSink, shape: outputShape) { target, accumulating in
            if !accumulating { target.update(repeating: 0, count: outputShape.count) }
          }
        }
      }
    )
  }

  /// The regularisation of one call; nil if there is none.
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
}

/// The gradient of a final state, collected for the operation that computed the state.
private final class StateGradient {
  private(set) var value: RecurrentState?

  func add(_ gradient: Tensor, at path: WritableKeyPath<RecurrentState, Tensor>, zeros: () -> RecurrentState) {
    if value == nil { value = zeros() }
    value![keyPath: path] = gradient
  }
}
