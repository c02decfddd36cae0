// Orthogonal initialisation.

import RecurrentCore
import RecurrentLayers
import RecurrentLinearAlgebra

extension Initialiser {
  /// A random matrix with orthonormal rows or columns, whichever are shorter in number, times
  /// `gain`: PyTorch's `nn.init.orthogonal_`. Uniform (Haar-distributed) among all such matrices.
  ///
  /// As a recurrent weight it keeps the length of what passes through it in time, forward and
  /// backward (Saxe, McClelland & Ganguli, "Exact solutions to the nonlinear dynamics of learning
  /// in deep linear neural networks", ICLR 2014).
  ///
  /// Made of the stream's normal numbers by Householder reflections: the same bits with and without
  /// OpenBLAS.
  ///
  /// Every singular value of the result is `gain`. With `blocks`, each of so many equal blocks of
  /// rows is such a matrix: 4 for an LSTM's recurrent weight, 3 for a GRU's. Precondition: the rows
  /// are a multiple of `blocks`.
  public static func orthogonal(gain: Float = 1, blocks: Int = 1) -> Initialiser {
    Initialiser { shape, random in
      require(
        shape.rank == 2 && blocks >= 1 && shape[0] % blocks == 0,
        "Initialiser.orthogonal: shape \(shape), expected a matrix of \(blocks) equal blocks of rows")
      return Tensor(
        (0..<blocks).flatMap { _ in
          orthogonal(rows: shape[0] / blocks, columns: shape[1], gain: Double(gain), using: &random)
        }, shape: shape)
    }
  }

  private static func orthogonal(rows: Int, columns: Int, gain: Double, using random: inout RandomStream) -> [Float] {
    let gaussian = Matrix((0..<rows * columns).map { _ in Double(random.normal()) }, rows: rows, columns: columns)
    let isWide = rows < columns
    let q = Householder.orthonormalColumns(of: isWide ? gaussian.transposed : gaussian)
    return (isWide ? q.transposed : q).elements.map { Float(gain * $0) }
  }
}
