// Initialisation of the gates of recurrent layers: forget-gate bias and chrono initialisation.

import RecurrentCore

extension RNN {
  /// Sets the bias of every LSTM forget gate to `value`. Jozefowicz, Zaremba & Sutskever 2015, with
  /// 1. Precondition: an LSTM with biases.
  public func setForgetGateBias(_ value: Float) {
    require(cell.gateIndex("f") != nil, "RNN.setForgetGateBias: the cell is \(cell.name), which has no forget gate")
    setForgetGates("setForgetGateBias") { _ in value }
  }

  /// Initialises gate biases for time scales spread from 1 to `longest` steps (chrono
  /// initialisation). Tallec & Ollivier, "Can recurrent neural networks warp time?", 2018.
  ///
  /// Sets the biases of an LSTM's forget gates, with the opposite for its input gates, or those of
  /// a GRU's update gates. Precondition: an LSTM or GRU with biases; `longest` is 2 or more.
  public func initialiseTimescales(upTo longest: Int, using random: inout RandomStream) {
    require(longest >= 2, "RNN.initialiseTimescales: \(longest) steps, expected two or more")
    require(cell.gates > 1, "RNN.initialiseTimescales: the cell is \(cell.name), which has no gates")
    let scales = (0..<hiddenSize).map { _ in logarithm(random.uniform(in: 1...Float(longest - 1))) }
    guard cell.gateIndex("f") != nil else {
      return setBiases("initialiseTimescales", gate: cell.gateIndex("z")!) { scales[$0] }
    }
    setForgetGates("initialiseTimescales") { scales[$0] }
    setBiases("initialiseTimescales", gate: cell.gateIndex("i")!) { -scales[$0] }
  }

  /// Sets the biases of an LSTM's forget gates. If f is 1 - i, sets the opposite for the input
  /// gates.
  private func setForgetGates(_ function: StaticString, _ value: (_ unit: Int) -> Float) {
    if case .lstmVariant(let variant) = cell, variant.couplesInputAndForget {
      setBiases(function, gate: cell.gateIndex("i")!) { -value($0) }
    } else {
      setBiases(function, gate: cell.gateIndex("f")!, value)
    }
  }

  /// Sets the sum of the input and the recurrent bias of one gate.
  private func setBiases(_ function: StaticString, gate: Int, _ value: (_ unit: Int) -> Float) {
    let biases = parts.flatMap(\.named).filter { $0.name.hasPrefix("bias_ih") || $0.name.hasPrefix("bias_hh") }
    require(!biases.isEmpty, "RNN.\(function): the layers have no biases")
    for named in biases {
      named.parameter.update { tensor, _ in
        for unit in 0..<hiddenSize {
          tensor[gate * hiddenSize + unit] = named.name.hasPrefix("bias_ih") ? value(unit) : 0
        }
      }
    }
  }
}
