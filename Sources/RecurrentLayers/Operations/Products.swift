// Matrix products of variables, on all threads.

import RecurrentCore

/// The matrix product. PyTorch's `matmul`.
///
/// - [M, K] and [K, N] give [M, N].
/// - [..., K] and [K, N] give [..., N].
/// - [..., M, K] and [..., K, N], with the same leading dimensions, give [..., M, N].
///
/// With `transposingRight`, the right factor is [..., N, K].
public func matmul(_ a: Variable, _ b: Variable, transposingRight: Bool = false) -> Variable {
  let (x, y) = (a.shape.dimensions, b.shape.dimensions)
  let K = x.last ?? -1
  let isBatched = y.count > 2
  require(
    x.count >= (isBatched ? 3 : 1) && y.count >= 2 && y[y.count - (transposingRight ? 1 : 2)] == K
      && (!isBatched || x.dropLast(2) == y.dropLast(2)),
    "matmul: shapes \(a.shape) and \(b.shape)\(transposingRight ? ", the right one transposed," : "") do not match"
  )
  let N = y[y.count - (transposingRight ? 2 : 1)]
  let count = isBatched ? x.dropLast(2).reduce(1, *) : 1
  let M = isBatched ? x[x.count - 2] : x.dropLast().reduce(1, *)
  let tape = a.tape
  var result = tape.tensor(Shape(x.dropLast() + [N]))

  // The matrices [rows, columns] of an array, transposed or not.
  func views(_ base: UnsafePointer<Float>, _ rows: Int, _ columns: Int, transposed: Bool = false) -> (Int) -> MatrixView
  {
    { index in
      let view = MatrixView(base + index * rows * columns, rows: rows, columns: columns, rowStride: columns)
      return transposed ? view.transposed : view
    }
  }
  let bRows = transposingRight ? N : K
  let bColumns = transposingRight ? K : N
  multiply(
    count, views(a.value.base, M, K), views(b.value.base, bRows, bColumns, transposed: transposingRight),
    result.mutableBase, accumulating: false, tape)
  let (aShape, bShape, left, right) = (a.shape, b.shape, a.value, b.value)
  return tape.record(result, from: [a, b]) { [aSink = a.sink, bSink = b.sink] gradient, tape in
    let g = gradient.base
    // da = g bᵀ, db = aᵀ g; for b given transposed, dbᵀ = gᵀ a.
    tape.add(to: aSink, shape: aShape) { target, accumulating in
      multiply(
        count, views(g, M, N), views(right.base, bRows, bColumns, transposed: !transposingRight), target,
        accumulating: accumulating, tape)
    }
    tape.add(to: bSink, shape: bShape) { target, accumulating in
      if transposingRight {
        multiply(
          count, views(g, M, N, transposed: true), views(left.base, M, K), target, accumulating: accumulating, tape)
      } else {
        multiply(
          count, views(left.base, M, K, transposed: true), views(g, M, N), target, accumulating: accumulating, tape)
      }
    }
    withExtendedLifetime((left, right)) {}
  }
}

/// `count` products, stored one after another: each on all threads, or each thread some of them.
private func multiply(
  _ count: Int, _ a: (Int) -> MatrixView, _ b: (Int) -> MatrixView, _ c: UnsafeMutablePointer<Float>,
  accumulating: Bool, _ tape: Tape
) {
  if count == 1 { return tape.multiply(a(0), b(0), into: c, accumulating: accumulating) }
  if count == 0 { return }
  let size = a(0).rows * b(0).columns
  let room = tape.backend.longScratchCount(rows: a(0).rows, columns: b(0).columns, depth: a(0).columns)
  tape.onEachThread(of: count, least: Tape.leastProduct / max(1, size * a(0).columns), grain: 1, room: room) {
    part, scratch in
    for index in part {
      tape.backend.multiplyLong(
        a(index), b(index), into: MutableMatrixView(c + index * size, rowStride: b(index).columns),
        accumulating: accumulating, scratch: scratch)
    }
  }
}

extension Tape {
  /// The least number of multiplications worth a thread.
  static let leastProduct = 1 << 20

  /// c (+)= a · b, plus a bias of each row, on all threads. c is contiguous.
  func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: UnsafeMutablePointer<Float>, accumulating: Bool,
    bias: UnsafePointer<Float>? = nil, precision: Precision = .float32
  ) {
    let N = b.columns
    let work = max(1, a.columns)
    // Each thread packs its share of the right factor, so the right factor is divided, unless the
    // left one is larger.
    if a.rows >= N {
      // A part of the rows at a time: the sums of a large gradient stay in the cache over the whole
      // depth, and the right factor is packed few times.
      let most = max(384, 1536 * 256 / max(1, N))
      let room = backend.longScratchCount(rows: min(a.rows, most), columns: N, depth: a.columns)
      onEachThread(of: a.rows, least: Tape.leastProduct / (work * max(1, N)), grain: 24, room: room) { rows, scratch in
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: most) {
          backend.multiplyLong(
            a.rows(first..<min(first + most, rows.upperBound)), b, into: MutableMatrixView(c + first * N, rowStride: N),
            accumulating: accumulating, bias: bias, scratch: scratch, precision: precision)
        }
      }
    } else {
      let room = backend.longScratchCount(rows: a.rows, columns: N, depth: a.columns)
      onEachThread(of: N, least: Tape.leastProduct / (work * max(1, a.rows)), grain: 64, room: room) {
        columns, scratch in
        backend.multiplyLong(
          a, b.transposed.rows(columns).transposed, into: MutableMatrixView(c + columns.lowerBound, rowStride: N),
          accumulating: accumulating, bias: bias.map { $0 + columns.lowerBound }, scratch: scratch,
          precision: precision)
      }
    }
  }

  /// Calls `body` with parts of 0..<count on several threads, each with `room` floats of scratch
  /// memory.
  func onEachThread(
    of count: Int, least: Int, grain: Int, room: Int, _ body: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
  ) {
    let room = Arena.rounded(room)
    let threads = backend.pool.threads
    let scratch = AlignedBuffer(count: room * threads, bufferPool: bufferPool)
    backend.begin()
    backend.pool.forEachPart(of: count, least: least, grain: grain, most: threads) { part, member in
      body(part, scratch.base + member * room)
    }
    backend.end()
    withExtendedLifetime(scratch) {}
  }
}
