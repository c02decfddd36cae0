// Training of a stack: the forward pass that saves activations, and the backward pass.

import RecurrentCore

extension RecurrentStack {
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
}
