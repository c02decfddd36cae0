// The orthogonal initialisation.

import RecurrentCore

/// A random matrix with orthonormal rows or columns, whichever are shorter in number, times `gain`: PyTorch's
/// `nn.init.orthogonal_`. Uniform (Haar-distributed) among all such matrices.
///
/// As a recurrent weight it keeps the length of what passes through it in time, forward and backward (Saxe, McClelland &
/// Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", ICLR 2014).
///
/// rows · columns normal numbers are drawn from `stream`, in row-major order. The last bit of the result may depend on
/// the build and the processor: it comes from LAPACK where the package is built with OpenBLAS.
/// - Parameters:
///   - shape: [rows, columns]; stops unless the rank is 2.
///   - gain: what every singular value of the result is.
/// - Returns: [rows, columns].
public func orthogonal(shape: Shape, gain: Float = 1, using stream: inout RandomStream) -> Tensor {
  require(shape.rank == 2, "orthogonal(shape:): needs [rows, columns], got \(shape)")
  let gaussian = Matrix((0..<shape.count).map { _ in Double(stream.normal()) }, rows: shape[0], columns: shape[1])
  let isWide = gaussian.rows < gaussian.columns
  var q = LinearAlgebra.preferred.orthonormalColumns(of: isWide ? gaussian.transposed : gaussian)
  if isWide { q = q.transposed }
  return Tensor(q.elements.map { Float(Double(gain) * $0) }, shape: shape)
}
