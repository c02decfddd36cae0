// Gather and scatter: rows and elements selected by indices.

import RecurrentCore

extension Variable {
  /// Selects rows of the first dimension: [N, ...] and indices [...i] to [...i, ...]. PyTorch's
  /// `index_select`, for any shape of indices.
  public func gathered(_ indices: Indices) -> Variable {
    let (N, width) = rows("Variable.gathered")
    indices.check(below: N, function: "Variable.gathered")
    var result = tape.tensor(Shape(indices.shape.dimensions + shape.dimensions.dropFirst()))
    gather(value.base, indices.elements, width, to: result.mutableBase, tape.backend)
    withExtendedLifetime(value) {}
    return tape.record(result, from: [self]) { [sink, shape] gradient, tape in
      let g = gradient.base
      tape.add(to: sink, shape: shape) { target, accumulating in
        if !accumulating { target.update(repeating: 0, count: shape.count) }
        scatter(g, indices.elements, width, to: target, rows: shape[0], tape)
      }
    }
  }

  /// The valid steps of each row, one row after another: [T, B, F] and B lengths in 0...T to [Σ
  /// lengths, F]. For layers that need not compute padding.
  public func validSteps(lengths: [Int]) -> Variable {
    require(
      shape.rank == 3 && lengths.count == shape[1] && lengths.allSatisfy { 0...shape[0] ~= $0 },
      "Variable.validSteps: \(lengths.count) lengths up to \(lengths.max() ?? 0) given for shape \(shape)")
    let B = shape[1]
    let places = lengths.enumerated().flatMap { row, length in (0..<length).map { $0 * B + row } }
    return reshaped(to: [shape[0] * B, shape[2]]).gathered(Indices(places))
  }

  /// Adds row i to row `indices[i]` of `count` rows of zeros: [M, ...] and indices [M] to [count,
  /// ...]. The transpose of `gathered`; PyTorch's `index_add`.
  public func scattered(_ indices: Indices, count: Int) -> Variable {
    let (M, width) = rows("Variable.scattered")
    require(indices.count == M, "Variable.scattered: \(indices.count) indices for \(M) rows")
    indices.check(below: count, function: "Variable.scattered")
    var result = tape.zeros(Shape([count] + shape.dimensions.dropFirst()))
    scatter(value.base, indices.elements, width, to: result.mutableBase, rows: count, tape)
    withExtendedLifetime(value) {}
    return tape.record(result, from: [self]) { [sink, shape] gradient, tape in
      var back = tape.tensor(shape)
      gather(gradient.base, indices.elements, width, to: back.mutableBase, tape.backend)
      tape.add(back, to: sink)
    }
  }

  /// Selects one element of each row of the last dimension: [..., C] and indices [...] to [...].
  /// PyTorch's `gather` along the last dimension.
  public func picked(_ indices: Indices) -> Variable {
    let C = shape.dimensions.last ?? 0
    require(
      shape.rank > 0 && indices.shape.dimensions == shape.dimensions.dropLast(),
      "Variable.picked: indices of shape \(indices.shape) for shape \(shape)")
    indices.check(below: C, function: "Variable.picked")
    var result = tape.tensor(indices.shape)
    for (row, index) in indices.elements.enumerated() { result.mutableBase[row] = value.base[row * C + index] }
    return tape.record(result, from: [self]) { [sink, shape] gradient, tape in
      let g = gradient.base
      tape.add(to: sink, shape: shape) { target, accumulating in
        if !accumulating { target.update(repeating: 0, count: shape.count) }
        for (row, index) in indices.elements.enumerated() { target[row * C + index] += g[row] }
      }
    }
  }

  /// The number of rows of the first dimension, and the elements of each.
  private func rows(_ function: StaticString) -> (Int, Int) {
    require(shape.rank > 0, "\(function): shape [] has no rows")
    return (shape[0], shape.dimensions.dropFirst().reduce(1, *))
  }
}

/// Copies the rows of the given indices.
func gather(
  _ source: UnsafePointer<Float>, _ indices: [Int], _ width: Int, to target: UnsafeMutablePointer<Float>,
  _ backend: any Backend
) {
  backend.pool.forEachPart(of: indices.count, least: Tape.least / max(1, width)) { part, _ in
    for row in part { (target + row * width).update(from: source + indices[row] * width, count: width) }
  }
}

/// Adds each row to the target row of its index, except those of index `except`. Beyond the first
/// few, the rows of a target are summed apart, 32 at a time in Float and these sums in Double, so
/// that the error does not grow with the number of rows.
func scatter(
  _ source: UnsafePointer<Float>, _ indices: [Int], _ width: Int, to target: UnsafeMutablePointer<Float>,
  rows count: Int, except: Int? = nil, _ tape: Tape
) {
  let (few, block) = (8, 32)
  // An index in the table of sums for each target row that occurs often; at most so many do.
  let places = indices.count / (few + 1)
  let memory = AlignedBuffer(count: places * (3 * width + 1) + count, bufferPool: tape.bufferPool)
  let totals = UnsafeMutableRawPointer(memory.base).assumingMemoryBound(to: Double.self)
  let partials = memory.base + 2 * places * width
  let owners = UnsafeMutableRawPointer(partials + places * width).assumingMemoryBound(to: Int32.self)
  // For each target row: the number of rows so far, up to `few`; after that, `block` · (index in
  // the table + 1) + the rows in the partial sum.
  let states = owners + places
  states.update(repeating: 0, count: count)
  var used = 0
  func total(_ place: Int) {
    let partial = partials + place * width
    RowSums.add(partial, rows: 1, stride: 0, columns: width, to: totals + place * width)
    partial.update(repeating: 0, count: width)
  }
  indices.withUnsafeBufferPointer { indices in
    for row in indices.indices where indices[row] != except {
      let index = indices[row]
      var state = Int(states[index])
      if state < few {
        states[index] += 1
        add(source + row * width, to: target + index * width, width)
        continue
      }
      if state == few {
        (totals + used * width).update(repeating: 0, count: width)
        (partials + used * width).update(repeating: 0, count: width)
        owners[used] = Int32(index)
        used += 1
        state = used * block
      }
      let place = state / block - 1
      add(source + row * width, to: partials + place * width, width)
      state += 1
      if state % block == 0 {
        total(place)
        state -= block
      }
      states[index] = Int32(state)
    }
  }
  for place in 0..<used {
    total(place)
    let (sums, to) = (totals + place * width, target + Int(owners[place]) * width)
    for k in 0..<width { to[k] += Float(sums[k]) }
  }
  withExtendedLifetime(memory) {}
}

@inline(__always)
private func add(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ count: Int) {
  let whole = count & ~7
  for k in stride(from: 0, to: whole, by: 8) {
    let to = UnsafeMutableRawPointer(target + k)
    to.storeBytes(
      of: to.loadUnaligned(as: SIMD8<Float>.self) + UnsafeRawPointer(source + k).loadUnaligned(as: SIMD8<Float>.self),
      as: SIMD8<Float>.self)
  }
  for k in whole..<count { target[k] += source[k] }
}
