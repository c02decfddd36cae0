// Kernel checks: comparisons of a backend's products and gate kernels with references.

import RecurrentCore
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension Double {
  package static func exponential(_ x: Double) -> Double { exp(x) }
  package static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
}

/// Compares both products of a backend with plain loops: at sizes around every tile, with both
/// orientations of both factors, on parts of the columns, and into a target whose margin must not
/// change.
package func checkProducts(_ backend: some Backend) {
  // As in every call of a layer. Otherwise other tests decide how many threads OpenBLAS uses, on which
  // its bits depend.
  backend.begin()
  defer { backend.end() }
  var stream = RandomStream(seed: 11)
  func random(_ count: Int) -> [Float] { (0..<count).map { _ in stream.uniform(in: -1...1) } }
  let sizes = [
    (1, 1, 1), (1, 7, 3), (1, 130, 70), (2, 9, 17), (3, 16, 5), (4, 33, 12), (5, 8, 600), (6, 48, 8), (7, 20, 513),
    (13, 300, 31), (20, 17, 1030), (3, 5, 0), (0, 4, 4), (4, 0, 4), (1, 4, 1), (2, 70, 1), (3, 1, 9), (4, 5, 1),
  ]
  for (m, n, k) in sizes {
    for orientation in 0..<4 {
      let (a, b) = (random(m * k + 1), random(k * n + 1))
      let stride = n + 3
      let start = random((m + 1) * stride)
      let scratch = AlignedBuffer(count: max(1, backend.scratchCount))
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          let A =
            orientation & 1 == 0
            ? MatrixView(a.baseAddress!, rows: m, columns: k, rowStride: k)
            : MatrixView(a.baseAddress!, rows: k, columns: m, rowStride: m).transposed
          let B =
            orientation & 2 == 0
            ? MatrixView(b.baseAddress!, rows: k, columns: n, rowStride: n)
            : MatrixView(b.baseAddress!, rows: n, columns: k, rowStride: k).transposed
          func element(_ v: MatrixView, _ r: Int, _ c: Int) -> Double {
            Double(v.base[r * v.rowStride + c * v.columnStride])
          }
          func check(_ c: [Float], _ columns: Range<Int>, _ accumulating: Bool, _ what: String) {
            for row in 0...m {
              for column in 0..<stride {
                let isInside = row < m && column < columns.count
                let before = isInside && !accumulating ? 0 : Double(start[row * stride + column])
                let sum =
                  isInside
                  ? (0..<k).reduce(before) { $0 + element(A, row, $1) * element(B, $1, columns.lowerBound + column) }
                  : before
                let found = Double(c[row * stride + column])
                #expect(
                  abs(found - sum) <= (isInside ? 1e-5 * Double(k + 1) : 0),
                  """
                  \(backend.name) \(what) \(m)x\(n)x\(k), orientation \(orientation), columns \(columns): \
                  (\(row), \(column))
                  """
                )
              }
            }
          }
          for accumulating in [false, true] {
            var c = start
            // Without accumulation, the target may hold anything.
            if !accumulating { for row in 0..<m { for column in 0..<n { c[row * stride + column] = .nan } } }
            c.withUnsafeMutableBufferPointer {
              backend.multiply(
                A, B, into: MutableMatrixView($0.baseAddress!, rowStride: stride), accumulating: accumulating,
                scratch: scratch.base)
            }
            check(c, 0..<n, accumulating, "product")
            // A bias is added to the sum of all blocks: the same bits as when it is added afterwards.
            let bias = random(n)
            var biased = start
            if !accumulating { for row in 0..<m { for column in 0..<n { biased[row * stride + column] = .nan } } }
            biased.withUnsafeMutableBufferPointer {
              backend.multiply(
                A, B, into: MutableMatrixView($0.baseAddress!, rowStride: stride), accumulating: accumulating,
                bias: bias, scratch: scratch.base, precision: .float32)
            }
            for row in 0..<m { for column in 0..<n { c[row * stride + column] += bias[column] } }
            #expect(biased == c, "\(backend.name) biased product \(m)x\(n)x\(k), orientation \(orientation)")
            let prepared = backend.prepare(B)
            for columns in [0..<n, n / 3..<n, 0..<n - n / 4, n / 2..<n / 2 + min(1, n - n / 2)] {
              var c = start
              if !accumulating {
                for row in 0..<m { for column in 0..<columns.count { c[row * stride + column] = .nan } }
              }
              c.withUnsafeMutableBufferPointer {
                backend.multiply(
                  A, prepared, columns: columns, into: MutableMatrixView($0.baseAddress!, rowStride: stride),
                  accumulating: accumulating)
              }
              check(c, columns, accumulating, "prepared product")
            }
          }
        }
      }
    }
  }
}

/// Compares every gate kernel with another implementation, at hidden sizes with every tail and on
/// parts of the units.
package func checkGates(_ kernels: some GateKernels, against reference: some GateKernels) {
  var stream = RandomStream(seed: 12)
  for H in [1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 40] {
    for units in [0..<H, H / 3..<H, 0..<H - H / 3] {
      func random(_ count: Int) -> [Float] { (0..<count).map { _ in stream.uniform(in: -3...3) } }
      let gates = random(4 * H)
      let (bias, other, recurrent) = (random(4 * H), random(4 * H), random(3 * H))
      let (x, y) = (random(H), random(H))
      /// Runs a kernel of both implementations on the same numbers.
      func compare(
        _ what: String,
        _ run: (any GateKernels, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
          -> Void
      ) {
        var mine = (gates, x, y)
        var theirs = (gates, x, y)
        run(kernels, &mine.0, &mine.1, &mine.2)
        run(reference, &theirs.0, &theirs.1, &theirs.2)
        for (a, b) in [(mine.0, theirs.0), (mine.1, theirs.1), (mine.2, theirs.2)] {
          for (index, (p, q)) in zip(a, b).enumerated() {
            #expect(abs(p - q) <= 1e-5 * max(1, abs(q)), "\(what), H \(H), units \(units): \(index)")
          }
        }
      }
      for nonlinearity in [Cell.Nonlinearity.tanh, .relu] {
        compare("elman forward") { k, g, h, _ in
          k.elmanForward(gates: g, bias: bias, hidden: h, units: units, nonlinearity: nonlinearity)
        }
        compare("elman backward") { k, g, d, _ in
          k.elmanBackward(gates: g, hiddenGradient: d, units: units, nonlinearity: nonlinearity)
        }
      }
      compare("lstm forward") { k, g, c, h in
        k.lstmForward(gates: g, bias: bias, cell: c, hidden: h, units: units, hiddenSize: H)
      }
      compare("lstm backward") { k, g, c, d in
        k.lstmBackward(gates: g, previousCell: other, hiddenGradient: d, cellGradient: c, units: units, hiddenSize: H)
      }
      compare("gru forward") { k, g, h, p in
        k.gruForward(
          gates: g, recurrent: recurrent, inputBias: bias, recurrentBias: other, previousHidden: p, hidden: h,
          units: units, hiddenSize: H)
      }
      compare("gru backward") { k, g, d, _ in
        k.gruBackward(gates: g, previousHidden: other, hiddenGradient: d, units: units, hiddenSize: H)
      }
      compare("gru reset forward") { k, g, h, _ in
        k.gruResetForward(gates: g, bias: bias, previousHidden: h, units: units, hiddenSize: H)
      }
      compare("gru state forward") { k, g, h, p in
        k.gruStateForward(gates: g, bias: bias, previousHidden: p, hidden: h, units: units, hiddenSize: H)
      }
      compare("gru state backward") { k, g, d, _ in
        k.gruStateBackward(gates: g, previousHidden: other, hiddenGradient: d, units: units, hiddenSize: H)
      }
      compare("gru reset backward") { k, g, d, p in
        k.gruResetBackward(
          gates: g, previousHidden: other, productGradient: p, hiddenGradient: d, units: units, hiddenSize: H)
      }
    }
  }
}
