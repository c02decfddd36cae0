// Training of a stack: the forward pass that saves activations, and the backward pass.

import RecurrentCore

extension RecurrentStack {
  /// Runs the stack over a sequence and saves in `saved` what `backward` needs. Other arguments and
  /// results are those of `callAsFunction`.
  public func forward(
    _ input: Tensor, lengths: [Int]? = nil, state: RecurrentState? = nil,
    regularisation: RecurrentRegularisation? = nil, saved: SavedStackActivations
  ) -> (output: Tensor, state: RecurrentState) {
    let (T, B) = steps(of: input)
    var state = state ?? initialState(batch: B)
    var output = Tensor(zeros: outputShape(T, B))
    forward(input, lengths: lengths, state: &state, output: &output, regularisation: regularisation, saved: saved)
    return (output, state)
  }

  /// Runs the stack over a sequence without allocating, and saves in `saved` what `backward` needs.
  ///
  /// - `state` is the initial state and becomes the final one.
  /// - `output` has the shape of the result and is overwritten.
  /// - Nothing is allocated after `saved` has served a call of this shape.
  public func forward(
    _ input: Tensor, lengths: [Int]? = nil, state: inout RecurrentState, output: inout Tensor,
    regularisation: RecurrentRegularisation? = nil, saved: SavedStackActivations
  ) {
    let (T, B) = checkForward(input, lengths, state, output, regularisation)
    require(precision != .int8, "RecurrentStack.forward: a stack in int8 is not trained; convert a float32 one")
    let layers = prepared.layers(self)
    let features = configuration.directions * configuration.outputSize
    saved.begin(self, input, lengths, T, B)
    defer { saved.workspace.arena.reset() }
    lengths.withOptionalBuffer { lengths in
      state.withViews(configuration) { states in
        output.withUnsafeMutableBufferPointer { output in
          for (index, layer) in layers.enumerated() {
            let isLast = index == layers.count - 1
            let y =
              isLast && !configuration.batchFirst
              ? output.baseAddress! : saved.outputs[index] ?? saved.workspace.arena.take(T * B * features)
            layer.forward(
              saved.input(of: index, self), lengths: lengths,
              output: MutableSequenceView(y, steps: T, batch: B, features: features),
              state: states[index], regularisation: regularisation, saved: saved.layers[index],
              workspace: saved.workspace)
            if isLast && configuration.batchFirst { exchangeOuter(y, to: output.baseAddress!, T, B, features) }
          }
        }
      }
    }
  }

  /// Computes gradients by backpropagation through time, from the activations that the last
  /// `forward` saved. It can be called once for each forward pass.
  /// - Parameters:
  ///   - saved: the activations saved by `forward`.
  ///   - outputGradient: the gradient with respect to the output. Elements beyond a row's length
  ///     are not read.
  ///   - stateGradient: the gradient with respect to the final state; nil means zeros.
  ///   - gradients: the parameters' gradients, at layer·D + direction; those of this call are
  ///     added.
  ///   - wantsInputGradient: whether to compute the gradient with respect to the input.
  /// - Returns: the gradients with respect to the input, zero beyond a row's length, and to the
  ///   initial state.
  public func backward(
    _ saved: SavedStackActivations, outputGradient: Tensor, stateGradient: RecurrentState? = nil,
    gradients: inout [DirectionParameters],
    wantsInputGradient: Bool = true
  ) -> (input: Tensor?, state: RecurrentState) {
    var state = stateGradient ?? initialState(batch: saved.batch)
    var input = wantsInputGradient ? Tensor(zeros: saved.inputShape) : nil
    backward(saved, outputGradient: outputGradient, stateGradient: &state, inputGradient: &input, gradients: &gradients)
    return (input, state)
  }

  /// Computes gradients without allocating; see
  /// `backward(_:outputGradient:stateGradient:gradients:wantsInputGradient:)`.
  ///
  /// - `stateGradient` is the gradient with respect to the final state and becomes that of the
  ///   initial one.
  /// - `inputGradient` is overwritten; nil means it is not computed.
  /// - Nothing is allocated after `saved` has served a call of this shape.
  public func backward(
    _ saved: SavedStackActivations, outputGradient: Tensor, stateGradient: inout RecurrentState,
    inputGradient: inout Tensor?,
    gradients: inout [DirectionParameters]
  ) {
    let function = "RecurrentStack.backward"
    require(
      saved.isRecorded(for: self),
      "\(function): no forward pass of this stack is saved, or its backward pass is done")
    let (T, B) = (saved.steps, saved.batch)
    check(outputGradient, T, B, "outputGradient", function: function)
    check(stateGradient, B, function: function)
    if let inputGradient {
      require(
        inputGradient.shape == saved.inputShape,
        "\(function): inputGradient has shape \(inputGradient.shape), expected \(saved.inputShape)")
    }
    require(
      gradients.count == storage.count,
      "\(function): \(gradients.count) sets of gradients given, expected \(storage.count)")
    for (slot, gradient) in gradients.enumerated() {
      gradient.check(gradientsOf: storage[slot].map(\.shape), function: "\(function) (slot \(slot))")
    }
    let layers = prepared.layers(self)
    let features = configuration.directions * configuration.outputSize
    let arena = saved.workspace.arena
    defer {
      arena.reset()
      saved.finish()
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
        // The gradient of the first layer's input is written to its destination. Those of other
        // layers, and of a batch-first input, are written to scratch memory.
        let below: UnsafeMutablePointer<Float>? =
          index > 0 || (inputGradient != nil && configuration.batchFirst)
          ? arena.take(T * B * width) : inputGradient?.mutableBase
        layers[index].backward(
          saved.input(of: index, self), outputGradient: SequenceView(above, steps: T, batch: B, features: features),
          state: states[index],
          inputGradient: below.map { MutableSequenceView($0, steps: T, batch: B, features: width) },
          gradients: UnsafeBufferPointer(start: views + index * directions, count: directions),
          saved: saved.layers[index],
          workspace: saved.workspace)
        if let below { above = UnsafePointer(below) }
      }
      if configuration.batchFirst, let target = inputGradient?.mutableBase {
        exchangeOuter(above, to: target, T, B, configuration.inputSize)
      }
    }
    withExtendedLifetime(gradients) {}
  }

  /// Gradients of zero for all parameters, at layer·D + direction.
  public func zeroGradients() -> [DirectionParameters] {
    storage.indices.map { DirectionParameters(zeros: configuration.layer($0 / configuration.directions)) }
  }
}
