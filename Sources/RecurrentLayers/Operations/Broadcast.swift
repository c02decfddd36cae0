// Broadcasting: two shapes as runs over contiguous memory, by NumPy's rules.

import RecurrentCore

/// The broadcast of two shapes, as runs over contiguous memory.
struct Broadcast {
  /// The shape of the result.
  let shape: Shape
  /// The distance between elements of a run in each operand: 1, or 0 if the operand is repeated.
  let steps: (a: Int, b: Int)
  /// The elements of a row, which is cut into runs.
  private let inner: Int
  /// A dimension, or several merged: its extent, and the distance between its elements in the
  /// result and in both operands.
  private typealias Group = (extent: Int, out: Int, a: Int, b: Int)
  /// The dimensions outside the rows, innermost first.
  private let outer: [Group]
  private let rows: Int

  /// A run: the offsets of its first element in the result and in both operands, and its length.
  struct Run {
    var out: Int
    var a: Int
    var b: Int
    var count = 0
  }

  /// The longest run: it fits in an L1 cache beside the operands.
  private static let longest = 2048

  init(_ a: Shape, _ b: Shape, function: StaticString) {
    let rank = max(a.rank, b.rank)
    var extents = [Int](repeating: 1, count: rank)
    // From the innermost dimension out. Neighbouring dimensions are merged if both operands are
    // contiguous, or repeated, across them.
    var groups: [Group] = []
    var (stride, strideA, strideB) = (1, 1, 1)
    for place in 0..<rank {
      let (x, y) = (place < a.rank ? a[a.rank - 1 - place] : 1, place < b.rank ? b[b.rank - 1 - place] : 1)
      require(x == y || x == 1 || y == 1, "\(function): shapes \(a) and \(b) do not go together")
      let extent = x == 1 ? y : x
      extents[rank - 1 - place] = extent
      if extent != 1 {
        let (stepA, stepB) = (x == 1 ? 0 : strideA, y == 1 ? 0 : strideB)
        if let last = groups.last, stepA == last.a * last.extent, stepB == last.b * last.extent {
          groups[groups.count - 1].extent *= extent
        } else {
          groups.append((extent, stride, stepA, stepB))
        }
      }
      stride *= extent
      strideA *= x
      strideB *= y
    }
    shape = Shape(extents)
    // If neither operand has an innermost dimension of stride 1 or 0, a run is one element.
    if let first = groups.first, first.a <= 1, first.b <= 1 {
      (inner, steps) = (first.extent, (first.a, first.b))
      outer = Array(groups.dropFirst())
    } else {
      (inner, steps) = (1, (1, 1))
      outer = groups
    }
    rows = outer.reduce(1) { $0 * $1.extent }
  }

  private var runsPerRow: Int { (inner + Broadcast.longest - 1) / Broadcast.longest }
  private var count: Int { rows * runsPerRow }

  /// The run of the given index.
  private func run(_ index: Int) -> Run {
    let (row, start) = (index / runsPerRow, index % runsPerRow * Broadcast.longest)
    var (rest, a, b) = (row, start * steps.a, start * steps.b)
    for group in outer {
      let index = rest % group.extent
      rest /= group.extent
      a += index * group.a
      b += index * group.b
    }
    return Run(out: row * inner + start, a: a, b: b, count: min(Broadcast.longest, inner - start))
  }

  /// Calls `body` with all runs, in order.
  func forEach(_ body: (Run) -> Void) {
    for index in 0..<count { body(run(index)) }
  }

  /// Calls `body` with all runs, on several threads if that pays.
  func forEach(_ pool: ThreadPool, _ body: (Run) -> Void) {
    pool.forEachPart(of: count, least: Tape.least / max(1, min(inner, Broadcast.longest))) { part, _ in
      for index in part { body(run(index)) }
    }
  }

  /// Adds `term` to an operand's gradient, summed over the dimensions in which the operand is
  /// repeated. `term` writes a run of the result.
  func add(
    to sink: Tape.Sink, _ operand: Shape, _ side: Side, _ tape: Tape,
    _ term: @escaping (Run, UnsafeMutablePointer<Float>) -> Void
  ) {
    tape.add(to: sink, shape: operand) { target, accumulating in
      let pool = tape.backend.pool
      if operand != shape { return sum(over: side, into: target, accumulating: accumulating, pool, .computed(term)) }
      if !accumulating { return forEach(pool) { term($0, target + $0.out) } }
      withUnsafeTemporaryAllocation(of: Float.self, capacity: Broadcast.longest) { scratch in
        forEach { run in
          let values = scratch.baseAddress!
          term(run, values)
          for k in 0..<run.count { target[run.out + k] += values[k] }
        }
      }
    }
  }

  // MARK: Sums over repeated dimensions

  /// The first or the second operand.
  enum Side { case a, b }

  /// The terms of a sum.
  enum Source {
    /// An array of the result's shape.
    case stored(UnsafePointer<Float>)
    /// A function that writes a run of the result.
    case computed((Run, UnsafeMutablePointer<Float>) -> Void)
  }

  /// Writes or adds to `target` the sums of an array of the result's shape over the dimensions in
  /// which an operand is repeated. The bits do not depend on the number of threads; the error is
  /// that of `RowSums`.
  func sum(
    over side: Side, into target: UnsafeMutablePointer<Float>, accumulating: Bool, _ pool: ThreadPool, _ source: Source
  ) {
    func step(_ group: Group) -> Int { side == .a ? group.a : group.b }
    let (kept, summed) = (outer.filter { step($0) != 0 }, outer.filter { step($0) == 0 })
    // Sums of several columns at a time, or of one run each.
    let isColumns = (side == .a ? steps.a : steps.b) == 1
    let tile = isColumns ? max(1, min(inner, RowSums.tile)) : 1
    let tiles = isColumns ? (inner + RowSums.tile - 1) / RowSums.tile : 1
    let rowsAtOnce = summed.first?.extent ?? 1
    let (places, times) = (kept.reduce(tiles) { $0 * $1.extent }, summed.dropFirst().reduce(1) { $0 * $1.extent })
    if case .stored(let x) = source, summed.isEmpty, !isColumns {
      return pool.forEachPart(of: places, least: Tape.least / max(1, inner)) { part, _ in
        for place in part {
          target[place] = (accumulating ? target[place] : 0) + Float(RowSums.total(x + place * inner, inner))
        }
      }
    }
    let scratchCount = if case .computed = source { 2 * Broadcast.longest } else { 0 }
    pool.forEachPart(of: places, least: Tape.least / max(1, shape.count / max(1, places))) { part, _ in
      withUnsafeTemporaryAllocation(
        byteCount: tile * MemoryLayout<Double>.stride + scratchCount * MemoryLayout<Float>.stride, alignment: 64
      ) {
        let sums = $0.baseAddress!.bindMemory(to: Double.self, capacity: tile)
        let scratch = ($0.baseAddress! + tile * MemoryLayout<Double>.stride).bindMemory(
          to: Float.self, capacity: scratchCount)
        for place in part {
          var begin = Run(
            out: place % tiles * RowSums.tile, a: place % tiles * RowSums.tile * steps.a,
            b: place % tiles * RowSums.tile * steps.b)
          begin.count = isColumns ? min(RowSums.tile, inner - begin.out) : inner
          let to = (side == .a ? begin.a : begin.b) + Broadcast.move(&begin, to: place / tiles, of: kept, step)
          let count = isColumns ? begin.count : 1
          sums.update(repeating: 0, count: count)
          for time in 0..<times {
            var first = begin
            _ = Broadcast.move(&first, to: time, of: summed.dropFirst(), step)
            add(source, first, rows: rowsAtOnce, summed.first, isColumns, to: sums, scratch)
          }
          for k in 0..<count { target[to + k] = (accumulating ? target[to + k] : 0) + Float(sums[k]) }
        }
      }
    }
  }

  /// Moves a run to the given index within some dimensions. Returns the distance in the operand.
  private static func move(_ run: inout Run, to index: Int, of groups: some Sequence<Group>, _ step: (Group) -> Int)
    -> Int
  {
    var (rest, distance) = (index, 0)
    for group in groups {
      let place = rest % group.extent
      rest /= group.extent
      run.out += place * group.out
      run.a += place * group.a
      run.b += place * group.b
      distance += place * step(group)
    }
    return distance
  }

  /// Adds the sums over the rows of a dimension, of which `first` is the first run.
  private func add(
    _ source: Source, _ first: Run, rows: Int, _ group: Group?, _ isColumns: Bool,
    to sums: UnsafeMutablePointer<Double>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let count = first.count
    func run(_ row: Int) -> Run {
      guard let group else { return first }
      return Run(out: first.out + row * group.out, a: first.a + row * group.a, b: first.b + row * group.b, count: count)
    }
    switch source {
    case .stored(let x) where !isColumns:
      for row in 0..<rows { sums[0] += RowSums.total(x + run(row).out, count) }
    case .stored(let x):
      if count == group?.out { return RowSums.add(x + first.out, rows: rows, columns: count, to: sums) }
      RowSums.add(x + first.out, rows: rows, stride: group?.out ?? 0, columns: count, to: sums)
    case .computed(let term) where !isColumns:
      for row in 0..<rows {
        for start in stride(from: 0, to: count, by: Broadcast.longest) {
          var part = run(row)
          part.out += start
          part.a += start * steps.a
          part.b += start * steps.b
          part.count = min(Broadcast.longest, count - start)
          term(part, scratch)
          sums[0] += RowSums.total(scratch, part.count)
        }
      }
    case .computed(let term):
      // A multiple of 8, since rows are summed as a tree.
      let most = max(8, 2 * Broadcast.longest / max(1, count) & ~7)
      for start in stride(from: 0, to: rows, by: most) {
        let some = min(most, rows - start)
        for row in 0..<some { term(run(start + row), scratch + row * count) }
        RowSums.add(scratch, rows: some, columns: count, to: sums)
      }
    }
  }
}
