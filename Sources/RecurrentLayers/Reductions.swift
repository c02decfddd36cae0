// Sums, means and maxima along dimensions.

import RecurrentCore

extension Variable {
  /// The sum along some dimensions, all of them when none are named; negative ones count from the last. With `keeping`, they stay with
  /// an extent of 1.
  public func sum(along dimensions: [Int]? = nil, keeping: Bool = false) -> Variable {
    let axes = Set((dimensions ?? Array(0..<shape.rank)).map { dimension($0, "Variable.sum") })
    let kept = Shape(shape.dimensions.enumerated().map { axes.contains($0) ? 1 : $1 })
    let runs = Broadcast(shape, kept, function: "Variable.sum")
    var result = tape.zeros(kept)
    let (x, y) = (value.base, result.mutableBase)
    runs.forEach { run in
      let (from, to) = (x + run.a, y + run.b)
      if runs.steps.b == 1 {
        for k in 0..<run.count { to[k] += from[k] }
      } else {
        to[0] += RecurrentLayers.sum(from, run.count)
      }
    }
    withExtendedLifetime(value) {}
    let final = keeping ? kept : Shape(shape.dimensions.enumerated().filter { !axes.contains($0.offset) }.map(\.element))
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

  /// The mean along some dimensions, all of them when none are named; 0 of nothing.
  public func mean(along dimensions: [Int]? = nil, keeping: Bool = false) -> Variable {
    let count = (dimensions ?? Array(0..<shape.rank)).reduce(1) { $0 * shape[dimension($1, "Variable.mean")] }
    return sum(along: dimensions, keeping: keeping) / Float(Swift.max(1, count))
  }

  /// The greatest along one dimension, which must not be empty; the gradient goes to the first of them.
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
        for k in 0..<inner where from[k] > to[k] || from[k].isNaN {
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

  /// A dimension counted from the first, given one that may be counted from the last (-1).
  func dimension(_ dimension: Int, _ function: StaticString) -> Int {
    require(
      dimension >= -shape.rank && dimension < shape.rank, "\(function): shape \(shape) has no dimension \(dimension)")
    return dimension < 0 ? dimension + shape.rank : dimension
  }

  /// This as [outer, extent, inner] around a dimension.
  func blocks(_ dimension: Int) -> (outer: Int, extent: Int, inner: Int) {
    let extents = shape.dimensions
    return (extents[..<dimension].reduce(1, *), extents[dimension], extents[(dimension + 1)...].reduce(1, *))
  }
}
