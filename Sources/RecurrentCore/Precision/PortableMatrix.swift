// Portable products below float32, for backends without kernels of their own.

/// Matrices packed in bfloat16 or int8 for the products in this file.
///
/// Columns are in tiles of 16. A tile has its scales (int8), and then a row of 16 numbers for each
/// row of the matrix.
enum PortableMatrix {
  private static let width = 16
  /// The number of products whose sum certainly fits 32 bits, and that are summed as integers.
  private static let longestSum = 16_384

  static func layout(_ precision: Precision) -> MatrixLayout { MatrixLayout(maker: "portable", precision: precision) }

  private static func tileBytes(_ rows: Int, _ precision: Precision) -> Int {
    let numbers = rows * width * (precision == .int8 ? 1 : 2)
    return (precision == .int8 ? width * MemoryLayout<Float>.stride : 0) + (numbers + 63) / 64 * 64
  }

  /// Packs a matrix [K, N].
  static func pack(_ matrix: MatrixView, _ precision: Precision) -> PreparedMatrix {
    let tiles = (matrix.columns + width - 1) / width
    let bytes = tileBytes(matrix.rows, precision)
    let prepared = PreparedMatrix(
      rows: matrix.rows, columns: matrix.columns, count: tiles * bytes / MemoryLayout<Float>.stride,
      layout: layout(precision))
    for tile in 0..<tiles {
      let base = UnsafeMutableRawPointer(prepared.base) + tile * bytes
      for lane in 0..<width {
        let column = tile * width + lane
        let source = matrix.base + min(column, matrix.columns - 1) * matrix.columnStride
        let isPadding = column >= matrix.columns
        if precision == .int8 {
          let scale =
            isPadding
            ? 1
            : Quantisation.scale(magnitude: Quantisation.magnitude(source, stride: matrix.rowStride, matrix.rows))
          base.storeBytes(of: scale, toByteOffset: lane * 4, as: Float.self)
          for k in 0..<matrix.rows {
            base.storeBytes(
              of: isPadding ? 0 : Quantisation.quantised(source[k * matrix.rowStride], scale: scale),
              toByteOffset: width * 4 + k * width + lane, as: Int8.self)
          }
        } else {
          for k in 0..<matrix.rows {
            base.storeBytes(
              of: isPadding ? 0 : Quantisation.bfloat16(source[k * matrix.rowStride]),
              toByteOffset: (k * width + lane) * 2, as: UInt16.self)
          }
        }
      }
    }
    return prepared
  }

  /// Computes c = a · b[all rows, columns], plus c if `accumulating`; see `Backend.multiply`.
  static func multiply(
    _ a: MatrixView, _ b: PreparedMatrix, columns: Range<Int>, into c: MutableMatrixView, accumulating: Bool
  ) {
    let precision = b.layout.precision
    let bytes = tileBytes(b.rows, precision)
    if columns.isEmpty { return }
    for row in 0..<a.rows {
      let x = a.base + row * a.rowStride
      let target = c.base + row * c.rowStride
      let (factor, scale) =
        precision == .int8
        ? Quantisation.row(magnitude: Quantisation.magnitude(x, stride: a.columnStride, a.columns)) : (0, 0)
      for tile in columns.lowerBound / width...(columns.upperBound - 1) / width {
        let base = UnsafeRawPointer(b.base) + tile * bytes
        let part = columns.clamped(to: tile * width..<(tile + 1) * width)
        let block = Columns(
          base: target + part.lowerBound - columns.lowerBound, lane: part.lowerBound - tile * width, count: part.count)
        let sums = accumulating ? block.load() : .zero
        block.store(
          precision == .int8
            ? integerSums(x, a.columnStride, a.columns, factor: factor, scale: scale, base, addedTo: sums)
            : sums + floatSums(x, a.columnStride, a.columns, base))
      }
    }
  }

  /// Neighbouring columns of a row of c as lanes of a tile.
  private struct Columns {
    let base: UnsafeMutablePointer<Float>
    /// The lane of the first.
    let lane: Int
    let count: Int

    func load() -> SIMD16<Float> {
      var value = SIMD16<Float>.zero
      for k in 0..<count { value[lane + k] = base[k] }
      return value
    }

    func store(_ value: SIMD16<Float>) { for k in 0..<count { base[k] = value[lane + k] } }
  }

  /// The products of a row with a tile of integers, added to `start`.
  private static func integerSums(
    _ x: UnsafePointer<Float>, _ stride: Int, _ depth: Int, factor: Float, scale: Float, _ tile: UnsafeRawPointer,
    addedTo start: SIMD16<Float>
  ) -> SIMD16<Float> {
    let scales = tile.load(as: SIMD16<Float>.self) * scale
    let weights = tile + width * 4
    var result = start
    for first in Swift.stride(from: 0, to: depth, by: longestSum) {
      var sums = SIMD16<Int32>.zero
      for k in first..<min(first + longestSum, depth) {
        // Adding 1.5 · 2^23 rounds to an integer, which is in the low bits then.
        let rounded = (x[k * stride] * factor + 12_582_912).bitPattern
        let w = SIMD16<Int32>(truncatingIfNeeded: (weights + k * width).load(as: SIMD16<Int8>.self))
        sums &+= w &* Int32(truncatingIfNeeded: Int8(truncatingIfNeeded: rounded))
      }
      result += SIMD16<Float>(sums) * scales
    }
    return result
  }

  /// The products of a row with a tile of bfloat16.
  private static func floatSums(_ x: UnsafePointer<Float>, _ stride: Int, _ depth: Int, _ tile: UnsafeRawPointer)
    -> SIMD16<Float>
  {
    var sums = SIMD16<Float>.zero
    for k in 0..<depth {
      let bits = SIMD16<UInt32>(truncatingIfNeeded: (tile + k * width * 2).load(as: SIMD16<UInt16>.self))
      sums += unsafeBitCast(bits &<< 16, to: SIMD16<Float>.self) * x[k * stride]
    }
    return sums
  }
}

extension Backend {
  /// Packs a matrix in any precision, for products or for a cell's `step`.
  package func prepare(_ matrix: MatrixView, for cell: Cell? = nil, in precision: Precision) -> PreparedMatrix {
    if precision == .float32 { return cell.map { prepare(matrix, for: $0) } ?? prepare(matrix) }
    return prepare(matrix, for: cell, precision: precision) ?? PortableMatrix.pack(matrix, precision)
  }

  /// Computes c = a · b[all rows, columns], plus c if `accumulating`, by the kernels that b is packed
  /// for.
  package func multiplyPrepared(
    _ a: MatrixView, _ b: PreparedMatrix, columns: Range<Int>, into c: MutableMatrixView, accumulating: Bool
  ) {
    if b.isPortable {
      PortableMatrix.multiply(a, b, columns: columns, into: c, accumulating: accumulating)
    } else {
      multiply(a, b, columns: columns, into: c, accumulating: accumulating)
    }
  }
}
