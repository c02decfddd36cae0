// The precision of a model: rounding its matrices in place.

import RecurrentCore

extension Module {
  /// The lowest precision in which a parameter is stored: float32, unless the model was loaded from
  /// a file of a lower precision or rounded by `store(as:)`.
  public var precision: Precision {
    let precisions = Set(parameters.map(\.parameter.precision))
    return Precision.allCases.last { precisions.contains($0) } ?? .float32
  }

  /// Rounds all matrices among the parameters to a precision, in place; vectors stay float32.
  ///
  /// A model in int8 takes a quarter of the memory, one in bfloat16 half. Numbers that were rounded
  /// to the precision before stay the same. Conversion to float32 is exact, and does not bring back
  /// what was rounded off. Training a model makes it float32 again.
  /// - Returns: the greatest relative error of rounding, and the matrix that has it: the Euclidean
  ///   norm of the errors, divided by that of the matrix. nil if all numbers are the same as before.
  /// - Throws: `RecurrentError.notFinite` if a parameter holds NaN or infinity, and `invalidOption`
  ///   if one holds a number that overflows in `precision`. Nothing is changed then.
  @discardableResult
  public func store(as precision: Precision) throws(RecurrentError) -> (parameter: String, error: Double)? {
    var worst: (parameter: String, error: Double)?
    var values: [(Parameter, StoredTensor)] = []
    for named in parameters {
      let before = named.parameter.stored
      let after = before.converted(to: precision)
      guard after.isFinite else {
        if !before.isFinite { throw .notFinite(parameter: named.name) }
        throw .invalidOption(
          name: "precision", value: precision.rawValue,
          expected: "one that holds all numbers of the parameter '\(named.name)', which overflow in this one")
      }
      let error = relativeError(after, before)
      if error > worst?.error ?? 0 { worst = (named.name, error) }
      values.append((named.parameter, after))
    }
    for (parameter, value) in values { parameter.stored = value }
    return worst
  }
}

/// ‖a - b‖ / ‖b‖ of two tensors of one shape, summed in Double; 0 if they are equal.
private func relativeError(_ a: StoredTensor, _ b: StoredTensor) -> Double {
  if a.precision == b.precision || b.shape.count == 0 { return 0 }
  let columns = b.shape.dimensions.last ?? 1
  var rows = Tensor(zeros: [2, columns])
  let base = rows.mutableBase
  var (errors, norm) = (0.0, 0.0)
  for row in 0..<StoredTensor.rows(b.shape) {
    a.copyRow(row, to: base)
    b.copyRow(row, to: base + columns)
    for k in 0..<columns {
      let (x, y) = (Double(base[k]), Double(base[columns + k]))
      errors += (x - y) * (x - y)
      norm += y * y
    }
  }
  return errors == 0 ? 0 : (errors / norm).squareRoot()
}
