// Recurrent layers on top of one another: the one type that users run and train.

import RecurrentCore
import Synchronization

/// A stack of recurrent layers of one cell: Elman, LSTM or GRU, in one direction or both.
///
/// T steps, B rows, I input features, H hidden units, O = `projectionSize` or H, L layers, D
/// directions.
///
/// ```swift
/// let stack = RecurrentStack(.init(cell: .lstm, inputSize: 64, hiddenSize: 256), backend: backend)
/// let (output, state) = stack(input)  // [T, B, 64] -> [T, B, 256]
/// ```
///
/// A value: copies share their parameters until one of them is changed. Any number of threads may
/// run the same stack at once.
public struct RecurrentStack: Sendable {
  public let configuration: Configuration
  public let backend: any Backend
  var storage: [DirectionParameters]
  var prepared = PreparedLayers()

  /// The parameters of each layer and direction, at layer·D + direction. Changing them makes the
  /// next call prepare them anew. Stops when a shape is not what the configuration asks for.
  public var parameters: [DirectionParameters] {
    get { storage }
    _modify {
      // Dropped first, so that nobody else holds the parameters and they change in place.
      prepared = PreparedLayers()
      yield &storage
      checkParameters("RecurrentStack.parameters")
    }
  }

  /// A stack with parameters uniform in ±1/√H, PyTorch's initialisation, drawn from `seed`: those
  /// of slot d from stream d; those of layer normalisation are 1 (gamma) and 0 (beta).
  public init(_ configuration: Configuration, seed: UInt64 = 0, backend: any Backend) {
    let bound = 1 / Float(configuration.hiddenSize).squareRoot()
    let parameters = (0..<configuration.layers * configuration.directions).map { slot in
      let layer = configuration.layer(slot / configuration.directions)
      let shapes = layer.parameterShapes
      var stream = RandomStream(seed: seed, stream: UInt64(slot))
      return DirectionParameters { parameter in
        shapes[parameter].map { shape in
          parameter.constantInitialValue.map { Tensor(repeating: $0, shape: shape) }
            ?? Tensor(uniform: -bound...bound, shape: shape, using: &stream)
        }
      }
    }
    self.init(configuration, parameters: parameters, backend: backend)
  }

  /// A stack with given parameters. Stops when their number or a shape is not what the
  /// configuration asks for.
  public init(_ configuration: Configuration, parameters: [DirectionParameters], backend: any Backend) {
    self.configuration = configuration
    self.backend = backend
    storage = parameters
    checkParameters("RecurrentStack.init")
  }

  private func checkParameters(_ function: String) {
    let slots = configuration.layers * configuration.directions
    require(
      storage.count == slots,
      "\(function): \(storage.count) sets of parameters given, the configuration asks for \(slots)")
    for (slot, parameters) in storage.enumerated() {
      parameters.check(configuration.layer(slot / configuration.directions), function: "\(function) (slot \(slot))")
    }
  }

  /// All parameters by PyTorch's names: "weight_ih_l0", "bias_hh_l1_reverse"...
  public var namedParameters: [(name: String, tensor: Tensor)] {
    storage.enumerated().flatMap { slot, parameters in
      parameters.all.map { ($0.parameter.rawValue + configuration.suffix(slot: slot), $0.value) }
    }
  }

  /// A state of zeros for a batch of `batch` rows.
  public func initialState(batch: Int) -> RecurrentState {
    let slots = configuration.layers * configuration.directions
    return RecurrentState(
      hidden: Tensor(zeros: [slots, batch, configuration.outputSize]),
      cell: configuration.cell.hasCellState ? Tensor(zeros: [slots, batch, configuration.hiddenSize]) : nil)
  }

  // MARK: Inference

  /// Runs the stack over a sequence.
  /// - Parameters: - input: [T, B, I] ([B, T, I] with `batchFirst`). - lengths: for each row the
  ///   number of its valid steps, 0...T, in any order; nil when all are T. - state: the initial
  ///   state; nil for zeros. - regularisation: locked dropout and zoneout in the recurrence, for a
  ///   stack of one layer; nil for none.
  /// - Returns: the outputs [T, B, D·O] ([B, T, D·O]), zero beyond a row's length, and the state
  ///   after each row's last valid step.
  public func callAsFunction(
    _ input: Tensor, lengths: [Int]? = nil, state: RecurrentState? = nil, regularisation: RecurrentRegularisation? = nil
  ) -> (output: Tensor, state: RecurrentState) {
    let (T, B) = steps(of: input)
    var state = state ?? initialState(batch: B)
    var output = Tensor(zeros: outputShape(T, B))
    forward(
      input, lengths: lengths, state: &state, output: &output, regularisation: regularisation, workspace: Workspace())
    return (output, state)
  }

  /// The same without allocating: `state` is the initial state, and becomes the final one; `output`
  /// has the shape of the result and is overwritten. Nothing is allocated once `workspace` has
  /// served a call of this shape. Its memory does not grow with T, unless the stack is
  /// bidirectional and has several layers.
  public func forward(
    _ input: Tensor, lengths: [Int]? = nil, state: inout RecurrentState, output: inout Tensor,
    regularisation: RecurrentRegularisation? = nil, workspace: Workspace
  ) {
    let (T, B) = steps(of: input)
    check(input, lengths, state, T, B, function: "RecurrentStack.forward")
    check(regularisation, B, function: "RecurrentStack.forward")
    check(output, T, B, "output", function: "RecurrentStack.forward")
    let layers = prepared.layers(self)
    defer { workspace.arena.reset() }
    lengths.withOptionalBuffer { lengths in
      state.withViews(configuration) { states in
        output.withUnsafeMutableBufferPointer { output in
          let x = timeMajor(input, T, B, workspace.arena)
          let features = configuration.directions * configuration.outputSize
          let y = configuration.batchFirst ? workspace.arena.take(T * B * features) : output.baseAddress!
          run(
            layers, x, lengths: lengths, output: MutableSequenceView(y, steps: T, batch: B, features: features),
            states: states,
            regularisation: regularisation, workspace: workspace)
          if configuration.batchFirst { exchangeOuter(y, to: output.baseAddress!, T, B, features) }
        }
      }
    }
  }

  /// One step of a stream: [B, I] to [B, O], with `state` carried along. For stacks of one
  /// direction. Allocates nothing after the first call; any number of threads may step streams of
  /// their own. What was trained with zoneout wants its expectation here: a `regularisation` whose
  /// zoneout is not `isTraining` (a step does not know its time).
  public func step(
    _ input: Tensor, state: inout RecurrentState, output: inout Tensor, regularisation: RecurrentRegularisation? = nil,
    workspace: Workspace
  ) {
    require(!configuration.bidirectional, "RecurrentStack.step: a bidirectional stack needs the whole sequence")
    let B = input.shape.rank == 2 ? input.shape[0] : -1
    require(
      B >= 0 && input.shape[1] == configuration.inputSize,
      "RecurrentStack.step: input has shape \(input.shape), expected [B, \(configuration.inputSize)]")
    require(
      output.shape.rank == 2 && output.shape[0] == B && output.shape[1] == configuration.outputSize,
      "RecurrentStack.step: output has shape \(output.shape), expected [\(B), \(configuration.outputSize)]")
    check(state, B, function: "RecurrentStack.step")
    check(regularisation, B, function: "RecurrentStack.step")
    require(
      regularisation?.zoneout?.isTraining != true,
      "RecurrentStack.step: zoneout with isTraining needs the whole sequence")
    let layers = prepared.layers(self)
    defer { workspace.arena.reset() }
    state.withViews(configuration) { states in
      output.withUnsafeMutableBufferPointer { output in
        input.withUnsafeBufferPointer { input in
          run(
            layers, SequenceView(input.baseAddress!, steps: 1, batch: B, features: configuration.inputSize),
            lengths: nil,
            output: MutableSequenceView(output.baseAddress!, steps: 1, batch: B, features: configuration.outputSize),
            states: states, regularisation: regularisation, workspace: workspace)
        }
      }
    }
  }

  /// Steps that go through all layers before the next ones do, so that what lies between layers
  /// stays small.
  private static let chunk = 64

  private func run(
    _ layers: [LayerEngine], _ input: SequenceView, lengths: UnsafeBufferPointer<Int>?, output: MutableSequenceView,
    states: StackStateView, regularisation: RecurrentRegularisation?, workspace: Workspace
  ) {
    let (T, B, features) = (output.steps, output.batch, output.features)
    if layers.count == 1 {
      layers[0].forward(
        input, lengths: lengths, output: output, state: states[0], regularisation: regularisation, tape: nil,
        workspace: workspace)
      return
    }
    // The reverse direction of the layer below must have finished before the layer above can begin.
    // Steps without rows cost nothing.
    let chunk = configuration.bidirectional || B == 0 ? T : min(T, RecurrentStack.chunk)
    let between = (workspace.arena.take(chunk * B * features), workspace.arena.take(chunk * B * features))
    let remaining = lengths.map { _ in workspace.arena.take(B, of: Int.self) }
    var start = 0
    repeat {
      let steps = min(chunk, T - start)
      if let lengths, let remaining {
        for row in 0..<B { remaining[row] = min(max(lengths[row] - start, 0), steps) }
      }
      var x = SequenceView(input.base + start * B * input.features, steps: steps, batch: B, features: input.features)
      for (index, layer) in layers.enumerated() {
        let target =
          index == layers.count - 1 ? output.base + start * B * features : index % 2 == 0 ? between.0 : between.1
        let y = MutableSequenceView(target, steps: steps, batch: B, features: features)
        layer.forward(
          x, lengths: remaining.map { UnsafeBufferPointer(start: $0, count: B) }, output: y, state: states[index],
          tape: nil,
          workspace: workspace)
        x = y.constant
      }
      start += steps
    } while start < T
  }

}
