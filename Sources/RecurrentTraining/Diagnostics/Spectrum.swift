// Spectra: singular values and spectral radius of weights and Jacobians.

import RecurrentCore
import RecurrentLayers

/// The singular values of a matrix, and its spectral radius if it is square.
///
/// For the Jacobian of a recurrent step: gradients over many steps can only grow if there are
/// singular values above 1, and vanish if all are below 1 (Pascanu, Mikolov & Bengio, "On the
/// difficulty of training recurrent neural networks", ICML 2013, section 2).
public struct Spectrum: Sendable, Equatable {
  /// The min(rows, columns) singular values in descending order; NaN if an element is not finite.
  public let singularValues: [Double]
  /// The greatest magnitude of an eigenvalue; nil unless the matrix is square; NaN if an element is
  /// not finite.
  public let spectralRadius: Double?

  /// The spectral norm: the greatest singular value; 0 for an empty matrix.
  public var norm: Double { singularValues.first ?? 0 }

  /// Computes the spectrum of a matrix [rows, columns].
  public init(_ matrix: Tensor) {
    require(matrix.shape.rank == 2, "Spectrum: needs a matrix [rows, columns], got shape \(matrix.shape)")
    self.init(Matrix(matrix, rows: 0..<matrix.shape[0]))
  }

  init(_ matrix: Matrix) {
    singularValues = LinearAlgebra.preferred.singularValues(of: matrix)
    spectralRadius = matrix.rows == matrix.columns ? LinearAlgebra.preferred.spectralRadius(of: matrix) : nil
  }
}

extension RecurrentStack {
  /// The spectra of the recurrent weights, one for each layer, direction and gate, in the order of
  /// `parameters` and of the weights' rows. Each is that of a block [H, O]; with a projection it
  /// has no spectral radius.
  ///
  /// Names are PyTorch's, followed for a gated cell by the gate: "weight_hh_l0", "weight_hh_l0 f".
  public func recurrentWeightSpectra() -> [(name: String, spectrum: Spectrum)] {
    let H = configuration.hiddenSize
    return parameters.enumerated().flatMap { slot, parameters in
      configuration.cell.layout.gateNames.enumerated().map { gate, name in
        (
          "weight_hh" + configuration.suffix(slot: slot) + (name.isEmpty ? "" : " \(name)"),
          Spectrum(Matrix(parameters.recurrentWeight, rows: gate * H..<(gate + 1) * H))
        )
      }
    }
  }
}
