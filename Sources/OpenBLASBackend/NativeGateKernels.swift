// The cells' element-wise part by the kernels in C.

#if OpenBLAS

  import CRecurrentKernels
  import RecurrentCore

  /// The kernels of `CRecurrentKernels` for one instruction set.
  struct NativeGateKernels: GateKernels {
    let kernels: UnsafePointer<RecurrentGateKernels>

    /// Those for the widest instruction set that this processor has.
    static let best: NativeGateKernels = {
      let isa = [RECURRENT_AVX512, RECURRENT_AVX2].first { recurrent_isa_supported($0) != 0 } ?? RECURRENT_BASELINE
      return NativeGateKernels(kernels: recurrent_gate_kernels(isa))
    }()

    func elmanForward(gates: Results, bias: Values, hidden: Results, units: Range<Int>, nonlinearity: Cell.Nonlinearity) {
      kernels.pointee.elman_forward(gates, bias, hidden, units.lowerBound, units.upperBound, nonlinearity == .relu ? 1 : 0)
    }

    func elmanBackward(gates: Results, hiddenGradient: Values, units: Range<Int>, nonlinearity: Cell.Nonlinearity) {
      kernels.pointee.elman_backward(gates, hiddenGradient, units.lowerBound, units.upperBound, nonlinearity == .relu ? 1 : 0)
    }

    func lstmForward(gates: Results, bias: Values, cell: Results, hidden: Results, units: Range<Int>, hiddenSize: Int) {
      kernels.pointee.lstm_forward(gates, bias, cell, hidden, units.lowerBound, units.upperBound, hiddenSize)
    }

    func lstmBackward(
      gates: Results, previousCell: Values, hiddenGradient: Values, cellGradient: Results, units: Range<Int>, hiddenSize: Int
    ) {
      kernels.pointee.lstm_backward(gates, previousCell, hiddenGradient, cellGradient, units.lowerBound, units.upperBound, hiddenSize)
    }

    func gruForward(
      gates: Results, recurrent: Values, inputBias: Values, recurrentBias: Values, hidden: Results, units: Range<Int>, hiddenSize: Int
    ) {
      kernels.pointee.gru_forward(
        gates, recurrent, inputBias, recurrentBias, hidden, units.lowerBound, units.upperBound, hiddenSize)
    }

    func gruBackward(gates: Results, previousHidden: Values, hiddenGradient: Results, units: Range<Int>, hiddenSize: Int) {
      kernels.pointee.gru_backward(gates, previousHidden, hiddenGradient, units.lowerBound, units.upperBound, hiddenSize)
    }

    func gruResetForward(gates: Results, bias: Values, hidden: Values, units: Range<Int>, hiddenSize: Int) {
      kernels.pointee.gru_reset_forward(gates, bias, hidden, units.lowerBound, units.upperBound, hiddenSize)
    }

    func gruStateForward(gates: Results, bias: Values, hidden: Results, units: Range<Int>, hiddenSize: Int) {
      kernels.pointee.gru_state_forward(gates, bias, hidden, units.lowerBound, units.upperBound, hiddenSize)
    }

    func gruStateBackward(gates: Results, previousHidden: Values, hiddenGradient: Results, units: Range<Int>, hiddenSize: Int) {
      kernels.pointee.gru_state_backward(gates, previousHidden, hiddenGradient, units.lowerBound, units.upperBound, hiddenSize)
    }

    func gruResetBackward(
      gates: Results, previousHidden: Values, productGradient: Values, hiddenGradient: Results, units: Range<Int>, hiddenSize: Int
    ) {
      kernels.pointee.gru_reset_backward(
        gates, previousHidden, productGradient, hiddenGradient, units.lowerBound, units.upperBound, hiddenSize)
    }
  }

  // A table of constants.
  extension NativeGateKernels: @unchecked Sendable {}

#endif
