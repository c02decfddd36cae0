// Arrays of Double with the operations of `Variable`, computed index by index: the reference for
// those operations.

import Recurrent

/// A row-major array of Double.
package struct DoubleArray {
  package var shape: [Int]
  package var elements: [Double]

  package init(_ elements: [Double], _ shape: [Int]) { (self.elements, self.shape) = (elements, shape) }
  package init(_ tensor: Tensor) { self.init(tensor.elements.map(Double.init), tensor.shape.dimensions) }

  /// An array whose element at each place is given by `element`.
  package init(_ shape: [Int], _ element: ([Int]) -> Double) {
    let count = shape.reduce(1, *)
    self.init(
      (0..<count).map { flat in
        var rest = flat
        let place = shape.reversed().map { extent -> Int in
          defer { rest /= extent }
          return rest % extent
        }
        return element(place.reversed())
      }, shape)
  }

  package subscript(place: [Int]) -> Double { elements[zip(place, shape).reduce(0) { $0 * $1.1 + $1.0 }] }

  /// The element that broadcasting puts at `place` of another shape.
  package func repeated(_ place: [Int]) -> Double {
    self[zip(place.suffix(shape.count), shape).map { $1 == 1 ? 0 : $0 }]
  }

  package func with(_ other: DoubleArray, _ f: (Double, Double) -> Double) -> DoubleArray {
    let rank = max(shape.count, other.shape.count)
    let (a, b) = ([shape, other.shape]).map { [Int](repeating: 1, count: rank - $0.count) + $0 }.pair
    return DoubleArray(zip(a, b).map { $0 == 1 ? $1 : $0 }) { f(repeated($0), other.repeated($0)) }
  }

  package func map(_ f: (Double) -> Double) -> DoubleArray { DoubleArray(elements.map(f), shape) }

  /// Applies a function to every row of the last dimension.
  package func mapRows(_ f: ([Double]) -> [Double]) -> DoubleArray {
    let C = shape.last!
    return DoubleArray(stride(from: 0, to: elements.count, by: C).flatMap { f(Array(elements[$0..<$0 + C])) }, shape)
  }

  package func sum(_ axes: [Int], keeping: Bool = false) -> DoubleArray {
    let kept = shape.enumerated().map { axes.contains($0) ? 1 : $1 }
    var result = DoubleArray(kept) { _ in 0 }
    _ = DoubleArray(shape) { place in
      let flat = zip(place, kept).reduce(0) { $0 * $1.1 + ($1.1 == 1 ? 0 : $1.0) }
      result.elements[flat] += self[place]
      return 0
    }
    if !keeping { result.shape = shape.enumerated().filter { !axes.contains($0.offset) }.map(\.element) }
    return result
  }

  package func transposed(_ a: Int, _ b: Int) -> DoubleArray {
    var to = shape
    to.swapAt(a, b)
    return DoubleArray(to) { place in
      var from = place
      from.swapAt(a, b)
      return self[from]
    }
  }

  package func slice(_ range: Range<Int>, _ axis: Int) -> DoubleArray {
    var to = shape
    to[axis] = range.count
    return DoubleArray(to) { place in
      var from = place
      from[axis] += range.lowerBound
      return self[from]
    }
  }

  package func reshaped(_ shape: [Int]) -> DoubleArray { DoubleArray(elements, shape) }

  /// The matrix product over the last two dimensions. A right factor of rank 2 is used for all
  /// matrices.
  package func matmul(_ other: DoubleArray, transposingRight: Bool = false) -> DoubleArray {
    let right = transposingRight ? other.transposed(other.shape.count - 2, other.shape.count - 1) : other
    return DoubleArray(Array(shape.dropLast()) + [right.shape.last!]) { place in
      (0..<shape.last!).reduce(0.0) { total, k in
        let b = right.shape.count == 2 ? [k, place.last!] : Array(place.dropLast(2)) + [k, place.last!]
        return total + self[Array(place.dropLast()) + [k]] * right[b]
      }
    }
  }

  package static func concatenated(_ parts: [DoubleArray], _ axis: Int) -> DoubleArray {
    var shape = parts[0].shape
    shape[axis] = parts.reduce(0) { $0 + $1.shape[axis] }
    return DoubleArray(shape) { place in
      var from = place
      for part in parts {
        if from[axis] < part.shape[axis] { return part[from] }
        from[axis] -= part.shape[axis]
      }
      return .nan
    }
  }
}

extension Array where Element == [Int] {
  fileprivate var pair: ([Int], [Int]) { (self[0], self[1]) }
}

/// The result of an equation in Double, and the gradient of each input by central differences of Σ
/// weights · result, with random weights. It is computed once for all backends.
package struct EquationAnswer {
  private let inputs: [Tensor]
  private let result: DoubleArray
  private let weights: Tensor
  private let gradients: [[Double]]

  package init(_ equation: ([DoubleArray]) -> DoubleArray, at inputs: [Tensor]) {
    self.inputs = inputs
    let exact = inputs.map { DoubleArray($0) }
    result = equation(exact)
    var random = RandomStream(seed: 99)
    let weights = Tensor(uniform: -1...1, shape: Shape(result.shape), using: &random)
    self.weights = weights
    let factors = weights.elements.map(Double.init)
    func loss(_ inputs: [DoubleArray]) -> Double {
      zip(equation(inputs).elements, factors).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let e = 1e-5
    gradients = inputs.indices.map { index in
      exact[index].elements.indices.map { k in
        var (up, down) = (exact, exact)
        up[index].elements[k] += e
        down[index].elements[k] -= e
        return (loss(up) - loss(down)) / (2 * e)
      }
    }
  }

  /// The greatest deviations of the result and of the gradient of each input, relative to the
  /// greatest value compared with (or to 1). `computed` is computed from parameters that hold the
  /// inputs and have no gradient yet.
  package func deviation(of computed: Variable, parameters: [Parameter]) -> (result: Double, gradients: [Double]) {
    guard computed.shape.dimensions == result.shape else { return (.infinity, []) }
    // Read before the backward pass, which may reuse the memory.
    let value = computed.value.elements
    computed.backward(weights)
    return (
      EquationAnswer.relative(value, result.elements),
      zip(parameters, gradients).map { EquationAnswer.relative($0.gradient?.elements ?? $1.map { _ in 0 }, $1) }
    )
  }

  /// The greatest deviations of an operation on the inputs.
  package func deviation(of operation: ([Variable]) -> Variable, tape: Tape) -> (result: Double, gradients: [Double]) {
    let parameters = inputs.map { Parameter($0) }
    return deviation(of: operation(parameters.map { tape.variable($0) }), parameters: parameters)
  }

  private static func relative(_ a: [Float], _ b: [Double]) -> Double {
    let scale = max(1, b.map(abs).max() ?? 0)
    return zip(a, b).reduce(0) { worst, pair in
      let d = abs(Double(pair.0) - pair.1) / scale
      // Not `max`, which loses NaN.
      return d <= worst || worst.isNaN ? worst : d
    }
  }
}

/// Compares an operation on one backend with its equation.
package func deviation(
  of operation: ([Variable]) -> Variable, from equation: ([DoubleArray]) -> DoubleArray, inputs: [Tensor],
  backend: any Backend, tape: Tape? = nil
) -> (result: Double, gradients: [Double]) {
  EquationAnswer(equation, at: inputs).deviation(of: operation, tape: tape ?? Tape(backend: backend))
}
