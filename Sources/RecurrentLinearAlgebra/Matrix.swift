// Dense matrices of Double, for initialisers and diagnostics.

import RecurrentCore

/// A row-major matrix of Double.
package struct Matrix: Sendable, Equatable {
  package let rows: Int
  package let columns: Int
  package var elements: [Double]

  /// Stops unless there are exactly rows · columns elements.
  package init(_ elements: [Double], rows: Int, columns: Int) {
    require(
      rows >= 0 && columns >= 0 && elements.count == rows * columns,
      "Matrix: \(elements.count) elements given for [\(rows), \(columns)]")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// All elements the same.
  package init(repeating value: Double, rows: Int, columns: Int) {
    self.init(Array(repeating: value, count: rows * columns), rows: rows, columns: columns)
  }

  /// Some rows of a tensor [rows, columns].
  package init(_ tensor: Tensor, rows: Range<Int>) {
    let columns = tensor.shape[1]
    let elements = tensor.withUnsafeBufferPointer {
      $0[rows.lowerBound * columns..<rows.upperBound * columns].map(Double.init)
    }
    self.init(elements, rows: rows.count, columns: columns)
  }

  package subscript(row: Int, column: Int) -> Double {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  package var transposed: Matrix {
    var result = Matrix(repeating: 0, rows: columns, columns: rows)
    for row in 0..<rows {
      for column in 0..<columns { result[column, row] = self[row, column] }
    }
    return result
  }

  /// The product with another matrix.
  package func multiplied(by other: Matrix) -> Matrix {
    require(columns == other.rows, "Matrix.multiplied: [\(rows), \(columns)] by [\(other.rows), \(other.columns)]")
    var result = Matrix(repeating: 0, rows: rows, columns: other.columns)
    let width = other.columns
    elements.withUnsafeBufferPointer { a in
      other.elements.withUnsafeBufferPointer { b in
        result.elements.withUnsafeMutableBufferPointer { c in
          for row in 0..<rows {
            for k in 0..<columns {
              let factor = a[row * columns + k]
              for column in 0..<width { c[row * width + column] += factor * b[k * width + column] }
            }
          }
        }
      }
    }
    return result
  }

  package var isFinite: Bool { elements.allSatisfy(\.isFinite) }

  /// The greatest magnitude, NaN where an element is; 0 without elements.
  package var maximum: Double { elements.reduce(0) { abs($1) <= $0 || $0.isNaN ? $0 : abs($1) } }

  /// √Σ a², without overflow.
  package var frobeniusNorm: Double {
    let scale = maximum
    guard scale > 0, scale.isFinite else { return scale }
    return scale * elements.reduce(0) { $0 + ($1 / scale) * ($1 / scale) }.squareRoot()
  }
}
