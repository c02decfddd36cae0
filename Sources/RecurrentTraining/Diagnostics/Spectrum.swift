// How much a recurrent step stretches or shrinks what passes through it.

import RecurrentCore
import RecurrentLayers
import RecurrentLinearAlgebra

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

  /// The Jacobian of one step at a given input and state: element [k, j] is the derivative of
  /// number k of the state after the step by number j of the state before it, by the stack's own
  /// backward pass.
  ///
  /// The state's numbers are h of every layer, then for an LSTM c of every layer: N = L·O, or L·(O
  /// + H). For stacks of one direction. `Spectrum(stack.stepJacobian(input: x, state: s))` tells
  /// what the step does to lengths.
  /// - Parameters:
  ///   - input: [I].
  ///   - state: the state before the step, of a batch of one; nil for zeros.
  /// - Returns: [N, N].
  public func stepJacobian(input: Tensor, state: RecurrentState? = nil) -> Tensor {
    require(!configuration.bidirectional, "RecurrentStack.stepJacobian: a bidirectional stack does not go step by step")
    require(
      input.shape == [configuration.inputSize],
      "RecurrentStack.stepJacobian: input has shape \(input.shape), expected [\(configuration.inputSize)]")
    let state = state ?? initialState(batch: 1)
    require(
      state.hidden.shape.rank == 3 && state.hidden.shape[1] == 1,
      "RecurrentStack.stepJacobian: state.hidden has shape \(state.hidden.shape), expected [\(configuration.layers), 1, \(configuration.outputSize)]"
    )
    let count = state.hidden.count + (state.cell?.count ?? 0)

    // A row for each number of the new state, with a gradient of one for that number.
    var gradient = initialState(batch: count)
    gradient.forEachNumber(of: configuration) { row, number, value in value = row == number ? 1 : 0 }
    let rows = Tensor((0..<count).flatMap { _ in input.elements }, shape: [count, configuration.inputSize])
    var backward = StepBackward(self, batch: count)
    backward(rows, state: state.repeated(count), gradient: &gradient)

    var jacobian = [Float](repeating: 0, count: count * count)
    gradient.forEachNumber(of: configuration) { row, number, value in jacobian[row * count + number] = value }
    return Tensor(jacobian, shape: [count, count])
  }
}

extension RecurrentState {
  /// Every row of a batch the same as this one's only row.
  fileprivate func repeated(_ batch: Int) -> RecurrentState {
    func repeated(_ tensor: Tensor) -> Tensor {
      let (layers, features) = (tensor.shape[0], tensor.shape[2])
      let elements = tensor.elements
      return Tensor(
        (0..<layers).flatMap { layer in (0..<batch).flatMap { _ in elements[layer * features..<(layer + 1) * features] }
        },
        shape: [layers, batch, features])
    }
    return RecurrentState(hidden: repeated(hidden), cell: cell.map(repeated))
  }
}
