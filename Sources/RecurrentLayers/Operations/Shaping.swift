// Shape operations: reshape, transpose, slice.

import RecurrentCore

extension Variable {
  /// The same elements in the same order, with another shape of the same count.
  public func reshaped(to newShape: Shape) -> Variable {
    tape.record(value.reshaped(to: newShape), from: [self]) { [sink, shape] gradient, tape in
      tape.add(gradient.reshaped(to: shape), to: sink)
    }
  }

  /// Exchanges two dimensions; negative ones count from the last.
  public func transposed(_ a: Int = -2, _ b: Int = -1) -> Variable {
    let (a, b) = (dimension(a, "Variable.transposed"), dimension(b, "Variable.transposed"))
    var result = tape.tensor(exchange(a, b, shape))
    exchange(a, b, value, to: result.mutableBase)
    return tape.record(result, from: [self]) { [sink, shape] gradient, tape in
      var back = tape.tensor(shape)
      exchange(a, b, gradient, to: back.mutableBase)
      tape.add(back, to: sink)
    }
  }

  /// The part `range` of a dimension.
  public func slice(_ range: Range<Int>, along dimension: Int = 0) -> Variable {
    let axis = self.dimension(dimension, "Variable.slice")
    let (outer, extent, inner) = blocks(axis)
    require(
      range.lowerBound >= 0 && range.upperBound <= extent,
      "Variable.slice: \(range) is outside dimension \(axis) of shape \(shape)")
    var extents = shape.dimensions
    extents[axis] = range.count
    var result = tape.tensor(Shape(extents))
    let count = range.count * inner
    for o in 0..<outer {
      (result.mutableBase + o * count).update(from: value.base + (o * extent + range.lowerBound) * inner, count: count)
    }
    return tape.record(result, from: [self]) { [sink, shape] gradient, tape in
      let g = gradient.base
      tape.add(to: sink, shape: shape) { target, accumulating in
        if !accumulating { target.update(repeating: 0, count: shape.count) }
        for o in 0..<outer {
          let to = target + (o * extent + range.lowerBound) * inner
          for k in 0..<count { to[k] += g[o * count + k] }
        }
      }
    }
  }

  /// One element of the first dimension: [N, ...] to [...].
  public subscript(index: Int) -> Variable {
    require(
      shape.rank > 0 && index >= 0 && index < shape[0],
      "Variable subscript: \(index) is outside the first dimension of shape \(shape)")
    return slice(index..<index + 1).reshaped(to: Shape(Array(shape.dimensions.dropFirst())))
  }
}

/// The shape with two dimensions exchanged.
private func exchange(_ a: Int, _ b: Int, _ shape: Shape) -> Shape {
  var extents = shape.dimensions
  extents.swapAt(a, b)
  return Shape(extents)
}

/// Copies an array with two dimensions exchanged.
private func exchange(_ a: Int, _ b: Int, _ source: Tensor, to target: UnsafeMutablePointer<Float>) {
  let extents = source.shape.dimensions
  let (a, b) = (min(a, b), max(a, b))
  if source.count == 0 { return }
  if a == b { return target.update(from: source.base, count: source.count) }
  // [outer, A, middle, B, inner] to [outer, B, middle, A, inner]
  let (outer, A, middle, B, inner) = (
    extents[..<a].reduce(1, *), extents[a], extents[(a + 1)..<b].reduce(1, *), extents[b],
    extents[(b + 1)...].reduce(1, *)
  )
  for o in 0..<outer {
    for j in 0..<B {
      for m in 0..<middle {
        var to = target + (((o * B + j) * middle + m) * A) * inner
        var from = source.base + (((o * A) * middle + m) * B + j) * inner
        for _ in 0..<A {
          if inner == 1 { to[0] = from[0] } else { to.update(from: from, count: inner) }
          to += inner
          from += middle * B * inner
        }
      }
    }
  }
  withExtendedLifetime(source) {}
}
