// Reductions: sum, mean and maximum along dimensions.

import RecurrentCore

extension Variable {
  /// The sum along `dimensions`, or along all if nil. PyTorch's `sum`.
  ///
  /// - Negative dimensions count from the last.
  /// - With `keeping`, the dimensions remain with an extent of 1.
  /// - The error does not grow with the number of elements; see `RowSums`.
  ///
  /// Precondition: no dimension is named twice.
  public func sum(along dimensions: [Int]? = nil, keeping: Bool = false) -> Variable {
    sum(axes(dimensions, "Variable.sum"), keeping)
  }

  /// The mean along `dimensions`, as for `sum`; 0 for no elements. PyTorch's `mean`.
  public func mean(along dimensions: [Int]? = nil, keeping: Bool = false) -> Variable {
    let axes = axes(dimensions, "Variable.mean")
    return sum(axes, keeping) / Float(Swift.max(1, axes.reduce(1) { $0 * shape[$1] }))
  }

  private func sum(_ axes: Set<Int>, _ keeping: Bool) -> Variable {
    let kept = Shape(shape.dimensions.enumerated().map { axes.contains($0) ? 1 : $1 })
    let runs = Broadcast(shape, kept, function: "Variable.sum")
    var result = tape.tensor(kept)
    runs.sum(over: .b, into: result.mutableBase, accumulating: false, tape.backend.pool, .stored(value.base))
    withExtendedLifetime(value) {}
    let final =
      keeping ? kept : Shape(shape.dimensions.enumerated().filter { !axes.contains($0.offset) }.map(\.element))
    return tape.record(result.reshaped(to: final), from: [self]) { [sink, shape] gradient, tape in
      let g = gradient.base
      tape.add(to: sink, shape: shape) { target, accumulating in
        runs.forEach(tape.backend.pool) { run in
          let (from, to) = (g + run.b, target + run.out)
          if accumulating {
            for k in 0..<run.count { to[k] += from[k * runs.steps.b] }
          } else {
            for k in 0..<run.count { to[k] = from[k * runs.steps.b] }
          }
        }
      }
    }
  }

  /// The dimensions of a list, or all for nil. Stops if one is named twice.
  private func axes(_ dimensions: [Int]?, _ function: StaticString) -> Set<Int> {
    var named: [Int: Int] = [:]
    for given in dimensions ?? Array(0..<shape.rank) {
      if let before = named.updateValue(given, forKey: dimension(given, function)) {
        require(
          false,
          "\(function): dimensions \(before) and \(given) of shape \(shape) are the same one, which may be named once")
      }
    }
    return Set(named.keys)
  }

  /// The maximum along a dimension; NaN if one of the elements is NaN. PyTorch's `amax`. The
  /// gradient goes to the first maximum, or the first NaN. Precondition: the dimension is not
  /// empty.
  public func max(along dimension: Int, keeping: Bool = false) -> Variable {
    let axis = self.dimension(dimension, "Variable.max")
    let (outer, extent, inner) = blocks(axis)
    require(extent > 0, "Variable.max: dimension \(axis) of shape \(shape) is empty")
    var result = tape.tensor([outer, inner])
    var places = [Int32](repeating: 0, count: outer * inner)
    let (x, y) = (value.base, result.mutableBase)
    for o in 0..<outer {
      let to = y + o * inner
      to.update(from: x + o * extent * inner, count: inner)
      for e in 1..<Swift.max(1, extent) {
        let from = x + (o * extent + e) * inner
        for k in 0..<inner where isBeyond(from[k], to[k]) {
          to[k] = from[k]
          places[o * inner + k] = Int32(e)
        }
      }
    }
    withExtendedLifetime(value) {}
    var final = shape.dimensions
    if keeping { final[axis] = 1 } else { final.remove(at: axis) }
    return tape.record(result.reshaped(to: Shape(final)), from: [self]) { [sink, shape] gradient, tape in
      let g = gradient.base
      tape.add(to: sink, shape: shape) { target, accumulating in
        if !accumulating { target.update(repeating: 0, count: shape.count) }
        for o in 0..<outer {
          for k in 0..<inner { target[(o * extent + Int(places[o * inner + k])) * inner + k] += g[o * inner + k] }
        }
      }
    }
  }

  /// A dimension counted from the first; negative ones count from the last.
  func dimension(_ dimension: Int, _ function: StaticString) -> Int {
    require(
      dimension >= -shape.rank && dimension < shape.rank, "\(function): shape \(shape) has no dimension \(dimension)")
    return dimension < 0 ? dimension + shape.rank : dimension
  }

  /// The shape as [outer, extent, inner] around a dimension.
  func blocks(_ dimension: Int) -> (outer: Int, extent: Int, inner: Int) {
    let extents = shape.dimensions
    return (extents[..<dimension].reduce(1, *), extents[dimension], extents[(dimension + 1)...].reduce(1, *))
  }
}

/// Whether x replaces y as the maximum: if it is greater, or the first NaN.
@inline(__always)
package func isBeyond(_ x: Float, _ y: Float) -> Bool { !(x <= y) && y == y }
