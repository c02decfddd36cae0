// Concatenation and stacking of variables.

import RecurrentCore

/// Concatenates variables along a dimension. PyTorch's `cat`. Precondition: their shapes differ in
/// that dimension only.
public func concatenated(_ parts: [Variable], along dimension: Int = 0) -> Variable {
  require(!parts.isEmpty, "concatenated: no variables given")
  let first = parts[0]
  let axis = first.dimension(dimension, "concatenated")
  var extents = first.shape.dimensions
  for part in parts.dropFirst() {
    var others = part.shape.dimensions
    if others.count == extents.count { others[axis] = first.shape[axis] }
    require(
      others == first.shape.dimensions,
      "concatenated: shapes \(first.shape) and \(part.shape) differ elsewhere than in dimension \(axis)")
    extents[axis] += part.shape[axis]
  }
  let tape = first.tape
  var result = tape.tensor(Shape(extents))
  let widths = parts.map { $0.blocks(axis).extent * $0.blocks(axis).inner }
  let (outer, row) = (first.blocks(axis).outer, widths.reduce(0, +))
  var start = 0
  for (part, width) in zip(parts, widths) {
    for o in 0..<outer {
      (result.mutableBase + o * row + start).update(from: part.value.base + o * width, count: width)
    }
    start += width
  }
  let targets = parts.map { ($0.sink, $0.shape) }
  return tape.record(result, from: parts) { gradient, tape in
    let g = gradient.base
    var start = 0
    for (target, width) in zip(targets, widths) {
      tape.add(to: target.0, shape: target.1) { to, accumulating in
        for o in 0..<outer {
          let (from, to) = (g + o * row + start, to + o * width)
          if accumulating {
            for k in 0..<width { to[k] += from[k] }
          } else {
            to.update(from: from, count: width)
          }
        }
      }
      start += width
    }
  }
}

/// Stacks variables of one shape along a new first dimension: N of [...] to [N, ...]. PyTorch's
/// `stack`.
public func stacked(_ parts: [Variable]) -> Variable {
  concatenated(parts.map { $0.reshaped(to: Shape([1] + $0.shape.dimensions)) })
}
