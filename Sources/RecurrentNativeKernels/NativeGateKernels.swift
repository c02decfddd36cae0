// Native gate kernels: the element-wise equations of the cells, by the kernels in C.

import CRecurrentKernels
import RecurrentCore

/// The gate kernels of `CRecurrentKernels` for one instruction set.
package struct NativeGateKernels: GateKernels {
  private let kernels: UnsafePointer<RecurrentGateKernels>

  /// Creates the kernels of an instruction set that this processor has.
  package init(_ set: InstructionSet) { kernels = recurrent_gate_kernels(set.kernels) }

  package func elmanForward(
    gates: Results, bias: Values, hidden: Results, units: Range<Int>, nonlinearity: Cell.Nonlinearity
  ) {
    kernels.pointee.elman_forward(
      gates, bias, hidden, units.lowerBound, units.upperBound, nonlinearity == .relu ? 1 : 0)
  }

  package func elmanBackward(gates: Results, hiddenGradient: Values, units: Range<Int>, nonlinearity: Cell.Nonlinearity)
  {
    kernels.pointee.elman_backward(
      gates, hiddenGradient, units.lowerBound, units.upperBound, nonlinearity == .relu ? 1 : 0)
  }

  package func lstmForward(
    gates: Results, bias: Values, cell: Results, hidden: Results, units: Range<Int>, hiddenSize: Int
  ) {
    kernels.pointee.lstm_forward(gates, bias, cell, hidden, units.lowerBound, units.upperBound, hiddenSize)
  }

  package func lstmBackward(
    gates: Results, previousCell: Values, hiddenGradient: Values, cellGradient: Results, units: Range<Int>,
    hiddenSize: Int
  ) {
    kernels.pointee.lstm_backward(
      gates, previousCell, hiddenGradient, cellGradient, units.lowerBound, units.upperBound, hiddenSize)
  }

  package func gruForward(
    gates: Results, recurrent: Values, inputBias: Values, recurrentBias: Values, previousHidden: Values,
    hidden: Results, units: Range<Int>, hiddenSize: Int
  ) {
    kernels.pointee.gru_forward(
      gates, recurrent, inputBias, recurrentBias, previousHidden, hidden, units.lowerBound, units.upperBound, hiddenSize
    )
  }

  package func gruBackward(
    gates: Results, previousHidden: Values, hiddenGradient: Results, units: Range<Int>, hiddenSize: Int
  ) {
    kernels.pointee.gru_backward(gates, previousHidden, hiddenGradient, units.lowerBound, units.upperBound, hiddenSize)
  }

  package func gruResetForward(gates: Results, bias: Values, previousHidden: Values, units: Range<Int>, hiddenSize: Int)
  {
    kernels.pointee.gru_reset_forward(gates, bias, previousHidden, units.lowerBound, units.upperBound, hiddenSize)
  }

  package func gruStateForward(
    gates: Results, bias: Values, previousHidden: Values, hidden: Results, units: Range<Int>, hiddenSize: Int
  ) {
    kernels.pointee.gru_state_forward(
      gates, bias, previousHidden, hidden, units.lowerBound, units.upperBound, hiddenSize)
  }

  package func gruStateBackward(
    gates: Results, previousHidden: Values, hiddenGradient: Results, units: Range<Int>, hiddenSize: Int
  ) {
    kernels.pointee.gru_state_backward(
      gates, previousHidden, hiddenGradient, units.lowerBound, units.upperBound, hiddenSize)
  }

  package func gruResetBackward(
    gates: Results, previousHidden: Values, productGradient: Values, hiddenGradient: Results, units: Range<Int>,
    hiddenSize: Int
  ) {
    kernels.pointee.gru_reset_backward(
      gates, previousHidden, productGradient, hiddenGradient, units.lowerBound, units.upperBound, hiddenSize)
  }
}

// `kernels` points to an immutable table.

extension NativeGateKernels: @unchecked Sendable {}
