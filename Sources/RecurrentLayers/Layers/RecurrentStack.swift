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
  /// What a stack is made of. The names and defaults are those of PyTorch's `nn.RNN`, `nn.LSTM` and
  /// `nn.GRU`.
  public struct Configuration: Sendable, Hashable {
    public var cell: Cell
    public var inputSize: Int
    public var hiddenSize: Int
    public var layers: Int
    /// An LSTM's projection (Sak, Senior & Beaufays 2014), PyTorch's `proj_size`; nil for none.
    public var projectionSize: Int?
    public var bias: Bool
    public var bidirectional: Bool
    /// Whether inputs and outputs are [B, T, F] instead of [T, B, F]. States are not affected.
    public var batchFirst: Bool
    /// Layer normalisation within the cells (Ba, Kiros & Hinton 2016); see
    /// `DirectionParameters.normalisationWeight`.
    public var layerNorm: Bool

    /// Stops on sizes that no stack can have, as `LayerConfiguration` does.
    public init(
      cell: Cell, inputSize: Int, hiddenSize: Int, layers: Int = 1, projectionSize: Int? = nil, bias: Bool = true,
      bidirectional: Bool = false, batchFirst: Bool = false, layerNorm: Bool = false
    ) {
      require(layers >= 1, "RecurrentStack: layers \(layers) must be one or more")
      self.cell = cell
      self.inputSize = inputSize
      self.hiddenSize = hiddenSize
      self.layers = layers
      self.projectionSize = projectionSize
      self.bias = bias
      self.bidirectional = bidirectional
      self.batchFirst = batchFirst
      self.layerNorm = layerNorm
      _ = layer(0)
    }

    /// O: the features of one direction's hidden state.
    public var outputSize: Int { projectionSize ?? hiddenSize }
    public var directions: Int { bidirectional ? 2 : 1 }

    /// One layer; those above the first take the outputs of all directions below.
    public func layer(_ index: Int) -> LayerConfiguration {
      LayerConfiguration(
        cell: cell, inputSize: index == 0 ? inputSize : directions * outputSize, hiddenSize: hiddenSize,
        projectionSize: projectionSize, bias: bias, bidirectional: bidirectional, layerNorm: layerNorm)
    }

    /// PyTorch's suffix of the names of a slot's parameters: "_l0", "_l0_reverse", "_l1"...
    public func suffix(slot: Int) -> String {
      "_l\(slot / directions)" + (slot % directions == 1 ? "_reverse" : "")
    }

    /// The floating-point operations of the matrix products for `rows` valid steps; see
    /// `LayerConfiguration.operations`.
    public func operations(rows: Int, training: Bool) -> Double {
      (0..<layers).reduce(0) { $0 + layer($1).operations(rows: rows, training: training) }
    }
  }

  public let configuration: Configuration
  public let backend: any Backend
  private var storage: [DirectionParameters]
  private var prepared = PreparedLayers()

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

  // MARK: Training

  /// Runs the stack over a sequence and keeps on `tape` what `backward` needs. Arguments and
  /// results as in the call.
  public func forward(
    _ input: Tensor, lengths: [Int]? = nil, state: RecurrentState? = nil,
    regularisation: RecurrentRegularisation? = nil, tape: SavedStackActivations
  ) -> (output: Tensor, state: RecurrentState) {
    let (T, B) = steps(of: input)
    var state = state ?? initialState(batch: B)
    var output = Tensor(zeros: outputShape(T, B))
    forward(input, lengths: lengths, state: &state, output: &output, regularisation: regularisation, tape: tape)
    return (output, state)
  }

  /// The same into a given `output`, with `state` going from initial to final. Nothing is allocated
  /// once `tape` has served a call of this shape.
  public func forward(
    _ input: Tensor, lengths: [Int]? = nil, state: inout RecurrentState, output: inout Tensor,
    regularisation: RecurrentRegularisation? = nil, tape: SavedStackActivations
  ) {
    let (T, B) = steps(of: input)
    check(input, lengths, state, T, B, function: "RecurrentStack.forward")
    check(regularisation, B, function: "RecurrentStack.forward")
    check(output, T, B, "output", function: "RecurrentStack.forward")
    let layers = prepared.layers(self)
    let features = configuration.directions * configuration.outputSize
    tape.begin(self, input, lengths, T, B)
    defer { tape.workspace.arena.reset() }
    lengths.withOptionalBuffer { lengths in
      state.withViews(configuration) { states in
        output.withUnsafeMutableBufferPointer { output in
          for (index, layer) in layers.enumerated() {
            let isLast = index == layers.count - 1
            let y =
              isLast && !configuration.batchFirst
              ? output.baseAddress! : tape.outputs[index] ?? tape.workspace.arena.take(T * B * features)
            layer.forward(
              tape.input(of: index, self), lengths: lengths,
              output: MutableSequenceView(y, steps: T, batch: B, features: features),
              state: states[index], regularisation: regularisation, tape: tape.layers[index], workspace: tape.workspace)
            if isLast && configuration.batchFirst { exchangeOuter(y, to: output.baseAddress!, T, B, features) }
          }
        }
      }
    }
  }

  /// Goes back through time over what the last `forward` left on `tape`, once.
  /// - Parameters: - outputGradient: the gradient of the output, of its shape. What it holds beyond
  ///   a row's length is not read. - stateGradient: the gradient of the final state; nil for zeros.
  ///   - gradients: of the parameters, at layer·D + direction; this call's are added. -
  ///   inputGradientWanted: whether to compute the gradient of the input.
  /// - Returns: the gradients of the input (zero beyond a row's length) and of the initial state.
  public func backward(
    _ tape: SavedStackActivations, outputGradient: Tensor, stateGradient: RecurrentState? = nil,
    gradients: inout [DirectionParameters],
    inputGradientWanted: Bool = true
  ) -> (input: Tensor?, state: RecurrentState) {
    var state = stateGradient ?? initialState(batch: tape.batch)
    var input = inputGradientWanted ? Tensor(zeros: tape.inputShape) : nil
    backward(tape, outputGradient: outputGradient, stateGradient: &state, inputGradient: &input, gradients: &gradients)
    return (input, state)
  }

  /// The same into given tensors: `stateGradient` goes from the final state's gradient to the
  /// initial one's, and `inputGradient`, unless nil, is overwritten. Nothing is allocated once
  /// `tape` has served a call of this shape.
  public func backward(
    _ tape: SavedStackActivations, outputGradient: Tensor, stateGradient: inout RecurrentState,
    inputGradient: inout Tensor?,
    gradients: inout [DirectionParameters]
  ) {
    let function = "RecurrentStack.backward"
    require(
      tape.isRecorded(for: self),
      "\(function): the tape holds no forward pass of this stack, or its backward pass is done")
    let (T, B) = (tape.steps, tape.batch)
    check(outputGradient, T, B, "outputGradient", function: function)
    check(stateGradient, B, function: function)
    if let inputGradient {
      require(
        inputGradient.shape == tape.inputShape,
        "\(function): inputGradient has shape \(inputGradient.shape), expected \(tape.inputShape)")
    }
    require(
      gradients.count == storage.count,
      "\(function): \(gradients.count) sets of gradients given, expected \(storage.count)")
    for (slot, gradient) in gradients.enumerated() {
      gradient.check(gradientsOf: storage[slot], function: "\(function) (slot \(slot))")
    }
    let layers = prepared.layers(self)
    let features = configuration.directions * configuration.outputSize
    let arena = tape.workspace.arena
    defer {
      arena.reset()
      tape.finish()
    }
    let directions = configuration.directions
    let views = arena.take(gradients.count, of: GradientView.self)
    for slot in gradients.indices { (views + slot).initialize(to: gradients[slot].view()) }
    stateGradient.withViews(configuration) { states in
      var above: UnsafePointer<Float> = outputGradient.base
      if configuration.batchFirst {
        let copy = arena.take(T * B * features)
        exchangeOuter(above, to: copy, B, T, features)
        above = UnsafePointer(copy)
      }
      for index in layers.indices.reversed() {
        let width = configuration.layer(index).inputSize
        // The gradient of the input goes where it is wanted; that of a layer below, and a
        // batch-first one, to scratch memory.
        let below: UnsafeMutablePointer<Float>? =
          index > 0 || (inputGradient != nil && configuration.batchFirst)
          ? arena.take(T * B * width) : inputGradient?.mutableBase
        layers[index].backward(
          tape.input(of: index, self), outputGradient: SequenceView(above, steps: T, batch: B, features: features),
          state: states[index],
          inputGradient: below.map { MutableSequenceView($0, steps: T, batch: B, features: width) },
          gradients: UnsafeBufferPointer(start: views + index * directions, count: directions),
          tape: tape.layers[index],
          workspace: tape.workspace)
        if let below { above = UnsafePointer(below) }
      }
      if configuration.batchFirst, let target = inputGradient?.mutableBase {
        exchangeOuter(above, to: target, T, B, configuration.inputSize)
      }
    }
    withExtendedLifetime(gradients) {}
  }

  /// Gradients of zero, to add to.
  public func zeroGradients() -> [DirectionParameters] {
    storage.indices.map { DirectionParameters(zeros: configuration.layer($0 / configuration.directions)) }
  }

  // MARK: Shapes

  /// T and B of an input.
  private func steps(of input: Tensor) -> (T: Int, B: Int) {
    let letters = configuration.batchFirst ? "[B, T, \(configuration.inputSize)]" : "[T, B, \(configuration.inputSize)]"
    require(
      input.shape.rank == 3 && input.shape[2] == configuration.inputSize,
      "RecurrentStack.forward: input has shape \(input.shape), expected \(letters)")
    return configuration.batchFirst ? (input.shape[1], input.shape[0]) : (input.shape[0], input.shape[1])
  }

  private func outputShape(_ T: Int, _ B: Int) -> Shape {
    let features = configuration.directions * configuration.outputSize
    return configuration.batchFirst ? [B, T, features] : [T, B, features]
  }

  /// Of an output, or its gradient.
  private func check(_ output: Tensor, _ T: Int, _ B: Int, _ name: String, function: String) {
    let features = configuration.directions * configuration.outputSize
    require(
      configuration.batchFirst ? output.shape.isEqual(B, T, features) : output.shape.isEqual(T, B, features),
      "\(function): \(name) has shape \(output.shape), expected \(outputShape(T, B))")
  }

  private func check(_ input: Tensor, _ lengths: [Int]?, _ state: RecurrentState, _ T: Int, _ B: Int, function: String)
  {
    require(
      T.multipliedReportingOverflow(by: B).partialValue <= Int(Int32.max),
      "\(function): \(T) steps of \(B) rows are too many")
    if let lengths {
      require(lengths.count == B, "\(function): \(lengths.count) lengths given for a batch of \(B) rows")
      for (row, length) in lengths.enumerated() {
        require(0 <= length && length <= T, "\(function): the length of row \(row) is \(length), expected 0...\(T)")
      }
    }
    check(state, B, function: function)
  }

  private func check(_ regularisation: RecurrentRegularisation?, _ B: Int, function: String) {
    guard let regularisation else { return }
    require(
      configuration.layers == 1,
      "\(function): regularisation is for a stack of one layer, this one has \(configuration.layers)")
    regularisation.check(configuration.layer(0), batch: B, function: function)
  }

  private func check(_ state: RecurrentState, _ B: Int, function: String) {
    let slots = configuration.layers * configuration.directions
    require(
      state.hidden.shape.isEqual(slots, B, configuration.outputSize),
      "\(function): state.hidden has shape \(state.hidden.shape), expected [\(slots), \(B), \(configuration.outputSize)]"
    )
    require(
      (state.cell != nil) == configuration.cell.hasCellState,
      "\(function): state.cell is \(state.cell == nil ? "missing" : "given"), but the cell is \(configuration.cell.name)"
    )
    if let cell = state.cell {
      require(
        cell.shape.isEqual(slots, B, configuration.hiddenSize),
        "\(function): state.cell has shape \(cell.shape), expected [\(slots), \(B), \(configuration.hiddenSize)]")
    }
  }

  private func timeMajor(_ input: Tensor, _ T: Int, _ B: Int, _ arena: Arena) -> SequenceView {
    let features = configuration.inputSize
    guard configuration.batchFirst else { return SequenceView(input.base, steps: T, batch: B, features: features) }
    let copy = arena.take(T * B * features)
    exchangeOuter(input.base, to: copy, B, T, features)
    return SequenceView(copy, steps: T, batch: B, features: features)
  }
}
