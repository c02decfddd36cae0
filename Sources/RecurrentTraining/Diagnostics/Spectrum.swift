// How much a recurrent step stretches or shrinks what passes through it.

import RecurrentCore
import RecurrentLayers

/// The singular values of a matrix, and its spectral radius if it is square.
///
/// For a recurrent step's Jacobian: a gradient that passes through many steps can only grow when
/// singular values above 1 occur, and vanishes when all are below 1 (Pascanu, Mikolov & Bengio, "On
/// the difficulty of training recurrent neural networks", ICML 2013, section 2).
public struct Spectrum: Sendable, Equatable {
  /// The min(rows, columns) singular values, in descending order; NaN when the matrix has an
  /// element that is not finite.
  public let singularValues: [Double]
  /// The greatest magnitude of an eigenvalue; nil unless the matrix is square, NaN as above.
  public let spectralRadius: Double?

  /// The greatest singular value, by which a vector's length grows at most; 0 for an empty matrix.
  public var norm: Double { singularValues.first ?? 0 }

  /// Of a matrix [rows, columns]; stops unless the rank is 2.
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
  /// The spectra of the recurrent weights: one for each layer, direction and gate, in the order of
  /// `parameters` and, within them, of the weights' rows. Each is of one block [H, O], whose radius
  /// is nil with a projection of another size than H.
  ///
  /// The names are PyTorch's, followed for a gated cell by the gate: "weight_hh_l0", or
  /// "weight_hh_l0 f".
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
