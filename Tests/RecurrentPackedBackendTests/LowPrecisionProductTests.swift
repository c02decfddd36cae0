// Products below float32: exact sums of integers and rounded factors, on every instruction set.

import Recurrent
import RecurrentCore
import RecurrentNativeKernels
import RecurrentPackedBackend
import RecurrentSwiftBackend
import Testing
import _TestSupport

@Suite struct LowPrecisionProductTests {
  /// Every path: the packed backend with each instruction set, emulated ones included, and the
  /// portable products.
  static let paths: [any Backend] =
    InstructionSet.selectable.map { PackedBackend(pool: ThreadPool(threads: 1), instructionSet: $0) }
    + [SwiftBackend(pool: ThreadPool(threads: 1))]

  static func name(_ path: any Backend) -> String { "\(path.name): \(path.path(of: .int8))" }

  /// a [rows, K] times b [K, N] in a precision; b is given transposed [N, K] if `transposed`.
  static func product(
    _ a: [Float], _ b: [Float], rows: Int, depth: Int, columns: Int, transposed: Bool, _ precision: Precision,
    _ backend: any Backend, part: Range<Int>? = nil, addingTo start: [Float]? = nil
  ) -> [Float] {
    let part = part ?? 0..<columns
    var c = start ?? [Float](repeating: .nan, count: rows * part.count)
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        c.withUnsafeMutableBufferPointer { c in
          let right =
            transposed
            ? MatrixView(b.baseAddress!, rows: columns, columns: depth, rowStride: depth).transposed
            : MatrixView(b.baseAddress!, rows: depth, columns: columns, rowStride: columns)
          backend.multiplyPrepared(
            MatrixView(a.baseAddress!, rows: rows, columns: depth, rowStride: depth),
            backend.prepare(right, in: precision), columns: part,
            into: MutableMatrixView(c.baseAddress!, rowStride: part.count), accumulating: start != nil)
        }
      }
    }
    return c
  }

  /// Integers -127...127 with both extremes, so that every row's and every column's scale is 1.
  static func integers(_ rows: Int, _ columns: Int, _ seed: Int) -> [Float] {
    (0..<rows * columns).map { index in
      let (row, column) = (index / columns, index % columns)
      if column == (row + seed) % columns || column == (row + seed + 1) % columns { return row % 2 == 0 ? 127 : -127 }
      return Float((index &* 7919 &+ seed &* 104_729) % 255 - 127)
    }
  }

  static func exact(_ a: [Float], _ bTransposed: [Float], _ rows: Int, _ depth: Int, _ columns: Int) -> [Float] {
    (0..<rows * columns).map { index in
      let (r, j) = (index / columns, index % columns)
      return Float((0..<depth).reduce(0) { $0 + Int(a[r * depth + $1]) * Int(bTransposed[j * depth + $1]) })
    }
  }

  /// Every depth and every number of columns from 1 to 70, with numbers of rows around the tiles.
  @Test(arguments: paths.indices) func sumsOfIntegersAreExact(_ index: Int) {
    let path = LowPrecisionProductTests.paths[index]
    for (depth, columns) in (1...70).map({ ($0, 17) }) + (1...70).map({ (23, $0) }) + [(1000, 5), (70, 70)] {
      let rows = 1 + (depth + columns) % 9
      let a = LowPrecisionProductTests.integers(rows, depth, depth)
      let b = LowPrecisionProductTests.integers(columns, depth, columns)
      let expected = LowPrecisionProductTests.exact(a, b, rows, depth, columns)
      let found = LowPrecisionProductTests.product(
        a, b, rows: rows, depth: depth, columns: columns, transposed: true, .int8, path)
      #expect(found == expected, "\(LowPrecisionProductTests.name(path)): [\(rows), \(depth)] · [\(depth), \(columns)]")
    }
  }

  /// Whether the greatest sums are right: all weights and activations ±127, where sums of 16 bits
  /// would saturate.
  static func extremesAreExact(_ path: any Backend) -> Bool {
    [(Float(1), Float(1)), (1, -1), (-1, 1), (-1, -1)].allSatisfy { signs in
      let a = [Float](repeating: 127 * signs.0, count: 2 * 70)
      let b = [Float](repeating: 127 * signs.1, count: 70 * 33)
      let found = product(a, b, rows: 2, depth: 70, columns: 33, transposed: true, .int8, path)
      return found.allSatisfy { $0 == signs.0 * signs.1 * 127 * 127 * 70 }
    }
  }

  @Test(arguments: paths.indices) func extremesDoNotSaturate(_ index: Int) {
    let path = LowPrecisionProductTests.paths[index]
    #expect(LowPrecisionProductTests.extremesAreExact(path), "\(LowPrecisionProductTests.name(path))")
  }

  /// The check finds a kernel that adds pairs of products in 16 bits, as VPMADDUBSW does.
  @Test func aSaturatingKernelIsCaught() {
    #expect(!LowPrecisionProductTests.extremesAreExact(SaturatingBackend()))
  }

  /// All paths give the same bits, for numbers that are rounded, plain and transposed matrices, parts
  /// of the columns, and sums that are added to.
  @Test func allPathsGiveTheSameBits() {
    var random = RandomStream(seed: 1, stream: 0)
    for (rows, depth, columns) in [(1, 1, 1), (7, 37, 50), (16, 65, 66), (100, 40, 20), (1, 17_000, 2)] {
      let a = (0..<rows * depth).map { _ in random.normal() }
      let b = (0..<depth * columns).map { _ in random.normal() / 4 }
      let start = (0..<rows * columns).map { _ in random.normal() }
      for transposed in [false, true] {
        for part in [0..<columns, columns / 3..<columns - columns / 4] {
          for added in [nil, Array(start.prefix(rows * part.count))] {
            let results = LowPrecisionProductTests.paths.map {
              LowPrecisionProductTests.product(
                a, b, rows: rows, depth: depth, columns: columns, transposed: transposed, .int8, $0, part: part,
                addingTo: added
              ).map(\.bitPattern)
            }
            for (path, result) in zip(LowPrecisionProductTests.paths, results) {
              #expect(
                result == results[0],
                "\(LowPrecisionProductTests.name(path)): \(rows), \(depth), \(columns), \(transposed), \(part)")
            }
          }
        }
      }
    }
  }

  /// The error of a product is that of rounding its factors.
  @Test(arguments: paths.indices, [Precision.bfloat16, .int8])
  func errorsAreThoseOfRounding(_ index: Int, _ precision: Precision) {
    let path = LowPrecisionProductTests.paths[index]
    var random = RandomStream(seed: 2, stream: 0)
    for (rows, depth, columns) in [(1, 1, 1), (3, 2, 17), (13, 65, 70), (8, 301, 33), (100, 31, 5), (1, 9001, 2)] {
      let a = (0..<rows * depth).map { _ in random.normal() }
      let b = (0..<depth * columns).map { _ in random.normal() }
      for transposed in [false, true] {
        let found = LowPrecisionProductTests.product(
          a, b, rows: rows, depth: depth, columns: columns, transposed: transposed, precision, path)
        for r in 0..<rows {
          for j in 0..<columns {
            var (sum, bound) = (0.0, 0.0)
            let rowMagnitude = Double((0..<depth).reduce(Float(0)) { max($0, abs(a[r * depth + $1])) })
            let column = (0..<depth).map { Double(transposed ? b[j * depth + $0] : b[$0 * columns + j]) }
            let columnMagnitude = column.reduce(0) { max($0, abs($1)) }
            for k in 0..<depth {
              let (x, w) = (Double(a[r * depth + k]), column[k])
              sum += x * w
              bound +=
                precision == .bfloat16
                ? abs(x * w) / 127 : abs(w) * rowMagnitude / 253 + (abs(x) + rowMagnitude / 253) * columnMagnitude / 253
            }
            let error = abs(Double(found[r * columns + j]) - sum)
            #expect(
              error <= bound + 1e-4, "\(path.name), \(precision), \(rows), \(depth), \(columns): \(error), \(bound)")
          }
        }
      }
    }
  }

  /// Numbers of few bits are multiplied exactly in bfloat16, whatever the processor.
  @Test(arguments: paths.indices) func fewBitsAreExactInBFloat16(_ index: Int) {
    let path = LowPrecisionProductTests.paths[index]
    for (depth, columns) in (1...70).map({ ($0, 17) }) + (1...70).map({ (23, $0) }) {
      let rows = 1 + (depth + columns) % 9
      let a = LowPrecisionProductTests.integers(rows, depth, depth)
      let b = LowPrecisionProductTests.integers(columns, depth, columns)
      for transposed in [false, true] {
        let right =
          transposed ? b : (0..<depth * columns).map { b[$0 % columns * depth + $0 / columns] }
        let found = LowPrecisionProductTests.product(
          a, right, rows: rows, depth: depth, columns: columns, transposed: transposed, .bfloat16, path)
        #expect(
          found == LowPrecisionProductTests.exact(a, b, rows, depth, columns),
          "\(path.name), \(path.path(of: .bfloat16)): [\(rows), \(depth)] · [\(depth), \(columns)], \(transposed)")
      }
    }
  }

  /// A factor that is not finite gives results that are not: of its row, or of its column.
  @Test(arguments: paths.indices, [Precision.bfloat16, .int8])
  func numbersThatAreNotFiniteAreNotLost(_ index: Int, _ precision: Precision) {
    let path = LowPrecisionProductTests.paths[index]
    for bad in [Float.nan, .infinity, -.infinity] {
      for place in 0..<19 {
        var a = [Float](repeating: 1, count: 2 * 19)
        let b = [Float](repeating: 0.5, count: 19 * 18)
        a[19 + place] = bad
        let row = LowPrecisionProductTests.product(
          a, b, rows: 2, depth: 19, columns: 18, transposed: true, precision, path)
        #expect(
          row.enumerated().allSatisfy { $1.isFinite == ($0 < 18) }, "\(path.name), \(precision), \(bad), \(place)")
        var bad2 = b
        bad2[5 * 19 + place] = bad
        let column = LowPrecisionProductTests.product(
          [Float](repeating: 1, count: 2 * 19), bad2, rows: 2, depth: 19, columns: 18, transposed: true, precision, path
        )
        #expect(
          column.enumerated().allSatisfy { $1.isFinite == ($0 % 18 != 5) },
          "\(path.name), \(precision), \(bad), \(place)")
      }
    }
  }

  /// Rows of zeros, and rows too small to be quantised, give zeros.
  @Test(arguments: paths.indices) func tinyRowsCountAsZeros(_ index: Int) {
    let path = LowPrecisionProductTests.paths[index]
    for value in [Float(0), .leastNonzeroMagnitude, 1e-31] {
      let found = LowPrecisionProductTests.product(
        [Float](repeating: value, count: 20), [Float](repeating: 3, count: 60), rows: 1, depth: 20, columns: 3,
        transposed: true, .int8, path)
      #expect(found == [0, 0, 0], "\(path.name), \(value)")
    }
  }

  /// Quantising quantised weights changes nothing.
  @Test func quantisingIsIdempotent() {
    var random = RandomStream(seed: 3, stream: 0)
    for exponent in stride(from: -120, through: 120, by: 3) {
      let factor = Float(sign: .plus, exponent: exponent, significand: 1)
      let tensor = Tensor((0..<300).map { _ in random.normal() * factor }, shape: [20, 15])
      for precision in [Precision.bfloat16, .int8] {
        let once = StoredTensor(tensor, precision: precision)
        let twice = StoredTensor(once.tensor, precision: precision)
        #expect(once.tensor.elements.map(\.bitPattern) == twice.tensor.elements.map(\.bitPattern), "\(exponent)")
        #expect(once.int8?.scales == twice.int8?.scales && once.int8?.integers == twice.int8?.integers, "\(exponent)")
      }
    }
    #expect(StoredTensor(Tensor([1, 2]), precision: .int8).precision == .float32)
    #expect(StoredTensor(Tensor(zeros: [2, 3]), precision: .int8).int8!.scales == [1, 1])
  }

  /// The rounding of bfloat16: to nearest, ties to even.
  @Test func bfloat16RoundsToNearestEven() {
    for (bits, expected) in [
      (0x3f80_0000, 0x3f80), (0x3f80_8000, 0x3f80), (0x3f80_8001, 0x3f81), (0x3f81_8000, 0x3f82),
      (0x7f7f_ffff, 0x7f80), (0x7f80_0000, 0x7f80), (0x8000_0000, 0x8000), (0xff80_0001, 0xffc0),
    ] as [(UInt32, UInt16)] {
      #expect(Quantisation.bfloat16(Float(bitPattern: bits)) == expected, "\(bits)")
    }
  }
}

/// A backend whose sums of two 8-bit products saturate at 16 bits. It multiplies integers only.
private struct SaturatingBackend: Backend {
  let name = "saturating"
  let pool = ThreadPool(threads: 1)

  func prepare(_ matrix: MatrixView, for cell: Cell?, precision: Precision) -> PreparedMatrix? {
    let prepared = PreparedMatrix(
      rows: matrix.rows, columns: matrix.columns, count: matrix.rows * matrix.columns,
      layout: MatrixLayout(maker: name, precision: precision))
    for k in 0..<matrix.rows {
      for j in 0..<matrix.columns {
        prepared.base[k * matrix.columns + j] = matrix.base[k * matrix.rowStride + j * matrix.columnStride]
      }
    }
    return prepared
  }
  func prepare(_ matrix: MatrixView) -> PreparedMatrix { prepare(matrix, for: nil, precision: .float32)! }

  func multiply(
    _ a: MatrixView, _ b: PreparedMatrix, columns: Range<Int>, into c: MutableMatrixView, accumulating: Bool
  ) {
    for r in 0..<a.rows {
      for j in columns {
        var sum = 0
        for k in stride(from: 0, to: a.columns, by: 2) {
          let pair = (k..<min(k + 2, a.columns)).reduce(0) {
            $0 + (Int(a.base[r * a.rowStride + $1]) + 128) * Int(b.base[$1 * b.columns + j])
          }
          sum += Int(Int16(clamping: pair))
        }
        let offset = (0..<a.columns).reduce(0) { $0 + 128 * Int(b.base[$1 * b.columns + j]) }
        c.base[r * c.rowStride + j - columns.lowerBound] = Float(sum - offset)
      }
    }
  }

  func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: MutableMatrixView, accumulating: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    multiply(a, prepare(b), columns: 0..<b.columns, into: c, accumulating: accumulating)
  }
}
