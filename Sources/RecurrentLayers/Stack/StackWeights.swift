// The weights of one call of a stack, with some of them dropped where the layers ask for it.

import RecurrentCore

extension StackOperation {
  /// The weights of one call: as they are, or with some of the recurrent ones dropped.
  struct Weights {
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
}
