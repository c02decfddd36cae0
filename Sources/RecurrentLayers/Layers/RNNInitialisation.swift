// Initialisation of the gates of recurrent layers: forget-gate bias and chrono initialisation.

import RecurrentCore

extension RNN {
  /// Has every LSTM's forget gate begin with the bias `value`, so that states persist at first.
  /// Jozefowicz, Zaremba & Sutskever 2015 (with 1). Stops for other cells, and without biases.
  public func setForgetGateBias(_ value: Float) {
    require(cell.gateIndex("f") != nil, "RNN.setForgetGateBias: the cell is \(cell.name), which has no forget gate")
    setForgetGates("setForgetGateBias") { _ in value }
  }

  /// Has the gates that keep an LSTM's or a GRU's state begin with time scales spread from 1 to
  /// `longest` steps, and an LSTM's input gates with the opposite: for dependencies over about that
  /// many steps. Tallec & Ollivier, "Can recurrent neural networks warp time?" (chrono
  /// initialisation), 2018. Stops for other cells, and without biases.
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

  /// Sets the biases of an LSTM's forget gates; where f is 1 - i, the opposite ones of its input
  /// gates.
  private func setForgetGates(_ function: StaticString, _ value: (_ unit: Int) -> Float) {
    if case .lstmVariant(let variant) = cell, variant.couplesInputAndForget {
      setBiases(function, gate: cell.gateIndex("i")!) { -value($0) }
    } else {
      setBiases(function, gate: cell.gateIndex("f")!, value)
    }
  }

  /// Sets one gate's sum of both biases.
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
