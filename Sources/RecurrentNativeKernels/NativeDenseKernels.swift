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

  package func exponentials(_ x: Values, minus maximum: Float, _ y: Results, count: Int) -> Float {
    kernels.pointee.exponentials(x, maximum, y, count)
  }

  package func dropout(
    _ x: Values, _ y: Results, first: Int, count: Int, seed: UInt64, stream: UInt64, threshold: UInt32, scale: Float
  ) {
    kernels.pointee.dropout(x, y, first, count, UInt(seed), UInt(stream), threshold, scale)
  }
}

// `kernels` points to an immutable table.
extension NativeDenseKernels: @unchecked Sendable {}
