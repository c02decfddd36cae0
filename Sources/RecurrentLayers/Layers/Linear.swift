// The linear layer: y = W x + b.

import RecurrentCore

/// A linear layer: y = W x + b over the last dimension, [..., I] to [..., O]. PyTorch's
/// `nn.Linear`; W and b are initialised uniformly in ±1/√I.
public struct Linear: Module, Sendable {
  /// W, [O, I].
  public let weight: Parameter
  /// b, [O]; nil without bias.
  public let bias: Parameter?
  private let prepared: Prepared<(backend: any Backend, precision: Precision, matrix: PreparedMatrix)>

  /// Creates a layer of I = `inputSize` and O = `outputSize` features. `biasInitialiser` replaces
  /// PyTorch's initialisation of the bias. Precondition: both sizes are 1 or more.
  public init(_ inputSize: Int, _ outputSize: Int, bias: Bool = true, biasInitialiser: Initialiser? = nil) {
    require(inputSize >= 1 && outputSize >= 1, "Linear: sizes \(inputSize) and \(outputSize) must be one or more")
    let initialiser = Initialiser.uniform(1 / Float(inputSize).squareRoot())
    weight = Parameter(initialiser, shape: [outputSize, inputSize])
    self.bias = bias ? Parameter(biasInitialiser ?? initialiser, shape: [outputSize]) : nil
    prepared = Prepared(for: [weight])
  }

  /// Applies the layer: [..., I] to [..., O]. In evaluation the weights are packed once for all
  /// calls until they change.
  public func callAsFunction(_ x: Variable) -> Variable {
    let tape = x.tape
    let (O, I) = (weight.shape[0], weight.shape[1])
    require(x.shape.dimensions.last == I, "Linear: input has shape \(x.shape), expected [..., \(I)]")
    let rows = x.shape.count / I
    var y = tape.tensor(Shape(x.shape.dimensions.dropLast() + [O]))
    let b = bias.map(tape.variable)
    let input = MatrixView(x.value.base, rows: rows, columns: I, rowStride: I)
    if tape.mode == .evaluation {
      multiplyPrepared(input, into: y.mutableBase, bias: b?.value, tape)
      return tape.constant(y)
    }
    let W = tape.variable(weight)
    withExtendedLifetime(b) {
      tape.multiply(
        input, W.value.matrix.transposed, into: y.mutableBase, accumulating: false, bias: b?.value.base,
        precision: tape.precision)
    }

    let (inputShape, inputValue, weightValue) = (x.shape, x.value, W.value)
    return tape.record(y, from: [x, W] + (b.map { [$0] } ?? [])) {
      [xSink = x.sink, wSink = W.sink, bSink = b?.sink] gradient, tape in
      let g = MatrixView(gradient.base, rows: rows, columns: O, rowStride: O)
      tape.add(to: wSink, shape: [O, I]) { target, accumulating in
        tape.multiply(
          g.transposed, MatrixView(inputValue.base, rows: rows, columns: I, rowStride: I), into: target,
          accumulating: accumulating, precision: tape.precision)
      }
      tape.add(to: bSink ?? .nothing, shape: [O]) { target, accumulating in
        sumRows(g, to: target, accumulating: accumulating, tape)
      }
      tape.add(to: xSink, shape: inputShape) { target, accumulating in
        tape.multiply(
          g, weightValue.matrix, into: target, accumulating: accumulating, precision: tape.precision)
      }
      withExtendedLifetime((inputValue, weightValue)) {}
    }
  }

  /// y = x Wᵀ + b with packed weights.
  private func multiplyPrepared(
    _ x: MatrixView, into y: UnsafeMutablePointer<Float>, bias: Tensor?, _ tape: Tape
  ) {
    let backend = tape.backend
    let precision = tape.precision
    let (_, _, matrix) = prepared.value(where: { $0.precision == precision && $0.backend.isSame(as: backend) }) {
      let value = weight.stored.tensor
      return withExtendedLifetime(value) {
        (backend, precision, backend.prepare(value.matrix.transposed, in: precision))
      }
    }
    backend.multiplyPrepared(x, matrix, bias: bias, into: y)
  }
}

extension Backend {
  /// y = x Wᵀ + b with packed weights, contiguous, on all threads.
  package func multiplyPrepared(
    _ x: MatrixView, _ matrix: PreparedMatrix, bias: Tensor?, into y: UnsafeMutablePointer<Float>
  ) {
    let O = matrix.columns
    begin()
    pool.forEachPart(of: O, least: Tape.leastProduct / max(1, x.rows * x.columns), grain: 64) { columns, _ in
      // Some rows at a time, which are still in the cache when the bias is added.
      let most = packsEveryTime ? max(1, x.rows) : 96
      for first in stride(from: 0, to: x.rows, by: most) {
        let rows = first..<min(first + most, x.rows)
        let target = MutableMatrixView(y + first * O + columns.lowerBound, rowStride: O)
        multiplyPrepared(x.rows(rows), matrix, columns: columns, into: target, accumulating: false)
        if let bias { target.add(bias.base + columns.lowerBound, rows: rows.count, columns: columns.count) }
      }
    }
    end()
    withExtendedLifetime(bias) {}
  }
}

/// Writes or adds to `target` the column sums of a contiguous matrix; the error is that of
/// `RowSums`.
private func sumRows(_ matrix: MatrixView, to target: UnsafeMutablePointer<Float>, accumulating: Bool, _ tape: Tape) {
  tape.backend.pool.forEachPart(of: matrix.columns, least: Tape.least / max(1, matrix.rows), grain: 16) { columns, _ in
    RowSums.forEachColumn(columns, of: matrix) { target[$0] = (accumulating ? target[$0] : 0) + Float($1) }
  }
}
