// The weights of one call of a stack, and DropConnect on the recurrent ones.

import RecurrentCore

extension StackOperation {
  /// The weights of one call: all of them, or with elements of the recurrent weights dropped.
  struct Weights {
    let part: StackOperation
    let stack: RecurrentStack
    private let probability: Float
    /// The random stream of each layer and direction, from which the backward pass draws the same
    /// elements again; nil if none are dropped.
    private let streams: [UInt64]?

    init(_ part: StackOperation, _ tape: Tape, drop probability: Float) {
      self.part = part
      self.probability = probability
      guard tape.mode == .training, probability > 0 else {
        streams = nil
        stack = part.prepared.value(where: {
          $0.precision == tape.precision && $0.backend.isSame(as: tape.backend)
        }) {
          RecurrentStack(part.configuration, stored: part.stored, backend: tape.backend, precision: tape.precision)
        }
        return
      }
      let streams = part.slots.map { _ in tape.nextStream() }
      self.streams = streams
      var values = part.values
      for slot in values.indices { Weights.drop(probability, streams[slot], from: &values[slot].recurrentWeight, tape) }
      stack = RecurrentStack(
        part.configuration, stored: values.map { $0.map { StoredTensor($0) } }, backend: tape.backend,
        precision: tape.precision)
    }

    private static func drop(_ probability: Float, _ stream: UInt64, from tensor: inout Tensor, _ tape: Tape) {
      let base = tensor.mutableBase
      tape.drop(probability, stream, base, base, tensor.count)
    }

    /// The parameters' gradients, to which the backward pass adds.
    func takeGradients() -> [DirectionParameters] {
      part.slots.map { parameters in
        DirectionParameters { name in
          parameters[name].map {
            streams != nil && name == .recurrentWeight ? Tensor(zeros: $0.shape) : $0.takeGradient()
          }
        }
      }
    }

    /// Puts the gradients back. Those of dropped elements are zero.
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
}
