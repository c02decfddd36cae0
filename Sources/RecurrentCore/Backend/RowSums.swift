// Row sums: sums of very many floats, with an error that does not grow with their number.

/// Sums of rows, column by column, and of arrays.
///
/// Eight rows at a time are added in Float, as a tree, and the results in Double. The error is
/// below 3e-7 of the sum of the magnitudes, whatever the number of rows (blocked summation: Higham,
/// "The accuracy of floating point summation", 1993).
///
/// The order of the additions depends only on the shape, so that the bits do not depend on how
/// threads divide the columns.
package enum RowSums {
  /// The number of columns whose sums are kept in the L1 cache at a time.
  package static let tile = 512
  /// The number of columns below which several contiguous rows are summed as one.
  private static let narrow = 32

  /// Adds each column of `rows` rows, `stride` floats apart, to `sums`.
  package static func add(
    _ x: UnsafePointer<Float>, rows: Int, stride: Int, columns: Int, to sums: UnsafeMutablePointer<Double>
  ) {
    add(rows: rows, columns: columns, to: sums) { x + $0 * stride }
  }

  /// Adds each column of `rows` rows, found by `row`, to `sums`.
  @inline(__always)
  package static func add(
    rows: Int, columns: Int, to sums: UnsafeMutablePointer<Double>, _ row: (Int) -> UnsafePointer<Float>
  ) {
    var r = 0
    while r + 8 <= rows {
      let (a, b, c, d) = (row(r), row(r + 1), row(r + 2), row(r + 3))
      let (e, f, g, h) = (row(r + 4), row(r + 5), row(r + 6), row(r + 7))
      vectorised(0..<columns) { u in
        u.add(
          ((u.load(a) + u.load(b)) + (u.load(c) + u.load(d))) + ((u.load(e) + u.load(f)) + (u.load(g) + u.load(h))),
          to: sums)
      }
      r += 8
    }
    while r + 2 <= rows {
      let (a, b) = (row(r), row(r + 1))
      vectorised(0..<columns) { u in u.add(u.load(a) + u.load(b), to: sums) }
      r += 2
    }
    if r < rows {
      let a = row(r)
      vectorised(0..<columns) { u in u.add(u.load(a), to: sums) }
    }
  }

  /// Adds each column of `rows` contiguous rows to `sums`.
  package static func add(_ x: UnsafePointer<Float>, rows: Int, columns: Int, to sums: UnsafeMutablePointer<Double>) {
    let fold = 2 * narrow / max(1, columns)
    if columns >= narrow || columns == 0 || rows < 2 * fold {
      return add(x, rows: rows, stride: columns, columns: columns, to: sums)
    }
    let (width, folded) = (fold * columns, rows / fold)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * narrow) { wide in
      wide.initialize(repeating: 0)
      add(x, rows: folded, stride: width, columns: width, to: wide.baseAddress!)
      for k in 0..<width { sums[k % columns] += wide[k] }
    }
    add(x + folded * width, rows: rows - folded * fold, stride: columns, columns: columns, to: sums)
  }

  /// Calls `body` with the sum of each of some columns of a matrix.
  @inline(__always)
  package static func forEachColumn(
    _ columns: Range<Int>, of matrix: MatrixView, _ body: (_ column: Int, _ sum: Double) -> Void
  ) {
    // On the stack, since a temporary allocation of this size would come from the heap.
    var memory = InlineArray<512, Double>(repeating: 0)
    withUnsafeMutablePointer(to: &memory) {
      let sums = UnsafeMutableRawPointer($0).assumingMemoryBound(to: Double.self)
      for first in stride(from: columns.lowerBound, to: columns.upperBound, by: tile) {
        let count = min(tile, columns.upperBound - first)
        if first > columns.lowerBound { sums.update(repeating: 0, count: count) }
        add(matrix.base + first, rows: matrix.rows, stride: matrix.rowStride, columns: count, to: sums)
        for k in 0..<count { body(first + k, sums[k]) }
      }
    }
  }

  /// The sum of `count` contiguous floats.
  package static func total(_ x: UnsafePointer<Float>, _ count: Int) -> Double {
    total(count, { load(x, $0) }, { x[$0] })
  }

  /// The inner product of x and y.

  package static func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ count: Int) -> Double {
    total(count, { load(x, $0) * load(y, $0) }, { x[$0] * y[$0] })
  }

  @inline(__always)
  private static func load(_ x: UnsafePointer<Float>, _ k: Int) -> SIMD8<Float> {
    UnsafeRawPointer(x + k).loadUnaligned(as: SIMD8<Float>.self)
  }

  @inline(__always)
  private static func total(_ count: Int, _ eight: (Int) -> SIMD8<Float>, _ one: (Int) -> Float) -> Double {
    var (k, total) = (0, 0.0)
    if count >= 64 {
      var sums = SIMD8<Double>(repeating: 0)
      repeat {
        sums += SIMD8<Double>(
          ((eight(k) + eight(k + 8)) + (eight(k + 16) + eight(k + 24)))
            + ((eight(k + 32) + eight(k + 40)) + (eight(k + 48) + eight(k + 56))))
        k += 64
      } while k + 64 <= count
      total = sums.sum()
    }
    if k + 8 <= count {
      var sums = SIMD8<Float>(repeating: 0)
      repeat {
        sums += eight(k)
        k += 8
      } while k + 8 <= count
      total += Double(sums.sum())
    }
    while k < count {
      total += Double(one(k))
      k += 1
    }
    return total
  }
}

extension UnitBlock {
  @inline(__always)
  fileprivate func add(_ value: SIMD8<Float>, to row: UnsafeMutablePointer<Double>) {
    if count == 8 {
      let target = UnsafeMutableRawPointer(row + first)
      target.storeBytes(of: target.loadUnaligned(as: SIMD8<Double>.self) + SIMD8<Double>(value), as: SIMD8<Double>.self)
    } else {
      for lane in 0..<count { row[first + lane] += Double(value[lane]) }
    }
  }
}
