// Pooling over time: the maximum or mean of each feature over a row's valid steps.

import RecurrentCore

extension Variable {
  /// The maximum of each feature over a row's valid steps: [T, B, F] to [B, F].
  ///
  /// NaN if one of the steps is NaN, and zero in a row of length 0. The gradient goes to the first
  /// maximum, or the first NaN. `lengths` are the rows' valid steps, 0...T; nil means T.
  public func maxPooled(lengths: [Int]? = nil) -> Variable {
    let rows = PooledRows("Variable.maxPooled", self, lengths)
    var result = tape.tensor([rows.count, rows.features])
    var places = [Int32](repeating: 0, count: rows.count * rows.features)
    let (x, y) = (value.base, result.mutableBase)
    places.withUnsafeMutableBufferPointer { places in
      let p = places.baseAddress!
      rows.forEach(tape) { row, length in
        let (y, p) = (y + row * rows.features, p + row * rows.features)
        if length == 0 { return y.update(repeating: 0, count: rows.features) }
        y.update(from: rows.step(0, of: row, in: x), count: rows.features)
        for step in 1..<Swift.max(1, length) {
          let x = rows.step(step, of: row, in: x)
          keepGreatest(x, y, p, rows.features, place: Int32(truncatingIfNeeded: step))
        }
      }
    }
    withExtendedLifetime(value) {}
    return tape.record(result, from: [self]) { [sink, shape] gradient, tape in
      let g = gradient.base
      rows.addGradient(to: sink, shape, tape) { target, row, length in
        if length == 0 { return }
        for k in 0..<rows.features {
          rows.step(Int(places[row * rows.features + k]), of: row, in: target)[k] += g[row * rows.features + k]
        }
      }
    }
  }

  /// The mean of each feature over a row's valid steps: [T, B, F] to [B, F]. Zero in a row of
  /// length 0. `lengths` are the rows' valid steps, 0...T; nil means T.
  public func meanPooled(lengths: [Int]? = nil) -> Variable {
    let rows = PooledRows("Variable.meanPooled", self, lengths)
    var result = tape.tensor([rows.count, rows.features])
    let (x, y) = (value.base, result.mutableBase)
    rows.forEach(tape) { row, length in
      let (y, factor) = (y + row * rows.features, 1 / Double(Swift.max(1, length)))
      RowSums.forEachColumn(0..<rows.features, of: rows.steps(length, of: row, in: x)) { y[$0] = Float($1 * factor) }
    }
    withExtendedLifetime(value) {}
    return tape.record(result, from: [self]) { [sink, shape] gradient, tape in
      let g = gradient.base
      rows.addGradient(to: sink, shape, tape) { target, row, length in
        let (g, factor) = (g + row * rows.features, 1 / Float(Swift.max(1, length)))
        for step in 0..<length {
          let to = rows.step(step, of: row, in: target)
          for k in 0..<rows.features { to[k] += factor * g[k] }
        }
      }
    }
  }
}

/// Replaces y by x, and notes the place, where x is greater than y or the first NaN.
private func keepGreatest(
  _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ places: UnsafeMutablePointer<Int32>, _ count: Int,
  place: Int32
) {
  let whole = count & ~7
  for k in stride(from: 0, to: whole, by: 8) {
    let (to, at) = (UnsafeMutableRawPointer(y + k), UnsafeMutableRawPointer(places + k))
    let new = UnsafeRawPointer(x + k).loadUnaligned(as: SIMD8<Float>.self)
    var (old, noted) = (to.loadUnaligned(as: SIMD8<Float>.self), at.loadUnaligned(as: SIMD8<Int32>.self))
    let isBeyond = .!(new .<= old) .& (old .== old)
    old.replace(with: new, where: isBeyond)
    noted.replace(with: place, where: isBeyond)
    to.storeBytes(of: old, as: SIMD8<Float>.self)
    at.storeBytes(of: noted, as: SIMD8<Int32>.self)
  }
  for k in whole..<count where isBeyond(x[k], y[k]) { (y[k], places[k]) = (x[k], place) }
}

/// The rows of [T, B, F] and their lengths.
private struct PooledRows: Sendable {
  let count: Int
  let features: Int
  private let steps: Int
  private let lengths: [Int]?

  init(_ function: StaticString, _ x: Variable, _ lengths: [Int]?) {
    require(x.shape.rank == 3, "\(function): shape \(x.shape), expected [T, B, F]")
    (steps, count, features) = (x.shape[0], x.shape[1], x.shape[2])
    if let lengths {
      require(lengths.count == count, "\(function): \(lengths.count) lengths given for a batch of \(count) rows")
      for length in lengths where length < 0 || length > steps {
        require(false, "\(function): length \(length) is outside 0...\(steps)")
      }
    }
    self.lengths = lengths
  }

  /// The first `length` steps of a row.
  func steps(_ length: Int, of row: Int, in x: UnsafePointer<Float>) -> MatrixView {
    MatrixView(x + row * features, rows: length, columns: features, rowStride: count * features)
  }

  func step(_ step: Int, of row: Int, in x: UnsafePointer<Float>) -> UnsafePointer<Float> {
    x + (step * count + row) * features
  }

  func step(_ step: Int, of row: Int, in x: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    x + (step * count + row) * features
  }

  func forEach(_ tape: Tape, _ body: (_ row: Int, _ length: Int) -> Void) {
    tape.backend.pool.forEachPart(of: count, least: Tape.least / Swift.max(1, steps * features)) { part, _ in
      for row in part { body(row, lengths?[row] ?? steps) }
    }
  }

  /// Adds each row's part to the gradient of the input.
  func addGradient(
    to sink: Tape.Sink, _ shape: Shape, _ tape: Tape,
    _ body: (_ target: UnsafeMutablePointer<Float>, _ row: Int, _ length: Int) -> Void
  ) {
    tape.add(to: sink, shape: shape) { target, accumulating in
      if !accumulating { target.update(repeating: 0, count: shape.count) }
      forEach(tape) { body(target, $0, $1) }
    }
  }
}
