// Native dense kernels: element-wise functions of arrays, by the kernels in C.

import CRecurrentKernels
import RecurrentCore

/// The dense kernels of `CRecurrentKernels` for one instruction set.
package struct NativeDenseKernels: DenseKernels {
  private let kernels: UnsafePointer<RecurrentDenseKernels>

  /// Creates the kernels of an instruction set that this processor has.
  package init(_ set: InstructionSet) { kernels = recurrent_dense_kernels(set.kernels) }

  package func sigmoid(_ x: Values, _ y: Results, count: Int) { kernels.pointee.sigmoid(x, y, count) }
  package func tanh(_ x: Values, _ y: Results, count: Int) { kernels.pointee.tanh(x, y, count) }

  package func exponentials(
    _ x: Values, minus maximum: Float, times factor: Float, _ y: Results, count: Int
  ) -> Float {
    kernels.pointee.exponentials(x, maximum, factor, y, count)
  }

  package func greatest(_ x: Values, count: Int) -> Float { kernels.pointee.greatest(x, count) }

  package func dropout(
    _ x: Values, _ y: Results, first: Int, count: Int, seed: UInt64, stream: UInt64, threshold: UInt32, scale: Float
  ) {
    kernels.pointee.dropout(x, y, first, count, UInt(seed), UInt(stream), threshold, scale)
  }
}

extension NativeDenseKernels: UpdateKernels {
  package func adam(_ w: Results, _ g: Values, _ m: Results, _ v: Results, count: Int, _ f: AdamFactors) {
    var factors = RecurrentAdam(
      beta1: f.beta1, beta2: f.beta2, epsilon: f.epsilon, rate: f.rate, inverse: f.inverse,
      coupled_decay: f.coupledDecay, shrinking: f.shrinking)
    kernels.pointee.adam(w, g, m, v, count, &factors)
  }

  package func areFinite(_ x: Values, count: Int) -> Bool { kernels.pointee.are_finite(x, count) != 0 }
}

// `kernels` points to an immutable table.
extension NativeDenseKernels: @unchecked Sendable {}
