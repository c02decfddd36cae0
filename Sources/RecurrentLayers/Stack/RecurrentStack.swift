// Recurrent stacks: layers of Elman, LSTM or GRU cells that the engine runs and trains without a
// tape.

import RecurrentCore
import Synchronization

/// A stack of recurrent layers of one cell, in one direction or both.
///
/// Symbols: T steps, B rows, I input features, H hidden units, O = `projectionSize` or H, L layers,
/// D directions.
///
/// ```swift
/// let stack = RecurrentStack(.init(cell: .lstm, inputSize: 64, hiddenSize: 256), backend: backend)
/// let (output, state) = stack(input)  // [T, B, 64] -> [T, B, 256]
/// ```
///
/// A stack is a value: copies share their parameters until one of them is changed. Any number of
/// threads may run the same stack at once.
public struct RecurrentStack: Sendable {
  /// The cell, sizes, layers and directions.
  public let configuration: Configuration
  /// The backend that runs the stack.
  public let backend: any Backend
  /// The precision of the products with the weights, which are stored in it too.
  public let precision: Precision
  var storage: [PerDirection<StoredTensor>]
  var prepared = PreparedLayers()

  /// The parameters of each layer and direction, at layer·D + direction, in float32: in a lower
  /// precision, new tensors of the rounded values. After a change, the next call prepares them
  /// again. Precondition: shapes match the configuration.
  public var parameters: [DirectionParameters] {
    get { storage.map { $0.map(\.tensor) } }
    _modify {
      // Dropped first, so that the parameters are held only once and change in place.
      prepared = PreparedLayers()
      var parameters = storage.map { $0.map(\.tensor) }
      storage = []
      yield &parameters
      storage = parameters.map { $0.map { StoredTensor($0, precision: precision) } }
      checkParameters("RecurrentStack.parameters")
    }
  }

  /// Creates a stack with PyTorch's initialisation, uniform in ±1/√H. The parameters at index d of
  /// `parameters` are drawn from stream d of `seed`. Those of layer normalisation are 1 (gamma) and
  /// 0 (beta).
  public init(
    _ configuration: Configuration, seed: UInt64 = 0, backend: any Backend, precision: Precision = .float32
  ) {
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
    self.init(configuration, parameters: parameters, backend: backend, precision: precision)
  }

  /// Creates a stack with given parameters, rounded to `precision`. Precondition: their number and
  /// shapes match the configuration.
  public init(
    _ configuration: Configuration, parameters: [DirectionParameters], backend: any Backend,
    precision: Precision = .float32
  ) {
    self.init(
      configuration, stored: parameters.map { $0.map { StoredTensor($0, precision: precision) } }, backend: backend,
      precision: precision)
  }

  /// Creates a stack with parameters as they are stored. They are packed in `precision`.
  init(
    _ configuration: Configuration, stored: [PerDirection<StoredTensor>], backend: any Backend, precision: Precision
  ) {
    self.configuration = configuration
    self.backend = backend
    self.precision = precision
    storage = stored
    checkParameters("RecurrentStack.init")
  }

  /// The stack with its parameters rounded to another precision, in which it runs. What rounding
  /// lost does not come back in float32. A stack in int8 runs, but is not trained.
  public func converted(to precision: Precision) -> RecurrentStack {
    RecurrentStack(
      configuration, stored: storage.map { $0.map { $0.converted(to: precision) } }, backend: backend,
      precision: precision)
  }

  /// The bytes of the stored parameters, without the packed copy that the first call makes.
  public var parameterBytes: Int { storage.reduce(0) { $1.all.reduce($0) { $0 + $1.value.bytes } } }

  /// Stops unless the parameters match the configuration.
  private func checkParameters(_ function: String) {
    let slots = configuration.layers * configuration.directions
    require(
      storage.count == slots,
      "\(function): \(storage.count) sets of parameters given, the configuration asks for \(slots)")
    for (slot, parameters) in storage.enumerated() {
      parameters.map(\.shape).check(
        configuration.layer(slot / configuration.directions), function: "\(function) (slot \(slot))")
    }
  }

  /// All parameters with PyTorch's names: "weight_ih_l0", "bias_hh_l1_reverse"...
  public var namedParameters: [(name: String, tensor: Tensor)] { storedParameters.map { ($0.name, $0.stored.tensor) } }

  /// All parameters as they are stored, with PyTorch's names.
  package var storedParameters: [(name: String, stored: StoredTensor)] {
    storage.enumerated().flatMap { slot, parameters in
      parameters.all.map { ($0.parameter.rawValue + configuration.suffix(slot: slot), $0.value) }
    }
  }

  /// A state of zeros for B = `batch` rows.
  public func initialState(batch: Int) -> RecurrentState {
    let slots = configuration.layers * configuration.directions
    return RecurrentState(
      hidden: Tensor(zeros: [slots, batch, configuration.outputSize]),
      cell: configuration.cell.hasCellState ? Tensor(zeros: [slots, batch, configuration.hiddenSize]) : nil)
  }

  // MARK: Inference

  /// Runs the stack over a sequence.
  /// - Parameters:
  ///   - input: the inputs, [T, B, I], or [B, T, I] with `batchFirst`.
  ///   - lengths: the number of valid steps of each row, 0...T, in any order; nil means T for all.
  ///   - state: the initial state; nil means zeros.
  ///   - regularisation: recurrent dropout and zoneout, for a stack of one layer; nil means none.
  /// - Returns: the outputs [T, B, D·O] or [B, T, D·O], zero beyond a row's length, and the state
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

  /// Runs the stack over a sequence without allocating.
  ///
  /// - `state` is the initial state and becomes the final one.
  /// - `output` has the shape of the result and is overwritten.
  /// - Nothing is allocated after `workspace` has served a call of this shape.
  /// - The memory does not grow with T, unless the stack is bidirectional and has several layers.
  public func forward(
    _ input: Tensor, lengths: [Int]? = nil, state: inout RecurrentState, output: inout Tensor,
    regularisation: RecurrentRegularisation? = nil, workspace: Workspace
  ) {
    let (T, B) = checkForward(input, lengths, state, output, regularisation)
    let layers = prepared.layers(self)
    defer { workspace.arena.reset() }
    lengths.withOptionalBuffer { lengths in
      state.withViews(configuration) { states in
        output.withUnsafeMutableBufferPointer { output in
          let x = timeMajor(input, T, B, workspace.arena)
          let features = configuration.directions * configuration.outputSize
          let y = configuration.batchFirst ? workspace.arena.take(T * B * features) : output.baseAddress!
          workspace.chain.forward(
            layers, x, lengths: lengths, output: MutableSequenceView(y, steps: T, batch: B, features: features),
            states: states, regularisation: regularisation, workspace: workspace)
          if configuration.batchFirst { exchangeOuter(y, to: output.baseAddress!, T, B, features) }
        }
      }
    }
  }

  /// Runs one step of a stream: [B, I] to [B, O]. `state` is updated.
  ///
  /// - The stack has one direction.
  /// - Nothing is allocated after the first call of a shape. Any number of threads may step streams
  ///   of their own.
  /// - A model trained with zoneout needs its expectation here: a `regularisation` whose zoneout
  ///   has `isTraining` false, since a step does not know its time.
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
          workspace.chain.forward(
            layers, SequenceView(input.baseAddress!, steps: 1, batch: B, features: configuration.inputSize),
            lengths: nil,
            output: MutableSequenceView(output.baseAddress!, steps: 1, batch: B, features: configuration.outputSize),
            states: states, regularisation: regularisation, workspace: workspace)
        }
      }
    }
  }
}
